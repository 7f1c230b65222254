"""Guilds that the bot leaves and returns to, and what holds a run back when too many seem gone."""

import pytest
from typer.testing import CliRunner

from clipsaver import cli
from clipsaver.emulator.guilds import Guild
from tests.functional.sync.stage import CHANNELS, GUILD, Stage


def guild_states(stage: Stage) -> dict[str, str]:
    return dict(stage.rows("SELECT name, state FROM bot_guilds"))


def kick(stage: Stage, *guilds: Guild) -> None:
    for guild in guilds:
        stage.world.remove_bot(guild)


def test_a_left_guild_is_confirmed_and_kept_with_all_its_rows(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.sync()
    channels = stage.rows("SELECT channel_id, xmin::text, state FROM bot_channels ORDER BY 1")
    settings = stage.rows("SELECT guild_id, xmin::text FROM guild_settings ORDER BY 1")
    kick(stage, stage.arcade)
    stage.discord.requests.clear()
    summary = stage.sync()
    assert (summary["guilds"]["left"], summary["complete"]) == (1, True)
    assert guild_states(stage) == {"Arcade": "left", "Basement": "present"}
    assert stage.discord.requests.count(GUILD) == 1
    assert f"Left guild {stage.arcade.id}" in caplog.messages
    assert (
        stage.rows("SELECT channel_id, xmin::text, state FROM bot_channels ORDER BY 1") == channels
    )
    assert stage.rows("SELECT guild_id, xmin::text FROM guild_settings ORDER BY 1") == settings
    stage.discord.requests.clear()
    assert stage.sync()["guilds"]["left"] == 0
    assert stage.discord.requests.count(GUILD) == 0


def test_a_deleted_guild_counts_as_left(stage: Stage) -> None:
    stage.sync()
    stage.world.delete_guild(stage.arcade)
    assert stage.sync()["guilds"]["left"] == 1


def test_a_return_revives_a_guild_with_its_settings_and_channels(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.sync()
    stage.execute("""UPDATE guild_settings SET settings = '{"prefix": "~"}'""")
    stage.execute("UPDATE bot_channels SET is_reading = false")
    kick(stage, stage.arcade)
    stage.sync()
    stage.world.add_bot(stage.arcade)
    caplog.clear()
    summary = stage.sync()
    assert (summary["guilds"]["returned"], summary["guilds"]["added"]) == (1, 0)
    assert guild_states(stage) == {"Arcade": "present", "Basement": "present"}
    assert stage.rows("SELECT settings FROM guild_settings") == [({"prefix": "~"},)] * 2
    assert stage.value("SELECT bool_or(is_reading) FROM bot_channels") is False
    assert not any("default" in line for line in caplog.messages)


def with_many_guilds(stage: Stage) -> list[Guild]:
    """Eight guilds in all, synced; those that were added."""
    guilds = [stage.add_guild(f"guild-{number}", "general") for number in range(6)]
    stage.sync()
    return guilds


def test_too_many_departures_stop_the_run_before_it_writes(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    guilds = with_many_guilds(stage)
    kick(stage, *guilds[:4])
    stage.clips.name = "renamed"
    before = stage.everything()
    stage.discord.requests.clear()
    summary = stage.sync()
    after = stage.everything()
    for bookkeeping in ("leases", "job_runs"):
        before.pop(bookkeeping), after.pop(bookkeeping)
    assert after == before
    assert summary["complete"] is False
    assert "4 of 8 guilds" in summary["breaker"]
    assert '{"force": true}' in summary["breaker"]
    assert stage.discord.requests.count(CHANNELS) == 0
    stopped = next(record for record in caplog.records if "Sync stopped" in record.message)
    assert stopped.levelname == "ERROR"


def test_the_operators_own_run_that_is_stopped_ends_with_status_1(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    guilds = with_many_guilds(stage)
    kick(stage, *guilds[:4])
    monkeypatch.setattr(cli, "operator_variables", lambda: stage.variables)
    assert CliRunner().invoke(cli.app, ["sync"]).exit_code == 1
    assert CliRunner().invoke(cli.app, ["sync", "--json"]).exit_code == 1
    assert CliRunner().invoke(cli.app, ["sync", "--force"]).exit_code == 0


def test_force_overrides_the_guild_breaker(stage: Stage) -> None:
    guilds = with_many_guilds(stage)
    kick(stage, *guilds[:4])
    stage.sync()
    summary = stage.sync({"force": True})
    assert (summary["guilds"]["left"], summary["breaker"], summary["complete"]) == (4, None, True)
    assert list(guild_states(stage).values()).count("left") == 4


def test_as_many_departures_as_the_minimum_are_believed(stage: Stage) -> None:
    guilds = with_many_guilds(stage)
    kick(stage, *guilds[:3])
    summary = stage.sync()
    assert (summary["guilds"]["left"], summary["breaker"]) == (3, None)


@pytest.mark.parametrize("written", ["synced_at", "last_seen_at"])
def test_a_guild_synced_or_installed_by_somebody_meanwhile_is_not_marked_as_left(
    stage: Stage, written: str
) -> None:
    stage.sync()
    kick(stage, stage.arcade)
    # Whoever writes it between the run's look at Discord and its own writing knows better.
    stage.interfere(
        "BEFORE UPDATE ON leases",
        f"UPDATE bot_guilds SET {written} = now() WHERE guild_id = {stage.arcade.id};",
    )
    assert stage.sync()["guilds"]["left"] == 0
    assert guild_states(stage)["Arcade"] == "present"


def full_of_channels(stage: Stage) -> Guild:
    """A synced guild with eight channels."""
    guild = stage.add_guild("Library", *(f"shelf-{number}" for number in range(8)))
    stage.sync()
    return guild


def test_too_many_deleted_channels_hold_their_guild_back_whole(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    library = full_of_channels(stage)
    for channel in list(library.channels.values())[:6]:
        library.delete_channel(channel)
    library.name, stage.clips.name = "Renamed", "renamed"
    before = stage.guild_rows(library)
    summary = stage.sync()
    assert stage.guild_rows(library) == before
    assert (summary["complete"], summary["guilds"]["failed"]) == (True, 1)
    assert f"6 of 8 channels of guild {library.id}" in summary["breaker"]
    failed = next(line for line in caplog.records if line.levelname == "ERROR")
    assert failed.message.startswith(f"Failed to sync guild {library.id}: 6 of 8 channels")
    assert "renamed" in stage.states()
    assert summary["channels"]["deleted"] == 0


def test_force_overrides_the_channel_breaker(stage: Stage) -> None:
    library = full_of_channels(stage)
    for channel in list(library.channels.values())[:6]:
        library.delete_channel(channel)
    summary = stage.sync({"force": True})
    assert (summary["channels"]["deleted"], summary["breaker"]) == (6, None)
    assert list(stage.states(library).values()).count("deleted") == 6


def test_channels_that_are_only_hidden_never_trip_the_breaker(stage: Stage) -> None:
    library = full_of_channels(stage)
    role = stage.world.bot_role(library)
    assert role is not None
    role.permissions = library.everyone.permissions = 0
    summary = stage.sync()
    assert (summary["channels"]["hidden"], summary["breaker"]) == (8, None)
