"""Lists that lack what is there: nothing is taken for gone without Discord's word for it."""

import json

import pytest

from clipsaver.emulator.guilds import Guild
from clipsaver.local.errors import FunctionFailed
from functions.shared.discord import client
from tests.functional.sync.stage import CHANNEL, CHANNELS, GUILD, GUILDS, Stage

UNKNOWN_CHANNEL = {"message": "Unknown Channel", "code": 10003}
MISSING_ACCESS = {"message": "Missing Access", "code": 50001}
ARCADE = ("clips", "screenshots", "Lobby", "Clip of the week")


def guild_states(stage: Stage) -> set[str]:
    return {state for (state,) in stage.rows("SELECT state FROM bot_guilds")}


@pytest.fixture
def crowded(stage: Stage) -> Stage:
    """A synced stage with eight guilds."""
    for number in range(6):
        stage.add_guild(f"guild-{number}", "general")
    stage.sync()
    return stage


def test_a_guild_missing_from_the_list_is_not_left(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.sync()
    stage.discord.faults.missing_guilds.add(stage.arcade.id)
    before = stage.guild_rows(stage.arcade)
    next(iter(stage.basement.channels.values())).name = "renamed"
    summary = stage.sync()
    assert (summary["complete"], summary["guilds"]["left"]) == (True, 0)
    assert stage.guild_rows(stage.arcade) == before
    assert stage.states(stage.basement) == {"renamed": "visible"}
    missing = f"Guild {stage.arcade.id} is missing from Discord's list, but the bot is in it"
    assert missing in caplog.messages


def test_an_empty_guild_list_leaves_no_guild(crowded: Stage) -> None:
    crowded.discord.faults.missing_guilds.update(crowded.world.guilds)
    before = crowded.rows("SELECT xmin::text, * FROM bot_guilds ORDER BY guild_id")
    summary = crowded.sync()
    assert (summary["guilds"]["seen"], summary["guilds"]["left"]) == (0, 0)
    assert crowded.rows("SELECT xmin::text, * FROM bot_guilds ORDER BY guild_id") == before
    crowded.discord.faults.clear()
    assert crowded.sync()["guilds"]["seen"] == 8


def test_half_of_the_guilds_missing_from_the_list_are_not_left(crowded: Stage) -> None:
    missing = list(crowded.world.guilds)[:4]
    crowded.discord.faults.missing_guilds.update(missing)
    summary = crowded.sync()
    assert (summary["guilds"]["seen"], summary["guilds"]["left"]) == (4, 0)
    assert summary["breaker"] is None
    assert guild_states(crowded) == {"present"}


def test_half_of_the_guilds_unknown_to_discord_trip_the_breaker(crowded: Stage) -> None:
    missing = list(crowded.world.guilds.values())[:4]
    crowded.discord.faults.missing_guilds.update(guild.id for guild in missing)
    unknown = {"message": "Unknown Guild", "code": 10004}
    crowded.discord.faults.add(GUILD, status=404, body=unknown)
    summary = crowded.sync()
    assert (summary["complete"], summary["guilds"]["left"]) == (False, 0)
    assert "4 of 8 guilds" in summary["breaker"]
    assert guild_states(crowded) == {"present"}
    crowded.discord.faults.clear()
    assert crowded.sync()["complete"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"message": "500: Internal Server Error", "code": 0}),
        (404, {"message": "404: Not Found", "code": 0}),
        (403, MISSING_ACCESS),
    ],
)
def test_a_missing_guild_without_a_clear_answer_is_not_left(
    stage: Stage, status: int, body: dict[str, object]
) -> None:
    stage.sync()
    stage.discord.faults.missing_guilds.add(stage.arcade.id)
    stage.discord.faults.add(GUILD, guild=stage.arcade, status=status, body=body)
    assert stage.sync()["guilds"]["left"] == 0
    assert guild_states(stage) == {"present"}


def test_a_guild_list_that_breaks_off_after_a_page_leaves_no_guild(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_GUILDS_PER_PAGE", 1)
    stage.sync()
    before = stage.channel_versions()
    undisturbed = stage.discord.faults.add(GUILDS, times=1)
    stage.discord.faults.add(GUILDS, status=500)
    with pytest.raises(FunctionFailed):
        stage.sync()
    assert undisturbed.times_left == 0
    assert guild_states(stage) == {"present"}
    assert stage.channel_versions() == before


def test_a_channel_list_without_channels_that_are_there_changes_none_of_them(stage: Stage) -> None:
    stage.sync()
    stage.discord.faults.missing_channels.update(stage.arcade.channels)
    summary = stage.sync()
    assert summary["breaker"] is None
    assert stage.states() == dict.fromkeys(ARCADE, "visible")
    assert stage.discord.requests.count(CHANNEL) == 3
    versions = stage.channel_versions()
    assert stage.sync()["requests"] < 10
    assert stage.channel_versions() == versions
    assert stage.discord.requests.count(CHANNEL) == 3


def test_a_channel_list_without_channels_that_are_forbidden_hides_them(stage: Stage) -> None:
    stage.sync()
    stage.discord.faults.missing_channels.update(stage.arcade.channels)
    stage.discord.faults.add(CHANNEL, status=403, body=MISSING_ACCESS)
    summary = stage.sync()
    assert (summary["channels"]["hidden"], summary["breaker"]) == (4, None)
    assert stage.states() == dict.fromkeys(ARCADE, "hidden")
    stage.discord.faults.clear()
    assert stage.sync()["channels"]["returned"] == 4
    assert stage.states() == dict.fromkeys(ARCADE, "visible")


def with_library(stage: Stage) -> Guild:
    """A guild with eight channels, synced."""
    library = stage.add_guild("Library", *(f"shelf-{number}" for number in range(8)))
    stage.sync()
    return library


def test_a_channel_list_without_channels_called_unknown_trips_the_breaker(stage: Stage) -> None:
    library = with_library(stage)
    before = stage.guild_rows(library)
    stage.discord.faults.missing_channels.update(library.channels)
    stage.discord.faults.add(CHANNEL, status=404, body=UNKNOWN_CHANNEL)
    stage.clips.name = "renamed"
    summary = stage.sync()
    assert "8 of 8 channels" in summary["breaker"]
    assert stage.guild_rows(library) == before
    assert "renamed" in stage.states()
    stage.discord.faults.clear()
    assert stage.sync()["breaker"] is None
    assert set(stage.states(library).values()) == {"visible"}


@pytest.mark.parametrize(
    "how",
    [
        {"status": 500},
        {"status": 404, "body": {"message": "404: Not Found", "code": 0}},
        {"scope": "shared", "retry_after": 3600.0},
        {"body": []},
    ],
    ids=["failing", "another-404", "limited", "shapeless"],
)
def test_a_probe_without_a_clear_answer_leaves_a_channel_unknown_until_there_is_one(
    stage: Stage, how: dict[str, object]
) -> None:
    stage.sync()
    permissions = stage.value("SELECT permissions FROM bot_channels WHERE name = 'clips'")
    stage.discord.faults.missing_channels.add(stage.clips.id)
    stage.discord.faults.add(CHANNEL, channel=stage.clips, **how)  # type: ignore[arg-type]
    summary = stage.sync()
    assert (summary["complete"], summary["channels"]["unknown"]) == (True, 1)
    assert stage.states()["clips"] == "unknown"
    assert stage.states()["Clip of the week"] == "visible"
    assert stage.value("SELECT permissions FROM bot_channels WHERE name = 'clips'") == permissions
    versions = stage.channel_versions()
    stage.sync()
    assert stage.channel_versions() == versions
    stage.discord.faults.clear()
    stage.forget_environment()
    assert stage.sync()["channels"]["returned"] == 1
    assert stage.states() == dict.fromkeys(ARCADE, "visible")


def test_names_that_no_database_keeps_are_cleaned(stage: Stage) -> None:
    """NUL and half of a surrogate pair, which JSON can spell and UTF-8 cannot."""
    ids = [
        {"id": str(stage.clips.id), "type": 0, "name": "cl\u0000ips\ud83d"},
        {"id": str(stage.screenshots.id), "type": 0, "name": "\u0000"},
    ]
    stage.discord.faults.add(CHANNELS, guild=stage.arcade, status=200, html=json.dumps(ids))
    summary = stage.sync()
    assert (summary["complete"], summary["guilds"]["failed"]) == (True, 0)
    names = stage.rows("SELECT name FROM bot_channels WHERE parent_id IS NULL ORDER BY channel_id")
    assert [name for (name,) in names] == ["clips", "", "general"]
