"""A deployed stack, as CloudFormation knows it: its parameters, and where its resources are."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final, Self

from clipsaver import aws

_NO_SUCH_STACK: Final = "ValidationError"
"""What CloudFormation answers for a stack that is not there (its API reference, DescribeStacks)."""

ALARM: Final = "AWS::CloudWatch::Alarm"
CONSUMER: Final = "AWS::Lambda::EventSourceMapping"
FUNCTION: Final = "AWS::Lambda::Function"
SCHEDULE: Final = "AWS::Scheduler::Schedule"


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack in one region.

    Attributes:
        region: None for the one of the environment or of ~/.aws.
        parameters: What it was deployed with.
        resources: Type and physical id, by logical id.
    """

    name: str
    region: str | None
    parameters: Mapping[str, str]
    resources: Mapping[str, tuple[str, str]]

    @classmethod
    def read(cls, name: str, region: str | None) -> Self:
        """Ask CloudFormation.

        Raises:
            NotDeployed: there is no such stack in this region.
            AwsError: AWS could not be asked, or refused.
        """
        with closing(aws.client("cloudformation", region)) as cloud, aws.translated_errors():
            try:
                (found,) = cloud.describe_stacks(StackName=name)["Stacks"]
            except cloud.exceptions.ClientError as error:
                if error.response["Error"]["Code"] != _NO_SUCH_STACK:
                    raise
                raise aws.NotDeployed(
                    f"There is no stack {name} in {cloud.meta.region_name}:"
                    " are --stack and --region right, and is it deployed?"
                ) from error
            pages = cloud.get_paginator("list_stack_resources").paginate(StackName=name)
            resources = [each for page in pages for each in page["StackResourceSummaries"]]
        return cls(
            name=name,
            region=region,
            parameters={
                each["ParameterKey"]: each.get("ParameterValue", "")
                for each in found.get("Parameters", ())
            },
            resources={
                each["LogicalResourceId"]: (each["ResourceType"], each["PhysicalResourceId"])
                for each in resources
                if "PhysicalResourceId" in each
            },
        )

    def of_type(self, kind: str) -> dict[str, str]:
        """The physical ids of all resources of a type, by their logical ids."""
        return {
            logical_id: physical_id
            for logical_id, (found, physical_id) in self.resources.items()
            if found == kind
        }

    def physical_id(self, logical_id: str) -> str:
        """Where a resource is.

        Raises:
            NotDeployed: this stack has none of that name; a newer template has.
        """
        if logical_id not in self.resources:
            raise aws.NotDeployed(
                f"Stack {self.name} has no {logical_id}: deploy this release first"
            )
        return self.resources[logical_id][1]

    def client(self, service: str, *, patience_seconds: float | None = None) -> Any:  # noqa: ANN401
        """A client in the stack's region; see `aws.client`.

        Raises:
            AwsError: no region is known.
        """
        return aws.client(service, self.region, patience_seconds=patience_seconds)
