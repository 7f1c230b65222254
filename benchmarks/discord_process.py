"""The local Discord in a process of its own, with Discord's limits and latency."""

import asyncio
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final, Literal

from benchmarks import child, community, filling
from clipsaver.emulator.server import DiscordServer

LATENCY_SECONDS: Final = (0.020, 0.080)
_FILLED_AT_ONCE: Final = 20
"""The parent hears of the filling after so many guilds."""
_OK: Final = 200
TOO_MANY_REQUESTS: Final = 429
_LIST_CHANNELS: Final = "GET /guilds/{guild_id}/channels"

Request = Literal["count", "take"]


@dataclass(frozen=True, slots=True)
class Ready:
    """What functions need to know of a Discord that is up."""

    api_url: str
    public_key: str
    application_id: str
    bot_token: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Traffic:
    """What was asked of Discord.

    Attributes:
        requests: How often it was asked for anything.
        rate_limited: How often it said 429.
        guilds_read: How many guilds it told the channels of.
        guilds_read_again: How often it told the same ones once more.
    """

    requests: int
    rate_limited: int
    guilds_read: int
    guilds_read_again: int


def serve(pipe: Connection, guilds: int, database_url: str) -> None:
    """In the child: build a world, fill the database with it, then serve it.

    The parent hears how many guilds are stored, again and again, then gets a `Ready`. After that,
    "count" is answered with the number of requests, and "take" with their `Traffic`, which is
    forgotten here.
    """
    world = community.build(guilds)

    def filled(number: int) -> None:
        if number % _FILLED_AT_ONCE == 0:
            pipe.send(number)

    asyncio.run(filling.fill(world, database_url, filled))
    application = world.application
    with DiscordServer(world) as server:
        server.latency.between = LATENCY_SECONDS
        pipe.send(
            Ready(
                api_url=server.api_url,
                public_key=application.public_key,
                application_id=str(application.id),
                bot_token=application.bot_token,
                client_secret=application.client_secret,
            )
        )
        for request in child.requests(pipe):
            pipe.send(_answer(server, request))


def _answer(server: DiscordServer, request: Request) -> int | Traffic:
    if request == "count":
        return len(server.requests)
    lists = [each.path for each in server.requests.to(_LIST_CHANNELS) if each.status == _OK]
    guilds_read = len(set(lists))
    traffic = Traffic(
        requests=len(server.requests),
        rate_limited=server.requests.by_status()[TOO_MANY_REQUESTS],
        guilds_read=guilds_read,
        guilds_read_again=len(lists) - guilds_read,
    )
    server.requests.clear()
    return traffic
