"""The interactions function, invoked as Lambda does, and what it answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from clipsaver.local.lambda_environment import LambdaEnvironment
from tests.events import files, signed


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer whose body is JSON."""

    status: int
    media_type: str
    document: Any

    @property
    def message(self) -> dict[str, Any]:
        """The message in it: private, and notifying nobody, as all of them must be."""
        assert self.status == 200
        assert self.media_type == "application/json"
        assert self.document["type"] == 4
        message: dict[str, Any] = self.document["data"]
        assert message["flags"] == 64
        assert message["allowed_mentions"] == {"parse": []}
        return message

    @property
    def sentence(self) -> str:
        """The message's text."""
        text: str = self.message["content"]
        return text


class Function:
    """One warm environment of the function."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._environment = LambdaEnvironment("interactions", variables)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._environment.close()

    def invoke(self, event: Any) -> Answer:
        """Invoke it with any event.

        Raises:
            FunctionFailed: it raised; API Gateway would answer 500.
        """
        result = self._environment.invoke(event)
        body = result["body"]
        is_json = result["headers"]["content-type"] == "application/json"
        return Answer(
            result["statusCode"],
            result["headers"]["content-type"],
            json.loads(body) if is_json else body,
        )

    def send(self, name: files.InteractionName, **changes: Any) -> Answer:
        """Invoke it with an interaction that Discord just signed."""
        return self.invoke(signed.document(files.interaction(name, **changes)))

    def get(self, path: str) -> Answer:
        """Invoke it with a GET."""
        return self.invoke(signed.get(path))
