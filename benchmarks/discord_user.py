"""What API Gateway hands over when somebody does something in Discord, signed afresh each time."""

import json
import time
from typing import Any, Final

from clipsaver.emulator import interaction_payloads, response_rules
from clipsaver.emulator.courier import Courier
from clipsaver.emulator.interaction_record import Interaction
from clipsaver.emulator.world import World
from clipsaver.local import http_events

_CHAT_INPUT: Final = 1


class DiscordUser:
    """The owner of a world's first guild, in its first text channel."""

    def __init__(self, world: World) -> None:
        self._world = world
        guild = next(iter(world.guilds.values()))
        self._user = guild.owner.user
        self._channel = next(each for each in guild.channels.values() if each.has_messages)
        self._courier = Courier(world.application, user_agent="Discord-Interactions/1.0")

    def ping(self) -> dict[str, Any]:
        """A PING."""
        return self._event(interaction_payloads.ping(self._world))

    def command(self, name: str) -> dict[str, Any]:
        """A slash command without options."""
        interaction = Interaction(
            world=self._world,
            id=self._world.mint.next(),
            type=response_rules.COMMAND,
            user=self._user,
            channel=self._channel,
            created_at=time.time(),
            token="token",  # noqa: S106 -- nothing is answered with it
        )
        data = {"id": "1", "name": name, "type": _CHAT_INPUT, "options": []}
        return self._event(
            interaction_payloads.envelope(interaction, data, locale=self._user.locale)
        )

    def _event(self, payload: dict[str, Any]) -> dict[str, Any]:
        signed = self._courier.sign(json.dumps(payload).encode())
        return http_events.event(
            http_events.Request(
                method="POST",
                path="/interactions",
                query="",
                headers=[
                    ("host", "localhost"),
                    ("content-type", "application/json"),
                    ("content-length", str(len(signed.body))),
                    ("x-signature-ed25519", signed.signature),
                    ("x-signature-timestamp", signed.timestamp),
                ],
                body=signed.body,
                client="127.0.0.1",
                port=8000,
            )
        )
