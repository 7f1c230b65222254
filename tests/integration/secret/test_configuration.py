"""When the secret is read, and what is known then."""

import asyncio
import logging
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from functions.shared import configuration as configurations
from functions.shared import errors, observability, secret, settings
from functions.shared.configuration import Configuration
from tests.secrets_manager import SecretsManager

CONTENT = {
    "BOT_TOKEN": "first-token",
    "DATABASE_URL": "postgresql://ada:first-password@localhost/clips",
}
NEWER = {
    "BOT_TOKEN": "second-token",
    "DATABASE_URL": "postgresql://ada:second-password@localhost/clips",
}
ABSENT = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:absent-AbCdEf"

Configure = Callable[..., Configuration]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer than people wait; a test about that sets its own limit."""
    monkeypatch.setattr(configurations, "_READ_SECONDS", 20.0)
    monkeypatch.setattr(secret, "_READ_SECONDS", 10.0)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ARN of each reading, which happens nevertheless."""
    seen: list[str] = []
    really_read = secret.read

    def read(arn: str) -> dict[str, str]:
        seen.append(arn)
        return really_read(arn)

    monkeypatch.setattr(secret, "read", read)
    return seen


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The time that the pause between two renewals goes by."""
    clock = SimpleNamespace(now=1_000.0)
    frozen = SimpleNamespace(monotonic=lambda: clock.now)
    monkeypatch.setattr(configurations, "time", frozen)
    return clock


@pytest.fixture
def arn(manager: SecretsManager) -> str:
    return manager.store(CONTENT)


def configure(arn: str | None, *required: str, **own: str) -> Configuration:
    given = own if arn is None else own | {"SECRET_ARN": arn}
    return Configuration(settings.from_variables(given), required=required)


def test_what_the_environment_has_all_of_asks_for_no_secret(reads: list[str]) -> None:
    made = configure(ABSENT, *CONTENT, **CONTENT)
    assert made.environment.bot_token == "first-token"
    assert reads == []


def test_what_is_required_and_not_there_is_read_at_start(arn: str, reads: list[str]) -> None:
    made = configure(arn, *CONTENT, BOT_TOKEN="own")
    assert made.environment.bot_token == "own"
    assert made.environment.database_url == CONTENT["DATABASE_URL"]
    assert reads == [arn]


def test_what_even_the_secret_lacks_is_named_at_once(arn: str) -> None:
    with pytest.raises(errors.ConfigurationError) as told:
        configure(arn, "BOT_TOKEN", "DISCORD_PUBLIC_KEY", "DISCORD_APPLICATION_ID")
    assert "DISCORD_PUBLIC_KEY is not set, nor in the secret" in str(told.value)
    assert "DISCORD_APPLICATION_ID is not set, nor in the secret" in str(told.value)
    assert "BOT_TOKEN" not in str(told.value)


def test_a_start_that_needs_a_secret_nobody_can_read_stops() -> None:
    with pytest.raises(errors.SecretUnavailable, match=ABSENT):
        configure(ABSENT, "BOT_TOKEN")


async def test_what_is_not_required_is_read_when_it_is_first_needed(
    arn: str, reads: list[str]
) -> None:
    made = configure(arn, "DISCORD_APPLICATION_ID", DISCORD_APPLICATION_ID="7")
    assert reads == []
    assert await made.credential("BOT_TOKEN").current() == "first-token"
    assert await made.require("DATABASE_URL") == CONTENT["DATABASE_URL"]
    assert await made.require("DISCORD_APPLICATION_ID") == "7"
    assert reads == [arn]


async def test_many_who_need_it_at_once_read_it_once(arn: str, reads: list[str]) -> None:
    made = configure(arn)
    tokens = await asyncio.gather(*(made.require("BOT_TOKEN") for _ in range(20)))
    assert set(tokens) == {"first-token"}
    assert reads == [arn]


async def test_reading_leaves_the_event_loop_to_others(
    arn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_arn: str) -> dict[str, str]:
        time.sleep(0.2)
        return CONTENT

    monkeypatch.setattr(secret, "read", slow)
    reading = asyncio.create_task(configure(arn).require("BOT_TOKEN"))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert turns > 5


async def test_a_reading_that_takes_too_long_is_given_up_and_tried_again(
    arn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configurations, "_READ_SECONDS", 0.05)
    made = configure(arn)
    with monkeypatch.context() as patched:
        patched.setattr(secret, "read", lambda _arn: time.sleep(0.3))
        with pytest.raises(errors.SecretUnavailable, match="no answer within"):
            await made.require("BOT_TOKEN")
    monkeypatch.setattr(configurations, "_READ_SECONDS", 5.0)
    assert await made.require("BOT_TOKEN") == "first-token"


async def test_a_secret_that_is_mended_is_found_by_the_next_need(manager: SecretsManager) -> None:
    arn = manager.store("BOT_TOKEN=pasted")
    made = configure(arn)
    for _ in range(2):
        with pytest.raises(errors.ConfigurationError, match="not JSON"):
            await made.require("BOT_TOKEN")
    manager.replace(arn, CONTENT)
    assert await made.require("BOT_TOKEN") == "first-token"


async def test_a_value_that_was_replaced_is_found_when_the_old_one_is_refused(
    manager: SecretsManager, arn: str, reads: list[str]
) -> None:
    made = configure(arn, "BOT_TOKEN")
    manager.replace(arn, NEWER)
    assert await made.credential("BOT_TOKEN").renewed("first-token") == "second-token"
    assert await made.require("BOT_TOKEN") == "second-token"
    # The other one came along with it.
    assert await made.renewed("DATABASE_URL", CONTENT["DATABASE_URL"]) == NEWER["DATABASE_URL"]
    assert reads == [arn, arn]


async def test_many_that_are_refused_at_once_read_it_once(
    manager: SecretsManager, arn: str, reads: list[str]
) -> None:
    made = configure(arn, "BOT_TOKEN")
    manager.replace(arn, NEWER)
    found = await asyncio.gather(*(made.renewed("BOT_TOKEN", "first-token") for _ in range(20)))
    assert set(found) == {"second-token"}
    assert len(reads) == 2


async def test_a_value_that_stays_refused_is_looked_for_every_few_seconds_at_most(
    arn: str, reads: list[str], clock: SimpleNamespace
) -> None:
    made = configure(arn, "BOT_TOKEN")
    for _ in range(50):
        assert await made.renewed("BOT_TOKEN", "first-token") == "first-token"
        clock.now += 0.1
    assert len(reads) == 2
    clock.now += 1
    await made.renewed("BOT_TOKEN", "first-token")
    assert len(reads) == 3


async def test_a_value_of_the_environment_is_never_looked_for(arn: str, reads: list[str]) -> None:
    made = configure(arn, BOT_TOKEN="own")
    assert await made.renewed("BOT_TOKEN", "own") == "own"
    assert await configure(None, BOT_TOKEN="own").renewed("BOT_TOKEN", "own") == "own"
    assert reads == []


@pytest.mark.parametrize("content", ["", "{}", '{"BOT_TOKEN": ""}', '{"BOT_TOKEN": 1}'])
async def test_a_secret_that_became_worse_helps_nobody(
    manager: SecretsManager, arn: str, content: str
) -> None:
    made = configure(arn, "BOT_TOKEN")
    manager.replace(arn, content or "not JSON")
    assert await made.renewed("BOT_TOKEN", "first-token") == "first-token"


async def test_a_reading_that_fails_leaves_what_was_known(
    manager: SecretsManager, arn: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = configure(arn, "BOT_TOKEN")
    manager.client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    with caplog.at_level(logging.INFO):
        assert await made.renewed("BOT_TOKEN", "first-token") == "first-token"
    assert await made.require("BOT_TOKEN") == "first-token"
    assert [record.levelname for record in caplog.records] == ["INFO", "ERROR"]


async def test_a_malformed_value_counts_as_none_and_is_told_without_it(
    manager: SecretsManager, caplog: pytest.LogCaptureFixture
) -> None:
    made = configure(manager.store({"BOT_TOKEN": "two w0rds", "DISCORD_PUBLIC_KEY": "k3y"}))
    with pytest.raises(errors.ConfigurationError, match="BOT_TOKEN must be one word"):
        await made.require("BOT_TOKEN")
    told = caplog.messages
    assert any(line.startswith("DISCORD_PUBLIC_KEY must be 64") for line in told)
    assert not [line for line in told if "w0rds" in line or "k3y" in line]


async def test_what_was_read_is_kept_out_of_the_logs_and_so_is_what_it_replaced(
    manager: SecretsManager, arn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    observability.configure(settings.from_variables({}))
    made = configure(arn, "BOT_TOKEN")
    manager.replace(arn, NEWER)
    await made.renewed("BOT_TOKEN", "first-token")
    log: Any = logging.getLogger("discord_clip_saver.test")
    log.warning("leak: first-token first-password second-token second-password")
    assert "leak: [redacted] [redacted] [redacted] [redacted]" in capsys.readouterr().out
