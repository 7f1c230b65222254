"""The deploy hook, invoked by CloudFormation."""

from typing import Any

from clipsaver.local.lambda_environment import LambdaEnvironment
from tests.functional.deploy.cloudformation import CloudFormation


class Hook:
    """The deploy hook, invoked by CloudFormation."""

    def __init__(self, cloudformation: CloudFormation, variables: dict[str, str]) -> None:
        self._cloudformation = cloudformation
        self.variables = variables

    def __call__(self, event: dict[str, Any], *, seconds: float = 60) -> dict[str, Any]:
        """Invoke it with so much time; its answer to CloudFormation."""
        with LambdaEnvironment("deploy", self.variables, timeout_seconds=seconds) as function:
            function.invoke(event)
        (answer,) = self._cloudformation.answers
        self._cloudformation.answers.clear()
        for name in ("StackId", "RequestId", "LogicalResourceId"):
            assert answer[name] == event[name]
        return answer
