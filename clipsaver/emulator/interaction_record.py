"""One interaction: what was sent, what was answered, and what the user sees of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from clipsaver.emulator import component_rules, response_rules
from clipsaver.emulator.messages import Message, MessageFlag
from clipsaver.emulator.payloads import messages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clipsaver.emulator.channels import Channel
    from clipsaver.emulator.courier import Delivery, SignedRequest
    from clipsaver.emulator.people import User
    from clipsaver.emulator.world import World

FAILURE: Final = "The application did not respond"
_LOADING: Final = int(MessageFlag.LOADING)

Payload = dict[str, Any]


@dataclass(slots=True, eq=False)
class Interaction:
    """One use of a command, component or modal, and everything that came of it.

    Attributes:
        payload: What the application was sent.
        source: The message whose component was used.
        request: The signed request, for sending it again.
        delivery: How the application answered the request itself.
        response: The first response, `type` and `data`, as the application sent it.
        message: The original response, as a message; for an update, the message updated.
        followups: Further messages.
        problem: What was wrong, when the user only reads `FAILURE`.
    """

    world: World
    id: int
    type: int
    user: User
    channel: Channel
    created_at: float
    token: str
    payload: Payload = field(default_factory=dict)
    source: Message | None = None
    request: SignedRequest | None = None
    delivery: Delivery | None = None
    response: Payload | None = None
    message: Message | None = None
    followups: list[Message] = field(default_factory=list)
    problem: str | None = None
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def failed(self) -> bool:
        """Whether the user reads that the application did not respond."""
        return self.problem is not None

    @property
    def response_type(self) -> int | None:
        """The type of the first response, or None when there was none."""
        return None if self.response is None else int(self.response["type"])

    @property
    def is_ephemeral(self) -> bool:
        """Whether only the user sees the response."""
        return self.message is not None and self.message.is_ephemeral

    @property
    def is_waiting(self) -> bool:
        """Whether the user still sees "is thinking…": deferred, and not edited so far."""
        return self.message is not None and bool(self.message.flags & _LOADING)

    @property
    def modal(self) -> Payload | None:
        """The form that opened, if one did."""
        is_modal = self.response_type == response_rules.MODAL
        return self.response["data"] if self.response and is_modal else None

    @property
    def choices(self) -> list[Payload]:
        """The suggestions of an autocompletion."""
        return list((self.response or {}).get("data", {}).get("choices", ()))

    @property
    def shown(self) -> Payload | None:
        """The message that the user sees now, as Discord renders it."""
        return None if self.message is None else messages.full(self.world, self.message)

    @property
    def text(self) -> str:
        """Every word that the user reads, one piece a line; `FAILURE` when that is all."""
        if self.failed:
            return FAILURE
        return "\n".join(
            piece
            for message in (self.message, *self.followups)
            if message is not None
            for piece in _words(message)
        )

    def wait(self, until: Callable[[Interaction], bool], *, timeout: float = 5.0) -> bool:
        """Wait until something becomes true of it; False when the timeout comes first."""
        with self._changed:
            return self._changed.wait_for(lambda: until(self), timeout)

    def wait_for_edit(self, *, timeout: float = 5.0) -> bool:
        """Wait until a deferred response has been filled in."""
        return self.wait(lambda interaction: not interaction.is_waiting, timeout=timeout)

    def note_change(self) -> None:
        """Wake whoever waits."""
        with self._changed:
            self._changed.notify_all()


def _words(message: Message) -> list[str]:
    pieces = [message.content]
    for embed in message.embeds:
        pieces += [embed.get("title", ""), embed.get("description", "")]
        for each in embed.get("fields", ()):
            pieces += [each["name"], each["value"]]
        pieces.append((embed.get("footer") or {}).get("text", ""))
    for component in component_rules.walk([*message.components]):
        pieces += [_label(component)]
    return [piece for piece in pieces if piece]


def _label(component: Mapping[str, Any]) -> str:
    return str(component.get("content") or component.get("label") or "")
