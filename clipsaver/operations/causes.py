"""Why messages died, as the functions that failed of them logged it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from clipsaver import aws
from clipsaver.operations import letters, logs
from clipsaver.operations.letters import QueueName
from clipsaver.operations.log_lines import LogLine
from clipsaver.operations.logs import Search

_FAILURES: Final = frozenset({"ERROR", "CRITICAL"})
_BEGINS: Final = 'Running job "'
_MOST: Final = 50
"""Letters that are looked up at a time; a search in a large log takes a moment."""


@dataclass(slots=True)
class Causes:
    """The logs of a stack's functions.

    Attributes:
        stack: Its name.
    """

    _client: Any
    stack: str
    _looked_up: int = 0

    def look_up(self, queue: QueueName, message: Mapping[str, Any]) -> str | None:
        """What was last logged as the cause of a message's death; None if nothing is found.

        A message keeps its id when SQS moves it to the dead letters (AWS docs, Using dead-letter
        queues). Those of failed runs tell the cause themselves.
        """
        if queue == "runs" or self._looked_up >= _MOST:
            return None
        self._looked_up += 1
        search = Search(self.stack, queue, letters.sent_at(message), message["MessageId"])
        try:
            return self._found(search)
        except aws.AwsError:
            # Letters can be listed without a log, and without the right to read it.
            return None

    def _found(self, search: Search) -> str | None:
        lines = logs.mentioning(self._client, search)
        failure = _last_failure(lines)
        if failure is not None:
            return failure.message
        if lines and (request_id := lines[-1].ids.get("request_id")):
            # What ends a function from outside is known to Lambda alone.
            ended = _last_failure(logs.mentioning(self._client, replace(search, text=request_id)))
            if ended is not None:
                return " ".join((ended.message, *(f"{k}={v}" for k, v in ended.extras.items())))
        told = [line.message for line in lines if not line.message.startswith(_BEGINS)]
        return told[-1] if told else None


def _last_failure(lines: Sequence[LogLine]) -> LogLine | None:
    return next((line for line in reversed(lines) if line.level in _FAILURES), None)
