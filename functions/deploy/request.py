"""What CloudFormation asks of a custom resource (CloudFormation docs, Custom resource requests)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from functions.shared import errors

Kind = Literal["Create", "Update", "Delete"]

_ARTIFACTS: Final = ("Artifact", "HookArtifact")
_VERSION: Final = re.compile(r":(\d+)$")
"""What the ARN of a function's version ends in."""
_MOMENT: Final = "DeployedAt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, and how to answer it.

    Attributes:
        kind: What becomes of the resource.
        properties: The resource's properties in the template; every value is text.
        old_properties: Those before an update.
        response_url: Where the answer goes; a credential, so never to be logged.
        stack_id: The stack's ARN.
        request_id: Which of all requests this is.
        logical_id: The resource's name in the template.
        physical_id: The resource's name in the stack. A changed one would make CloudFormation
            delete the resource of the old name, so it stays what it was first.
    """

    kind: Kind
    properties: Mapping[str, str]
    old_properties: Mapping[str, str]
    response_url: str = field(repr=False)
    stack_id: str
    request_id: str
    logical_id: str
    physical_id: str

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> "Request":
        """Read an event.

        Raises:
            InvalidEvent: it lacks what an answer needs.
        """
        try:
            kind, stack_id = event["RequestType"], event["StackId"]
            if kind not in get_args(Kind):
                raise errors.InvalidEvent(f"RequestType is {kind!r}")
            return cls(
                kind=kind,
                properties=event.get("ResourceProperties", {}),
                old_properties=event.get("OldResourceProperties", {}),
                response_url=event["ResponseURL"],
                stack_id=stack_id,
                request_id=event["RequestId"],
                logical_id=event["LogicalResourceId"],
                physical_id=event.get("PhysicalResourceId")
                or f"{_stack_name(stack_id)}-{event['LogicalResourceId']}",
            )
        except KeyError as error:
            raise errors.InvalidEvent(
                f"This is no request of CloudFormation's: it has no {error}"
            ) from error

    @property
    def task(self) -> str:
        """What is to be done: `migrate` or `wire`, if the template is right."""
        return self.properties.get("Task", "")

    @property
    def base_url(self) -> str:
        """The API's base URL, without a slash at its end."""
        return self.properties.get("BaseUrl", "").rstrip("/")

    @property
    def wires_discord(self) -> bool:
        """Whether Discord is to be told anything."""
        return self.properties.get("Enabled", "true") == "true"

    @property
    def stack_name(self) -> str:
        """The stack's name."""
        return _stack_name(self.stack_id)

    @property
    def may_fail(self) -> bool:
        """Whether a failure may fail the deploy.

        Deleting and rolling back may not: they would leave a stack that can do neither. A rollback
        is an update to an earlier version, for Lambda never gives a number twice (Lambda docs,
        Function versions), or to an earlier moment, where no code has changed.
        """
        return self.kind != "Delete" and not self._is_rollback

    @property
    def _is_rollback(self) -> bool:
        steps = [self._step(name) for name in _ARTIFACTS]
        now, before = (each.get(_MOMENT, "") for each in (self.properties, self.old_properties))
        steps.append((now > before) - (now < before))
        return any(step < 0 for step in steps) and not any(step > 0 for step in steps)

    def _step(self, artifact: str) -> int:
        """How many versions the update goes up, or down; 0 where that is not known."""
        now = _VERSION.search(self.properties.get(artifact, ""))
        before = _VERSION.search(self.old_properties.get(artifact, ""))
        return int(now[1]) - int(before[1]) if now and before else 0


def _stack_name(stack_id: str) -> str:
    """The name in `arn:aws:cloudformation:region:account:stack/name/id`."""
    return stack_id.split("/")[1] if "/" in stack_id else stack_id
