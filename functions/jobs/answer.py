"""What the jobs function tells whoever waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.shared import models


@dataclass(frozen=True, slots=True)
class Answer:
    """What a deferred reply becomes.

    Attributes:
        content: Fields of a message, as Discord takes them.
        files: What is attached to it.
    """

    content: Mapping[str, Any]
    files: tuple[models.File, ...] = ()

    @property
    def message(self) -> dict[str, Any]:
        """The message; whatever is in it, nobody is notified by it."""
        message = {**self.content, "allowed_mentions": {"parse": []}}
        if self.files:
            # An upload is named here by its number (Discord docs, Uploading Files).
            message["attachments"] = [
                {"id": index, "filename": file.name} for index, file in enumerate(self.files)
            ]
        return message


def sentence(text: str) -> Answer:
    """A plain sentence."""
    return Answer({"content": text})
