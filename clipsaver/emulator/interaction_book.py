"""Interactions under way: what was answered, when, and what the user sees of it.

The first answer has to come within three seconds, inline or through the callback route; only then
is the token good for edits and follow-ups, for fifteen minutes. An answer that is late, or wrong,
ends the interaction, and the user reads that the application did not respond.
"""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING, Any, Final

from clipsaver.emulator import message_rules, problems, response_rules
from clipsaver.emulator.courier import DEADLINE_SECONDS
from clipsaver.emulator.interaction_record import Interaction
from clipsaver.emulator.messages import Message, MessageFlag

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clipsaver.emulator.channels import Channel
    from clipsaver.emulator.messages import Attachment
    from clipsaver.emulator.people import User
    from clipsaver.emulator.world import World

TOKEN_LIFETIME_SECONDS: Final = 900.0
_FOLLOWUPS_OF_A_STRANGER: Final = 5
_LOADING: Final = int(MessageFlag.LOADING)
_EPHEMERAL: Final = int(MessageFlag.EPHEMERAL)
_MESSAGE_TYPES: Final = {response_rules.COMMAND: 20}

Payload = dict[str, Any]


class InteractionBook:
    """Every interaction there was, and the rules for answering them."""

    def __init__(self, world: World, verify: Callable[[str], bool]) -> None:
        self._world = world
        self._by_token: dict[str, Interaction] = {}
        self.verify = verify
        """Calls a URL with a signed and a badly signed PING; whether it may be saved."""

    def open(
        self, kind: int, user: User, channel: Channel, source: Message | None = None
    ) -> Interaction:
        """Begin an interaction."""
        interaction_id = self._world.mint.next()
        secret = f"interaction:{interaction_id}:{secrets.token_urlsafe(48)}"
        interaction = Interaction(
            self._world,
            interaction_id,
            kind,
            user,
            channel,
            self._world.clock.time(),
            token=base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
            source=source,
        )
        self._by_token[interaction.token] = interaction
        return interaction

    def unanswered(self, interaction_id: int, token: str) -> Interaction:
        """The interaction that a callback is for.

        Raises:
            ApiError: 404 with code 10062 when it is unknown, over or too old; 400 with code 40060
                when it has been answered.
        """
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise problems.unknown("interaction")
        if interaction.response is not None:
            raise problems.ApiError(400, "Interaction has already been acknowledged.", 40060)
        if interaction.failed or self._age(interaction) > DEADLINE_SECONDS:
            raise problems.unknown("interaction")
        return interaction

    def answered(self, application_id: int, token: str) -> Interaction:
        """The interaction whose messages a webhook call is about.

        Raises:
            ApiError: 404 with code 10015 before there was a first response, or when it never came;
                401 with code 50027 after fifteen minutes.
        """
        interaction = self._by_token.get(token)
        if interaction is None or application_id != self._world.application.id:
            raise problems.unknown("webhook")
        if self._age(interaction) > TOKEN_LIFETIME_SECONDS:
            raise problems.ApiError(401, "Invalid Webhook Token", 50027)
        if interaction.response is None:
            raise problems.unknown("webhook")
        return interaction

    def respond(
        self, interaction: Interaction, response: Payload, files: Sequence[Attachment] = ()
    ) -> None:
        """Take the first response.

        Raises:
            ApiError: 400 with code 50035 when it breaks a rule.
        """
        response_rules.errors_of(interaction.type, response, interaction.source).check()
        data = response.get("data") or {}
        kind = response["type"]
        interaction.response = response
        if kind == response_rules.MESSAGE:
            interaction.message = self.write(interaction, data, files)
        elif kind == response_rules.DEFERRED_MESSAGE:
            flags = int(data.get("flags") or 0) & _EPHEMERAL
            interaction.message = self.write(interaction, {"flags": flags}, ())
            interaction.message.flags |= _LOADING
        elif kind in (response_rules.DEFERRED_UPDATE, response_rules.UPDATE_MESSAGE):
            interaction.message = interaction.source
            if kind == response_rules.UPDATE_MESSAGE:
                self.edit(interaction, interaction.message, data, files)
        interaction.note_change()

    def follow_up(
        self, interaction: Interaction, data: Payload, files: Sequence[Attachment]
    ) -> Message:
        """Take a further message; the first one after a deferral fills that in instead.

        Raises:
            ApiError: 400 with code 40094 for the sixth message of an application that is only
                installed for its user.
        """
        message_rules.check(data, has_files=bool(files))
        if interaction.is_waiting and interaction.message is not None:
            self.edit(interaction, interaction.message, data, files)
            return interaction.message
        owners = interaction.payload["authorizing_integration_owners"]
        if "0" not in owners and len(interaction.followups) >= _FOLLOWUPS_OF_A_STRANGER:
            raise problems.ApiError(
                400, "Maximum number of follow up messages for this interaction reached.", 40094
            )
        message = self.write(interaction, data, files)
        interaction.followups.append(message)
        interaction.note_change()
        return message

    def edit(
        self,
        interaction: Interaction,
        message: Message | None,
        data: Payload,
        files: Sequence[Attachment],
    ) -> None:
        """Change a message of this interaction; who sees it stays as it was first decided.

        Raises:
            ApiError: 404 with code 10008 when it was deleted.
        """
        if message is None:
            raise problems.unknown("message")
        message_rules.check(data, edited=message)
        kept = message.flags & (_EPHEMERAL | MessageFlag.IS_COMPONENTS_V2)
        was_waiting = message.flags & _LOADING
        for name, value in message_rules.fields(data).items():
            setattr(message, name, value)
        message.flags = (message.flags & ~(_LOADING | _EPHEMERAL)) | int(kept)
        if "content" in data:
            message.content = data["content"] or ""
        if "attachments" in data:
            wanted = {str(each.get("id")) for each in data["attachments"] or ()}
            message.attachments = [each for each in message.attachments if str(each.id) in wanted]
        for attachment in files:
            attachment.id = self._world.mint.next()
            message.attachments.append(attachment)
        if not was_waiting:
            message.edited_at = self._world.clock.now()
        interaction.note_change()

    def delete(self, interaction: Interaction, message: Message | None) -> None:
        """Delete a message of this interaction.

        Raises:
            ApiError: 404 with code 10008 when it was deleted before.
        """
        if message is None:
            raise problems.unknown("message")
        if interaction.channel.history.get(message.id) is message:
            interaction.channel.delete_message(message)
        if message is interaction.message:
            interaction.message = None
        else:
            interaction.followups.remove(message)
        interaction.note_change()

    def write(
        self, interaction: Interaction, data: Payload, files: Sequence[Attachment]
    ) -> Message:
        """Write a message; an ephemeral one is in no channel's history."""
        bot = self._world.application.bot
        fields = {
            **message_rules.fields(data),
            "type": _MESSAGE_TYPES.get(interaction.type, 0),
            "webhook_id": self._world.application.id,
            "application_id": self._world.application.id,
            "interaction_metadata": _metadata(interaction),
        }
        content = data.get("content") or ""
        if not int(data.get("flags") or 0) & _EPHEMERAL:
            return interaction.channel.post(bot, content, files, **fields)
        for attachment in files:
            attachment.id = self._world.mint.next()
        return Message(
            self._world.mint.next(),
            interaction.channel.id,
            bot,
            content,
            attachments=list(files),
            **fields,
        )

    def _age(self, interaction: Interaction) -> float:
        return self._world.clock.time() - interaction.created_at


def _metadata(interaction: Interaction) -> Payload:
    user = interaction.payload.get("member", {}).get("user") or interaction.payload.get("user")
    metadata: Payload = {
        "id": str(interaction.id),
        "type": interaction.type,
        "user": user,
        "authorizing_integration_owners": interaction.payload["authorizing_integration_owners"],
    }
    if interaction.type == response_rules.COMMAND:
        metadata |= {"name": interaction.payload["data"]["name"], "command_type": 1}
    if interaction.type == response_rules.COMPONENT and interaction.source is not None:
        metadata["interacted_message_id"] = str(interaction.source.id)
    return metadata
