"""A database that is away, silent, changed or full of errors: an answer within three seconds."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from typing import Final, LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from clipsaver.local import postgres as local_postgres
from functions.interactions.routes import ready
from functions.shared import release
from tests.functional.interactions.conftest import NewFunction
from tests.functional.interactions.database import HERE, Database
from tests.functional.interactions.function import Answer, Function
from tests.integration.db.proxy import Proxy

OURS_SECONDS: Final = 2.9
"""Discord waits 3 s (Discord docs, Receiving and Responding), the way here and back included."""
CONNECTING_SECONDS: Final = 1.9
"""Connecting alone has 1 s, and what it was asked for needs a little time besides."""
UNREACHABLE: Final = "cannot reach my database"


@pytest.fixture(autouse=True)
def _every_probe_looks_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "KEPT_SECONDS", 0.0)


@pytest.fixture
def database(database_url: str, superuser_url: str) -> Iterator[Database]:
    """One of its own, because some of these tests change more than its rows."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        made = Database(database_url, connection)
        made.synced_guild(HERE, "Arcade", "visible")
        yield made


@pytest.fixture
async def proxy(database: Database) -> AsyncIterator[Proxy]:
    async with Proxy(urlsplit(database.url).port or 0) as made:
        yield made


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose queue is full: packets to it are dropped, as by a firewall."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        address = listener.getsockname()
        with contextlib.suppress(TimeoutError):
            while True:
                waiting = stack.enter_context(socket.socket())
                waiting.settimeout(0.2)
                waiting.connect(address)
        yield address[1]


def _at_port(url: str, port: int, password: str | None = None) -> str:
    """The same database elsewhere, or for another password."""
    parts = urlsplit(url)
    netloc = f"{parts.username}:{password or parts.password}@127.0.0.1:{port}"
    return urlunsplit(parts._replace(netloc=netloc))


def _check_answers_without_connection(function: Function) -> None:
    """A sentence, a 503 and a PONG, each in time."""
    started = time.monotonic()
    assert UNREACHABLE in function.send("command").sentence
    command = time.monotonic()
    answer = function.get("/ready")
    probe = time.monotonic()
    assert function.send("ping").document == {"type": 1}
    assert command - started < CONNECTING_SECONDS
    assert probe - command < CONNECTING_SECONDS
    assert time.monotonic() - probe < 1.0
    assert answer.status == 503
    assert answer.document["checks"]["database"] == "unreachable"


def _is_shown(answer: Answer) -> bool:
    return "embeds" in answer.message


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def test_a_database_that_refuses_connections(new_function: NewFunction, database: Database) -> None:
    url = _at_port(database.url, _free_port())
    _check_answers_without_connection(new_function(DATABASE_URL=url))


def test_a_database_behind_a_wall(
    new_function: NewFunction, database: Database, full_port: int
) -> None:
    url = _at_port(database.url, full_port)
    _check_answers_without_connection(new_function(DATABASE_URL=url))


def test_a_wrong_password_which_is_not_logged(
    new_function: NewFunction, database: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    port = urlsplit(database.url).port or 0
    url = _at_port(database.url, port, "a-wrong-password")
    _check_answers_without_connection(new_function(DATABASE_URL=url))
    output = "".join(capfd.readouterr())
    assert "CRITICAL discord_clip_saver.db - Database connection failed" in output
    assert "a-wrong-password" not in output


def test_a_database_that_does_not_exist(
    new_function: NewFunction, postgres: local_postgres.Postgres
) -> None:
    _check_answers_without_connection(new_function(DATABASE_URL=postgres.url("missing")))


def test_a_database_that_stops_and_starts_again(
    function: Function, database: Database, postgres: local_postgres.Postgres
) -> None:
    assert _is_shown(function.send("command"))
    database.connection.close()
    postgres.stop()
    try:
        _check_answers_without_connection(function)
    finally:
        postgres.start()
    assert _is_shown(function.send("command"))
    assert function.get("/ready").status == 200


async def test_a_silent_network_while_connecting(
    new_function: NewFunction, database: Database, proxy: Proxy
) -> None:
    function = new_function(DATABASE_URL=_at_port(database.url, proxy.port))
    proxy.silent = True
    await asyncio.to_thread(_check_answers_without_connection, function)
    proxy.silent = False
    assert _is_shown(await asyncio.to_thread(function.send, "command"))


async def test_a_network_that_falls_silent_between_two_commands(
    new_function: NewFunction, database: Database, proxy: Proxy
) -> None:
    function = new_function(DATABASE_URL=_at_port(database.url, proxy.port))
    assert _is_shown(await asyncio.to_thread(function.send, "command"))
    proxy.silent = True
    await asyncio.to_thread(_check_answers_without_connection, function)
    proxy.silent = False
    assert _is_shown(await asyncio.to_thread(function.send, "command"))
    assert (await asyncio.to_thread(function.get, "/ready")).status == 200


def test_a_table_that_somebody_keeps_locked(function: Function, database: Database) -> None:
    assert _is_shown(function.send("command"))
    with database.connection.transaction():
        database.sql("LOCK TABLE bot_guilds IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        assert UNREACHABLE in function.send("command").sentence
        assert time.monotonic() - started < OURS_SECONDS
    assert _is_shown(function.send("command"))


def test_an_error_that_nobody_foresaw_is_a_sentence_and_a_logged_traceback(
    function: Function, database: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    database.sql("ALTER TABLE bot_channels DROP CONSTRAINT bot_channels_state_check")
    database.sql("UPDATE bot_channels SET state = 'petrified'")
    assert "Something went wrong" in function.send("command").sentence
    output = capfd.readouterr().out
    assert "ERROR discord_clip_saver.interactions - Command status failed" in output
    assert "KeyError: 'petrified'" in output


@pytest.mark.parametrize(
    ("age", "renew"),
    [
        (
            "UPDATE schema_revisions SET revision = 'old-' || revision",
            "UPDATE schema_revisions SET revision = substr(revision, 5)",
        ),
        (
            "ALTER TABLE schema_revisions RENAME TO hidden",
            "ALTER TABLE hidden RENAME TO schema_revisions",
        ),
    ],
)
def test_an_older_schema_is_told_by_ready_and_to_the_user(
    function: Function, database: Database, age: LiteralString, renew: LiteralString
) -> None:
    database.sql(age)
    assert "being updated" in function.send("command").sentence
    answer = function.get("/ready")
    assert answer.status == 503
    assert answer.document["checks"]["database"] == "ok"
    assert f"needs {release.SCHEMA}" in answer.document["checks"]["schema"]
    assert function.send("ping").document == {"type": 1}
    database.sql(renew)
    assert _is_shown(function.send("command"))
    assert function.get("/ready").status == 200


def test_a_newer_schema_is_served_with_one_warning(
    function: Function, database: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    database.insert("schema_revisions", revision="9999", oldest_release="0.0.1")
    for _ in range(3):
        assert _is_shown(function.send("command"))
    assert function.get("/ready").status == 200
    assert capfd.readouterr().out.count("schema 9999 is newer") == 1


def test_a_newer_schema_that_excludes_this_release_is_not_served(
    function: Function, database: Database
) -> None:
    database.insert("schema_revisions", revision="9999", oldest_release="99.0.0")
    assert "being updated" in function.send("command").sentence
    assert "99.0.0" in function.get("/ready").document["checks"]["schema"]
