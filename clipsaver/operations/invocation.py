"""An operation, run where the database can be reached: here, or by the deployed function."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import closing
from typing import Any, Final

from clipsaver import aws
from clipsaver.operations.stack import Stack
from clipsaver.variables import configured
from functions.operations import operation

_FUNCTION: Final = "OperationsFunction"
_NO_LIMIT_SECONDS: Final = 24 * 3600.0
"""Nobody ends an operation on a laptop but the operator."""
_LONGEST_SECONDS: Final = 900
"""A function's longest time (AWS docs, Lambda quotas)."""


class OperationFailed(aws.AwsError):
    """The deployed function raised; the message is its own."""


def run(event: Mapping[str, Any], variables: Mapping[str, str], stack: Stack | None) -> Any:  # noqa: ANN401 -- JSON
    """Do what an event names; the operation's answer.

    Args:
        event: `{"operation": "doctor"}`, say; see functions/operations/operation.py.
        variables: The operator's own, for an operation that is run here.
        stack: Whose function runs it; None to run it here.

    Raises:
        OperationFailed: the deployed function raised.
        AnswerLost: it may still be running.
        AwsError: AWS could not be asked, or refused.
        ClipSaverError: the operation failed here.
    """
    return _here(event, variables) if stack is None else _deployed(event, stack)


def _here(event: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    configuration = configured(variables, required=())
    return asyncio.run(operation.run(configuration, event, _NO_LIMIT_SECONDS))


def _deployed(event: Mapping[str, Any], stack: Stack) -> Any:  # noqa: ANN401 -- JSON of any shape
    name = stack.physical_id(_FUNCTION)
    client = stack.client("lambda", patience_seconds=_LONGEST_SECONDS)
    try:
        with closing(client) as functions, aws.translated_errors():
            answer = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
            document = json.loads(answer["Payload"].read())
    except aws.AnswerLost as error:
        raise aws.AnswerLost(
            f"{error}. The operation may still be running: do not repeat it before"
            f" `clipsaver logs operations --stack {stack.name}` shows its end"
        ) from error
    if "FunctionError" in answer:
        kind, reason = document.get("errorType", "Error"), document.get("errorMessage", "")
        raise OperationFailed(
            f"The operations function failed with {kind} {reason};"
            f" `clipsaver logs operations --stack {stack.name}` says more"
        )
    return document
