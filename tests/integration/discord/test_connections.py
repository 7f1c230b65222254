"""The client on real sockets whose other end misbehaves."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from functions.shared import errors
from functions.shared.discord.client import DiscordClient
from functions.shared.models import GuildId

USER = b'{"id": "7", "username": "saver"}'
Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answer(body: bytes = USER, length: int | None = None, **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    size = len(body) if length is None else length
    head = ["HTTP/1.1 200 OK", f"Content-Length: {size}", "Content-Type: application/json", *lines]
    return "\r\n".join([*head, "", ""]).encode() + body


async def read_request(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    writer.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    writer.close()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Behave: answer every request of the connection."""
    while True:
        await read_request(reader)
        writer.write(answer())
        await writer.drain()


class Server:
    """Gives each connection the next behaviour; the last one repeats."""

    def __init__(self) -> None:
        self.behaviours: list[Behaviour] = []
        self.connections = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.url = ""

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behaviour = self.behaviours[min(self.connections, len(self.behaviours) - 1)]
        self.connections += 1
        self.writers.append(writer)
        try:
            await behaviour(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listening = await asyncio.start_server(made.accept, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield made
    listening.close()
    for writer in made.writers:
        writer.close()
    await listening.wait_closed()


@pytest.fixture
def bot(server: Server, connect: Callable[..., DiscordClient]) -> DiscordClient:
    return connect(server.url)


async def reset_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    reset(writer)


async def truncate(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(answer(USER[:9], length=len(USER)))
    await writer.drain()


async def truncate_before_the_framing(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await read_request(reader)
    writer.write(answer(USER[:9]))
    await writer.drain()


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write_eof()


async def speak_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"SSH-2.0-OpenSSH\r\n")
    await writer.drain()


async def claim_gzip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(answer(Content_Encoding="gzip"))
    await writer.drain()


async def answer_once_then_reset(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await read_request(reader)
    writer.write(answer())
    await writer.drain()
    await read_request(reader)
    reset(writer)


async def answer_once_then_hang_up(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await read_request(reader)
    writer.write(answer())
    await writer.drain()


@pytest.mark.parametrize(
    "mishap",
    [
        reset_at_once,
        truncate,
        truncate_before_the_framing,
        say_nothing,
        speak_nonsense,
        claim_gzip,
    ],
)
async def test_a_mishap_on_the_wire_is_repaired_by_another_try(
    server: Server, bot: DiscordClient, mishap: Behaviour
) -> None:
    server.behaviours = [mishap, serve]
    assert (await bot.get_current_user()).id == 7
    assert bot.statistics.retries == 1


@pytest.mark.parametrize("mishap", [reset_at_once, truncate, truncate_before_the_framing])
async def test_a_mishap_that_stays_is_reported(
    server: Server, bot: DiscordClient, mishap: Behaviour
) -> None:
    server.behaviours = [mishap]
    with pytest.raises(errors.DiscordUnreachable) as caught:
        await bot.get_current_user()
    assert caught.value.route == "GET /users/@me"
    assert server.connections == 4


async def test_nobody_listening_is_reported(connect: Callable[..., DiscordClient]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        bot = connect(f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(errors.DiscordUnreachable, match="ConnectError"):
            await bot.get_current_user()


@pytest.mark.parametrize("ending", [answer_once_then_reset, answer_once_then_hang_up])
async def test_a_connection_that_died_while_idle_is_replaced(
    server: Server, bot: DiscordClient, ending: Behaviour
) -> None:
    server.behaviours = [ending, serve]
    await bot.get_current_user()
    await asyncio.sleep(0.05)
    assert (await bot.get_current_user()).id == 7
    assert server.connections == 2


async def answer_a_listing_once_then_die(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await read_request(reader)
    await asyncio.sleep(0.2)
    writer.write(answer(b"[]"))
    await writer.drain()
    await read_request(reader)
    reset(writer)


async def serve_listings(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        await read_request(reader)
        writer.write(answer(b"[]"))
        await writer.drain()


async def test_several_connections_that_died_in_a_freeze_are_replaced(
    server: Server, bot: DiscordClient
) -> None:
    server.behaviours = [*[answer_a_listing_once_then_die] * 3, serve_listings]
    for _ in ("before the freeze", "after it"):
        listings = (bot.list_channels(GuildId(guild_id)) for guild_id in (1, 2, 3))
        assert await asyncio.gather(*listings) == [[], [], []]
    assert 1 <= bot.statistics.retries <= 3


async def test_a_connection_is_used_again(server: Server, bot: DiscordClient) -> None:
    server.behaviours = [serve]
    for _ in range(3):
        await bot.get_current_user()
    assert server.connections == 1


async def test_a_closed_client_opens_new_connections(server: Server, bot: DiscordClient) -> None:
    server.behaviours = [serve]
    await bot.get_current_user()
    await bot.aclose()
    assert (await bot.get_current_user()).id == 7
    assert server.connections == 2


async def test_the_environments_proxy_is_not_used(
    server: Server, bot: DiscordClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.behaviours = [serve]
    assert (await bot.get_current_user()).id == 7
