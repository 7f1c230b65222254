"""Answering interactions: the callback, and messages that hang on an interaction's token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clipsaver.emulator import problems, response_rules
from clipsaver.emulator.calls import answer, no_content
from clipsaver.emulator.payloads import messages
from clipsaver.emulator.routes.messages import uploads

if TYPE_CHECKING:
    from clipsaver.emulator.calls import Call, Reply
    from clipsaver.emulator.interaction_record import Interaction
    from clipsaver.emulator.messages import Message

_WITH_MESSAGE = (response_rules.MESSAGE, response_rules.UPDATE_MESSAGE)


def callback(call: Call) -> Reply:
    """Answer an interaction for the first time."""
    book = call.platform.interactions
    interaction = book.unanswered(call.id("interaction_id"), call.params["interaction_token"])
    book.respond(interaction, call.payload(), uploads(call.files))
    if not call.flag("with_response"):
        return no_content()
    return answer(_callback_result(interaction))


def follow_up(call: Call) -> Reply:
    """Send a further message."""
    interaction = _interaction(call)
    book = call.platform.interactions
    message = book.follow_up(interaction, call.payload(), uploads(call.files))
    return answer(messages.full(call.world, message))


def original(call: Call) -> Reply:
    """Get the original response."""
    return answer(messages.full(call.world, _there(_interaction(call).message)))


def edit_original(call: Call) -> Reply:
    """Edit the original response; this is how a deferred one is filled in."""
    interaction = _interaction(call)
    return _edited(call, interaction, _there(interaction.message))


def delete_original(call: Call) -> Reply:
    """Delete the original response."""
    interaction = _interaction(call)
    call.platform.interactions.delete(interaction, interaction.message)
    return no_content()


def one(call: Call) -> Reply:
    """Get a further message."""
    return answer(messages.full(call.world, _followup(call, _interaction(call))))


def edit(call: Call) -> Reply:
    """Edit a further message."""
    interaction = _interaction(call)
    return _edited(call, interaction, _followup(call, interaction))


def delete(call: Call) -> Reply:
    """Delete a further message."""
    interaction = _interaction(call)
    call.platform.interactions.delete(interaction, _followup(call, interaction))
    return no_content()


def _interaction(call: Call) -> Interaction:
    return call.platform.interactions.answered(call.id("webhook_id"), call.params["webhook_token"])


def _there(message: Message | None) -> Message:
    if message is None:
        raise problems.unknown("message")
    return message


def _followup(call: Call, interaction: Interaction) -> Message:
    wanted = call.id("message_id")
    candidates = (interaction.message, *interaction.followups)
    return _there(next((each for each in candidates if each and each.id == wanted), None))


def _edited(call: Call, interaction: Interaction, message: Message) -> Reply:
    call.platform.interactions.edit(interaction, message, call.payload(), uploads(call.files))
    return answer(messages.full(call.world, message))


def _callback_result(interaction: Interaction) -> dict[str, Any]:
    told: dict[str, Any] = {"id": str(interaction.id), "type": interaction.type}
    result: dict[str, Any] = {"interaction": told}
    if interaction.message is not None:
        told |= {
            "response_message_id": str(interaction.message.id),
            "response_message_loading": interaction.is_waiting,
            "response_message_ephemeral": interaction.is_ephemeral,
        }
    if interaction.message is not None and interaction.response_type in _WITH_MESSAGE:
        result["resource"] = {
            "type": interaction.response_type,
            "message": messages.full(interaction.world, interaction.message),
        }
    return result
