"""The lines that operators search the logs for."""

import logging

import pytest

from clipsaver.emulator.application import EVENTS_DISABLED_BY_DISCORD, EVENTS_ENABLED
from clipsaver.local.errors import FunctionFailed
from tests.functional.sync.stage import APPLICATION, CHANNELS, Stage

URL = "https://clips.example"


def level_of(caplog: pytest.LogCaptureFixture, message: str) -> str:
    """The level of the only line with this message."""
    (record,) = [record for record in caplog.records if record.message == message]
    return record.levelname


def test_a_cold_environment_says_so_once_and_each_run_its_name(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.sync()
    stage.sync()
    assert level_of(caplog, "Bot starting...") == "INFO"
    assert caplog.messages.count('Running job "sync"') == 2


def test_every_line_comes_from_the_product_and_is_found_by_its_level(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.arcade.add_channel("secret", private_to=[])
    stage.world.lists_hidden_channels = True
    stage.discord.faults.add(CHANNELS, guild=stage.basement, status=500)
    stage.sync()
    assert {record.name.partition(".")[0] for record in caplog.records} == {"discord_clip_saver"}
    assert level_of(caplog, "Accessible guilds: Arcade, Basement") == "INFO"
    applied = f"Applied default guild settings for guild {stage.arcade.id}"
    assert level_of(caplog, applied) == "INFO"
    assert level_of(caplog, f"Missing permissions for channel {stage.staff.id}") == "WARNING"
    (failed,) = [line for line in caplog.messages if line.startswith("Failed to sync guild")]
    assert failed.startswith(f"Failed to sync guild {stage.basement.id}: {CHANNELS}: ")
    assert level_of(caplog, failed) == "ERROR"


def test_debugging_tells_of_each_guild_and_each_statement(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.variables["LOG_LEVEL"] = "DEBUG"
    stage.sync()
    guild_id = stage.arcade.id
    line = f"Guild sync: processing guild_id={guild_id} name=Arcade"
    assert level_of(caplog, line) == "DEBUG"
    statement = f"Database operation: select_guild with params {{'guild_id': {guild_id}}}"
    assert statement in caplog.messages
    assert stage.variables["BOT_TOKEN"] not in caplog.text


def test_a_refused_token_is_told_once_and_nothing_else_is_tried(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.sync()
    before = stage.guild_rows(stage.arcade)
    stage.discord.requests.clear()
    stage.variables["BOT_TOKEN"] = "MTIz.wrong.token"
    stage.forget_environment()
    for _ in range(2):
        caplog.clear()
        with pytest.raises(FunctionFailed) as failure:
            stage.sync()
        assert failure.value.error_type == "Unauthorized"
        assert level_of(caplog, "Invalid bot token") == "CRITICAL"
    assert stage.discord.requests.by_route() == {APPLICATION: 1}
    assert stage.guild_rows(stage.arcade) == before
    assert stage.rows("SELECT 1 FROM leases") == []


def test_a_token_refused_in_the_middle_stops_the_run_at_once(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(60):
        stage.add_guild(f"guild-{number}")
    refusal = {"message": "401: Unauthorized", "code": 0}
    stage.discord.faults.add(CHANNELS, status=401, body=refusal)
    with pytest.raises(FunctionFailed):
        stage.sync()
    assert level_of(caplog, "Invalid bot token") == "CRITICAL"
    # Those that were under way already, with their lists of threads; none of the 60 after them.
    assert stage.discord.requests.count(CHANNELS) <= 16
    assert not any(line.startswith("Failed to sync guild") for line in caplog.messages)


def test_a_bug_is_told_with_its_traceback_and_the_others_do_not_pay_for_it(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.shared.reconcile import diff

    sound = diff.overwrites_hash

    def broken(channels: list[object]) -> str:
        if len(channels) == 3:
            raise ZeroDivisionError("a bug")
        return sound(channels)  # type: ignore[arg-type]

    monkeypatch.setattr(diff, "overwrites_hash", broken)
    summary = stage.sync()
    assert summary["guilds"]["failed"] == 1
    assert stage.states(stage.basement) == {"general": "visible"}
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    expected = f"Failed to sync guild {stage.arcade.id}: ZeroDivisionError('a bug')"
    assert record.message == expected
    assert record.exc_info is not None


def test_endpoints_that_lead_elsewhere_are_counted_and_told(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.variables["PUBLIC_URL"] = URL
    application = stage.world.application
    application.interactions_endpoint_url = "https://old.example/interactions"
    application.event_webhooks_url = f"{URL}/webhook-events"
    application.event_webhooks_status = EVENTS_DISABLED_BY_DISCORD
    summary = stage.sync()
    assert len(summary["drift"]) == 2
    told = [line for line in caplog.messages if line.startswith("Application endpoint drift: ")]
    assert len(told) == 2
    application.interactions_endpoint_url = f"{URL}/interactions"
    application.event_webhooks_status = EVENTS_ENABLED
    assert stage.sync()["drift"] == []
