"""Acting as somebody in Discord: what they type and click, and what comes back.

    used = discord.interactions.command(arcade, ada, "status")
    assert "3 channels" in used.text
    clicked = discord.interactions.click(used, ada, "status:refresh")

Each of these blocks until the application has answered or three seconds are over; a coroutine
calls them through `asyncio.to_thread`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from clipsaver.emulator import access, component_rules, offers, problems, response_rules
from clipsaver.emulator import interaction_payloads as payloads
from clipsaver.emulator.commands import CHAT_INPUT, MESSAGE_COMMAND, USER_COMMAND
from clipsaver.emulator.forms import filled_in
from clipsaver.emulator.interaction_record import Interaction
from clipsaver.emulator.offers import NotOffered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clipsaver.emulator.channels import Channel
    from clipsaver.emulator.commands import Command
    from clipsaver.emulator.courier import Courier, Delivery
    from clipsaver.emulator.guilds import Guild, Member
    from clipsaver.emulator.interaction_book import InteractionBook
    from clipsaver.emulator.interaction_payloads import OptionValue, Payload
    from clipsaver.emulator.messages import Message
    from clipsaver.emulator.people import User
    from clipsaver.emulator.world import World

__all__ = ["Interactions", "NotOffered"]

_JSON: Final = "application/json"
_OK: Final = 200
_ACCEPTED: Final = 202
_REFUSED: Final = 401


class Interactions:
    """What users do. Every method returns the interaction as it stands after the first answer."""

    def __init__(self, world: World, courier: Courier, book: InteractionBook) -> None:
        self._world = world
        self._courier = courier
        self._book = book

    def command(
        self,
        guild: Guild,
        user: User,
        name: str,
        options: Mapping[str, OptionValue] | None = None,
        *,
        channel: Channel | None = None,
        overridden: bool = False,
        locale: str | None = None,
    ) -> Interaction:
        """Use a slash command.

        Args:
            guild: Where.
            user: Who; a member of the guild.
            name: The command with group and subcommand, such as `settings set`.
            options: Values by name; users, roles, channels and attachments as themselves.
            channel: Where exactly; by default the first channel that fits.
            overridden: Whether the guild's admins opened the command to everybody.
            locale: The user's language; by default their own.

        Raises:
            NotOffered: when the command, an option or the channel is not open to this user.
        """
        command_name, *path = name.split()
        command = offers.offered_command(
            guild, user, command_name, CHAT_INPUT, overridden=overridden
        )
        member = guild.member(user)
        given = options or {}
        offers.check_required(command.declaration, path, given)
        resolved = payloads.Resolved(self._world, guild, member)
        data = _command_data(command)
        data["options"] = _options(command, path, given, resolved)
        interaction = self._open(response_rules.COMMAND, member, channel)
        return self._submit(interaction, resolved.into(data), locale)

    def autocomplete(
        self,
        guild: Guild,
        user: User,
        name: str,
        options: Mapping[str, OptionValue],
        *,
        channel: Channel | None = None,
    ) -> Interaction:
        """Type into an option that completes itself: the last one of `options`, unchecked.

        Raises:
            NotOffered: when there is no such command or option.
        """
        command_name, *path = name.split()
        command = offers.offered_command(guild, user, command_name, CHAT_INPUT)
        member = guild.member(user)
        resolved = payloads.Resolved(self._world, guild, member)
        data = _command_data(command)
        data["options"] = _options(command, path, options, resolved, focused=[*options][-1])
        interaction = self._open(response_rules.AUTOCOMPLETE, member, channel)
        return self._submit(interaction, resolved.into(data), None)

    def message_command(
        self, guild: Guild, user: User, name: str, message: Message, *, overridden: bool = False
    ) -> Interaction:
        """Use a command from a message's context menu.

        Raises:
            NotOffered: when there is no such command, or the message is in an archived thread.
        """
        channel = self._world.channels[message.channel_id]
        if channel.thread is not None and channel.thread.archived:
            raise NotOffered("commands cannot be used in archived threads")
        command = offers.offered_command(guild, user, name, MESSAGE_COMMAND, overridden=overridden)
        resolved = payloads.Resolved(self._world, guild, guild.member(user))
        data = _command_data(command) | {"target_id": resolved.add_message(message)}
        interaction = self._open(response_rules.COMMAND, guild.member(user), channel)
        return self._submit(interaction, resolved.into(data), None)

    def user_command(
        self, guild: Guild, user: User, name: str, target: User, *, channel: Channel | None = None
    ) -> Interaction:
        """Use a command from a user's context menu.

        Raises:
            NotOffered: when there is no such command.
        """
        command = offers.offered_command(guild, user, name, USER_COMMAND)
        resolved = payloads.Resolved(self._world, guild, guild.member(user))
        data = _command_data(command) | {"target_id": resolved.add(target)}
        interaction = self._open(response_rules.COMMAND, guild.member(user), channel)
        return self._submit(interaction, resolved.into(data), None)

    def click(
        self,
        shown: Interaction | Message,
        user: User,
        custom_id: str,
        values: Sequence[OptionValue] = (),
    ) -> Interaction:
        """Press a button, or choose values of a select.

        Raises:
            NotOffered: when the message has no such component, or it is disabled.
        """
        source = (
            shown if not isinstance(shown, Interaction) else offers.message_with(shown, custom_id)
        )
        component = offers.component_of(source, custom_id)
        channel = self._world.channels[source.channel_id]
        member = channel.guild.member(user)
        resolved = payloads.Resolved(self._world, channel.guild, member)
        kind = component["type"]
        data: Payload = {
            "custom_id": custom_id,
            "component_type": kind,
            "id": component.get("id", 0),
        }
        if kind in component_rules.SELECTS:
            data["values"] = [resolved.add(value) for value in values]
        interaction = self._open(response_rules.COMPONENT, member, channel, source)
        return self._submit(interaction, resolved.into(data), None)

    def submit(
        self, opened: Interaction, user: User, values: Mapping[str, OptionValue | Sequence[Any]]
    ) -> Interaction:
        """Fill in a form and send it.

        Args:
            opened: The interaction that opened the form.
            user: Who fills it in.
            values: What they enter, by custom id; a list for selects, groups and uploads.

        Raises:
            NotOffered: when no form opened.
        """
        modal = opened.modal
        if modal is None:
            raise NotOffered("no form opened")
        channel = opened.channel
        member = channel.guild.member(user)
        resolved = payloads.Resolved(self._world, channel.guild, member)
        components = [filled_in(each, values, resolved) for each in modal["components"]]
        data: Payload = {"custom_id": modal["custom_id"], "components": components}
        interaction = self._open(response_rules.MODAL_SUBMIT, member, channel, opened.source)
        return self._submit(interaction, resolved.into(data), None)

    def ping(self) -> Delivery:
        """Send a PING to the application's endpoint."""
        body = json.dumps(payloads.ping(self._world)).encode()
        return self._courier.deliver(self._url(), self._courier.sign(body))

    def probe(self) -> bool:
        """Discord's routine check: a PING with a bad signature; failing it removes the URL.

        An endpoint that cannot be reached does not fail it.
        """
        body = json.dumps(payloads.ping(self._world)).encode()
        delivery = self._courier.deliver(self._url(), self._courier.forge(body))
        passed = delivery.status in (0, _REFUSED)
        if not passed:
            self._world.application.interactions_endpoint_url = None
        return passed

    def replay(self, interaction: Interaction) -> Delivery:
        """Send an interaction again, byte for byte, as an attacker would who recorded it."""
        if interaction.request is None:
            raise NotOffered("the interaction was never sent")
        return self._courier.deliver(self._url(), interaction.request)

    def send(self, payload: Payload, *, timestamp: int | None = None) -> Delivery:
        """Send any payload, well signed, as of now or of another time; nothing is checked."""
        request = self._courier.sign(json.dumps(payload).encode(), timestamp=timestamp)
        return self._courier.deliver(self._url(), request)

    def _url(self) -> str:
        url = self._world.application.interactions_endpoint_url
        if url is None:
            raise NotOffered("the application has no interactions endpoint")
        return url

    def _open(
        self,
        kind: int,
        member: Member,
        channel: Channel | None,
        source: Message | None = None,
    ) -> Interaction:
        where = channel or offers.first_channel(member)
        if not access.views(member, where):
            raise NotOffered(f"{member.user.username} cannot see {where.name}")
        return self._book.open(kind, member.user, where, source)

    def _submit(self, interaction: Interaction, data: Payload, locale: str | None) -> Interaction:
        url = self._url()
        payload = payloads.envelope(interaction, data, locale=locale or interaction.user.locale)
        interaction.payload = payload
        interaction.request = self._courier.sign(json.dumps(payload).encode())
        interaction.delivery = self._courier.deliver(url, interaction.request)
        problem = self._accept(interaction, interaction.delivery)
        if problem is not None and interaction.response is None:
            interaction.problem = problem
        interaction.note_change()
        return interaction

    def _accept(self, interaction: Interaction, delivery: Delivery) -> str | None:
        """Take the answer to the request itself; what is wrong with it, or None."""
        if delivery.is_late:
            return delivery.problem or f"answered after {delivery.seconds:.1f} s"
        if delivery.status == _ACCEPTED and not delivery.body:
            # Answered through the callback route instead, before this answer or right after it.
            answered = interaction.wait(lambda each: each.response is not None, timeout=1.0)
            return None if answered else "accepted, but never called back"
        if delivery.status != _OK or delivery.media_type != _JSON:
            return f"answered {delivery.status} {delivery.media_type}"
        response = delivery.json()
        if not isinstance(response, dict):
            return "answered with something else than a JSON object"
        try:
            self._book.unanswered(interaction.id, interaction.token)
            self._book.respond(interaction, response)
        except problems.ApiError as problem:
            return json.dumps(problem.body)
        return None


def _command_data(command: Command) -> Payload:
    data: Payload = {"id": str(command.id), "name": command.name, "type": command.type}
    return data | ({"guild_id": str(command.scope)} if command.scope is not None else {})


def _options(
    command: Command,
    path: list[str],
    given: Mapping[str, OptionValue],
    resolved: payloads.Resolved,
    *,
    focused: str | None = None,
) -> list[Payload]:
    try:
        return payloads.command_options(command.declaration, path, given, resolved, focused=focused)
    except KeyError as missing:
        raise NotOffered(f"{command.name} has no option {missing}") from missing
