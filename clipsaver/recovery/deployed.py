"""What of a deployed stack belongs to a backup, and what a restore makes obsolete there."""

from contextlib import closing
from typing import Final

from clipsaver import aws

_QUEUE: Final = "AWS::SQS::Queue"
_DEAD_LETTERS: Final = "Failed"
"""How infra/template.yaml names the queues of what failed."""


def parameters(stack: str, region: str | None) -> dict[str, str]:
    """The stack's parameters; CloudFormation shows those that are secret as stars.

    Raises:
        AwsError: AWS could not be asked, or knows no such stack.
    """
    with aws.translated_errors(), closing(aws.client("cloudformation", region)) as cloudformation:
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    return {
        each["ParameterKey"]: each.get("ResolvedValue", each.get("ParameterValue", ""))
        for each in found.get("Parameters", ())
    }


def queues(stack: str, region: str | None) -> list[str]:
    """The URLs of the queues in which work waits.

    Raises:
        AwsError: AWS could not be asked, or knows no such stack.
    """
    with aws.translated_errors(), closing(aws.client("cloudformation", region)) as cloudformation:
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
        return [
            each["PhysicalResourceId"]
            for page in pages
            for each in page["StackResourceSummaries"]
            if each["ResourceType"] == _QUEUE
            and not each["LogicalResourceId"].startswith(_DEAD_LETTERS)
        ]


def empty(queue_urls: list[str], region: str | None) -> None:
    """Drop all that waits in queues: it was asked of the database that is no more.

    Raises:
        AwsError: AWS could not be asked, or emptied one less than a minute ago.
    """
    if not queue_urls:
        return
    with aws.translated_errors(), closing(aws.client("sqs", region)) as sqs:
        for url in queue_urls:
            sqs.purge_queue(QueueUrl=url)
