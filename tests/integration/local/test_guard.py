"""The rule that nothing but this machine's own Discord and PostgreSQL is touched."""

import asyncio
import os
import socket
from collections.abc import Callable

import httpx
import pytest

from clipsaver.local import errors, guard

DISCORD = "http://127.0.0.1:4000"
PORT = 5555
OWN = {
    "DISCORD_API_URL": f"{DISCORD}/api/v10",
    "DATABASE_URL": f"postgresql://clipsaver:secret@127.0.0.1:{PORT}/clips",
}


def refuse(**variables: str) -> None:
    guard.refuse_foreign({**OWN, **variables}, discord_url=DISCORD, postgres_port=PORT)


@pytest.mark.parametrize(
    "name",
    ["BOT_TOKEN", "DATABASE_URL", "PGSERVICEFILE", "AWS_PROFILE", "https_proxy", "ALL_PROXY"],
)
def test_contract_variables_are_removed(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "of the caller")
    guard.clean_environment()
    assert name not in os.environ


def test_other_variables_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "ed")
    guard.clean_environment()
    assert os.environ["EDITOR"] == "ed"


def test_what_this_process_started_is_accepted() -> None:
    refuse()
    refuse(DATABASE_URL=f"postgresql://localhost:{PORT}/clips")
    refuse(POSTGRES_HOST="127.0.0.1", POSTGRES_PORT=str(PORT))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://clipsaver:secret@db.example:5555/clips",
        "postgresql://clipsaver:secret@127.0.0.1:5432/clips",
        "postgresql://clipsaver:secret@127.0.0.1/clips",
        "postgresql:///clips",
        f"postgresql://127.0.0.1:{PORT},db.example:5432/clips",
        f"postgresql://127.0.0.1:{PORT}/clips?hostaddr=10.255.255.1",
        f"postgresql://127.0.0.1:{PORT}/clips?host=db.example",
        f"postgresql://127.0.0.1:{PORT}/clips?service=production",
        f"host=/var/run/postgresql port={PORT}",
    ],
)
def test_another_database_is_refused_without_telling_its_password(url: str) -> None:
    with pytest.raises(errors.ForeignService, match="DATABASE_URL") as caught:
        refuse(DATABASE_URL=url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "parts",
    [
        {"POSTGRES_HOST": "db.example", "POSTGRES_PORT": str(PORT)},
        {"POSTGRES_HOST": "127.0.0.1", "POSTGRES_PORT": "5432"},
        {"POSTGRES_HOST": "127.0.0.1"},
    ],
)
def test_another_database_is_refused_in_parts_as_well(parts: dict[str, str]) -> None:
    with pytest.raises(errors.ForeignService, match="POSTGRES_HOST"):
        refuse(**parts)


@pytest.mark.parametrize(
    "url",
    [
        "https://discord.com/api/v10",
        "http://127.0.0.1:4001/api/v10",
        "http://127.0.0.1:4000@discord.com/api/v10",
        "http://user:secret@127.0.0.1:4001/api/v10",
        "http://127.0.0.1:4000.example/api/v10",
    ],
)
def test_another_discord_is_refused_without_telling_a_password(url: str) -> None:
    with pytest.raises(errors.ForeignService, match="DISCORD_API_URL") as caught:
        refuse(DISCORD_API_URL=url)
    assert "secret" not in str(caught.value)


def test_no_discord_at_all_means_the_real_one_and_is_refused() -> None:
    environment = {"DATABASE_URL": OWN["DATABASE_URL"]}
    with pytest.raises(errors.ForeignService, match=r"https://discord\.com"):
        guard.refuse_foreign(environment, discord_url=DISCORD, postgres_port=PORT)


def connect() -> None:
    with socket.socket() as outgoing:
        outgoing.settimeout(5)
        outgoing.connect(("10.255.255.1", 80))


def send() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as outgoing:
        outgoing.sendto(b"", ("10.255.255.1", 53))


def connect_over_ipv6() -> None:
    with socket.socket(socket.AF_INET6) as outgoing:
        outgoing.connect(("2001:db8::1", 80, 0, 0))


def resolve() -> None:
    socket.getaddrinfo("discord.com", 443)


def resolve_the_old_way() -> None:
    socket.gethostbyname("discord.com")


def get() -> None:
    httpx.get("https://discord.com/api/v10/gateway")


@pytest.mark.parametrize(
    "reach_out",
    [connect, connect_over_ipv6, send, resolve, resolve_the_old_way, get],
    ids=lambda each: each.__name__,
)
def test_tests_cannot_leave_this_machine(reach_out: Callable[[], None]) -> None:
    with pytest.raises(errors.ForeignService, match="not this machine"):
        reach_out()


async def test_asynchronous_code_cannot_leave_this_machine_either() -> None:
    with pytest.raises(errors.ForeignService):
        await asyncio.open_connection("10.255.255.1", 80)
    async with httpx.AsyncClient() as client:
        with pytest.raises(errors.ForeignService):
            await client.get("https://discord.com/api/v10/gateway")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_within_reach(host: str) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection((host, server.getsockname()[1])) as client,
    ):
        assert client.getpeername()[0] == "127.0.0.1"
