"""A full sync, seen from outside: what it asks, what it stores, what it logs."""

from datetime import timedelta

import pytest

from clipsaver.emulator.channels import deny
from clipsaver.emulator.permissions import Permission
from tests.functional.sync.stage import (
    APPLICATION,
    CHANNEL,
    CHANNELS,
    GUILD,
    GUILDS,
    MEMBER,
    THREADS,
    Stage,
)

DEFAULTS = {
    "prefix": "!",
    "auto_scan": True,
    "scan_nsfw": False,
    "max_file_size_mb": 100,
    "keep_message_text": True,
}


def test_a_first_sync_stores_every_guild_and_what_the_bot_sees_of_it(stage: Stage) -> None:
    summary = stage.sync()
    assert summary["complete"]
    assert summary["guilds"] | {"seen": 2, "added": 2} == summary["guilds"]
    assert summary["channels"] | {"seen": 5, "added": 5} == summary["channels"]
    assert stage.rows(
        "SELECT guild_id, name, owner_user_id, state FROM bot_guilds ORDER BY guild_id"
    ) == [
        (stage.arcade.id, "Arcade", stage.owner.id, "present"),
        (stage.basement.id, "Basement", stage.owner.id, "present"),
    ]
    assert stage.rows(
        "SELECT name, type, parent_id, is_reading, state FROM bot_channels "
        "WHERE guild_id = %s ORDER BY channel_id",
        stage.arcade.id,
    ) == [
        ("clips", "text", None, True, "visible"),
        ("screenshots", "text", None, True, "visible"),
        ("Lobby", "voice", None, True, "visible"),
        ("Clip of the week", "public_thread", stage.clips.id, True, "visible"),
    ]
    assert stage.rows("SELECT settings FROM guild_settings") == [(DEFAULTS,), (DEFAULTS,)]


def test_a_sync_that_finds_nothing_new_rewrites_no_channel_and_asks_the_least(
    stage: Stage,
) -> None:
    stage.sync()
    versions, before = stage.channel_versions(), stage.discord.requests
    before.clear()
    summary = stage.sync()
    assert stage.channel_versions() == versions
    assert before.by_route() == {APPLICATION: 1, GUILDS: 1, CHANNELS: 2, THREADS: 2}
    assert summary["requests"] == 6
    changes = {**summary["guilds"], **summary["channels"]}
    assert {name for name, count in changes.items() if count} == {"seen"}


def test_the_hour_of_the_last_sync_is_noted_even_if_nothing_is_new(stage: Stage) -> None:
    stage.sync()
    stage.execute("UPDATE bot_guilds SET last_seen_at = 'epoch', synced_at = 'epoch'")
    stage.sync()
    assert stage.value(
        "SELECT bool_and(least(synced_at, last_seen_at) > now() - interval '1 minute')"
        " FROM bot_guilds"
    )


def test_a_sync_without_threads_asks_one_request_per_guild(stage: Stage) -> None:
    stage.use_settings("sync_settings_defaults: {sync_active_threads: false}")
    stage.sync()
    stage.discord.requests.clear()
    assert stage.sync()["requests"] == 4
    assert "Clip of the week" not in stage.states()


def test_every_change_of_a_channel_arrives(stage: Stage) -> None:
    stage.sync()
    stage.clips.name, stage.clips.nsfw, stage.screenshots.type = "best-clips", True, 5
    stage.clips.post(stage.owner, "A new one")
    summary = stage.sync()
    assert summary["channels"]["updated"] == 3  # the thread is age-restricted with its parent
    assert stage.rows(
        "SELECT name, is_nsfw, last_message_id, last_activity_at IS NOT NULL FROM bot_channels "
        "WHERE channel_id = %s",
        stage.clips.id,
    ) == [("best-clips", True, stage.clips.last_message_id, True)]
    assert stage.value("SELECT type FROM bot_channels WHERE name = 'screenshots'") == "announcement"


@pytest.mark.parametrize("lists_hidden", [True, False])
def test_a_channel_goes_into_hiding_and_returns_with_what_people_set(
    stage: Stage, caplog: pytest.LogCaptureFixture, *, lists_hidden: bool
) -> None:
    stage.world.lists_hidden_channels = lists_hidden
    stage.sync()
    stage.execute(
        """UPDATE bot_channels SET is_reading = false, settings = '{"by": "hand"}'"""
        f" WHERE channel_id = {stage.clips.id}"
    )
    stage.clips.overwrites = (deny(stage.arcade.everyone, Permission.VIEW_CHANNEL),)
    summary = stage.sync()
    assert summary["channels"]["hidden"] == 2
    assert stage.states()["clips"] == stage.states()["Clip of the week"] == "hidden"
    assert caplog.messages.count(f"Missing permissions for channel {stage.clips.id}") == 1
    assert stage.discord.requests.count(CHANNEL) == (0 if lists_hidden else 1)
    stage.sync()
    assert caplog.messages.count(f"Missing permissions for channel {stage.clips.id}") == 1
    assert stage.discord.requests.count(CHANNEL) == (0 if lists_hidden else 1)
    stage.clips.overwrites = ()
    assert stage.sync()["channels"]["returned"] == 2
    assert stage.rows(
        "SELECT state, is_reading, settings FROM bot_channels WHERE channel_id = %s",
        stage.clips.id,
    ) == [("visible", False, {"by": "hand"})]


def test_a_channel_that_stays_hidden_is_probed_again_after_a_week(stage: Stage) -> None:
    stage.sync()
    stage.clips.overwrites = (deny(stage.arcade.everyone, Permission.VIEW_CHANNEL),)
    stage.sync()
    stage.discord.requests.clear()
    stage.execute("UPDATE bot_channels SET probed_at = now() - interval '6 days 23 hours'")
    stage.sync()
    assert stage.discord.requests.count(CHANNEL) == 0
    stage.execute("UPDATE bot_channels SET probed_at = now() - interval '7 days'")
    summary = stage.sync()
    assert stage.discord.requests.count(CHANNEL) == 1
    assert not any(summary["channels"][kind] for kind in ("hidden", "updated", "deleted"))


def test_a_deleted_channel_is_kept_as_deleted_and_never_asked_for_again(stage: Stage) -> None:
    stage.sync()
    stage.arcade.delete_channel(stage.clips)
    summary = stage.sync()
    assert (summary["channels"]["deleted"], summary["breaker"]) == (1, None)
    assert stage.states()["clips"] == "deleted"
    stage.discord.requests.clear()
    stage.sync()
    assert stage.discord.requests.count(CHANNEL) == 0


def test_an_archived_thread_is_kept_as_archived_until_it_wakes(stage: Stage) -> None:
    stage.sync()
    stage.week.archive()
    assert stage.sync()["channels"]["archived"] == 1
    assert stage.states()["Clip of the week"] == "archived"
    stage.week.unarchive()
    assert stage.sync()["channels"]["returned"] == 1
    assert stage.states()["Clip of the week"] == "visible"


def test_a_channel_of_a_type_nobody_knows_yet_is_stored_and_not_read(stage: Stage) -> None:
    stage.arcade.add_channel("holodeck", 99)
    stage.sync()
    assert stage.rows("SELECT type, is_reading FROM bot_channels WHERE name = 'holodeck'") == [
        ("type_99", False)
    ]


def test_names_lose_the_characters_that_no_database_keeps(stage: Stage) -> None:
    stage.arcade.name, stage.clips.name = "Ar\x00cade", "cl\x07ips\r\n"
    stage.sync()
    assert (
        stage.value("SELECT name FROM bot_guilds WHERE guild_id = %s", stage.arcade.id) == "Arcade"
    )
    assert "clips" in stage.states()


def test_a_renamed_guild_has_its_owner_and_its_roles_read_again(stage: Stage) -> None:
    stage.sync()
    heir = stage.world.add_user("grace")
    stage.arcade.add_member(heir)
    stage.arcade.owner_id = heir.id
    stage.discord.requests.clear()
    stage.sync()
    assert stage.discord.requests.count(GUILD) == 0
    stage.arcade.name = "Hall"
    assert stage.sync()["guilds"]["updated"] == 1
    assert stage.discord.requests.count(GUILD) == stage.discord.requests.count(MEMBER) == 1
    assert stage.rows(
        "SELECT name, owner_user_id FROM bot_guilds WHERE guild_id = %s", stage.arcade.id
    ) == [("Hall", heir.id)]


def test_changed_overwrites_have_the_bots_roles_read_again(stage: Stage) -> None:
    stage.sync()
    role = stage.arcade.add_role("Archivists")
    assert stage.arcade.bot_member is not None
    stage.arcade.bot_member.add_role(role)
    stage.discord.requests.clear()
    stage.screenshots.overwrites = (deny(role, Permission.READ_MESSAGE_HISTORY),)
    stage.sync()
    assert stage.discord.requests.count(MEMBER) == 1
    bits = stage.value("SELECT permissions FROM bot_channels WHERE name = 'screenshots'")
    assert bits == Permission.VIEW_CHANNEL | Permission.CONNECT


def test_owner_and_roles_are_read_at_least_daily(stage: Stage) -> None:
    stage.sync()
    stage.discord.requests.clear()
    stage.execute("UPDATE bot_guilds SET member_read_at = now() - interval '22 hours 59 minutes'")
    stage.sync()
    assert stage.discord.requests.count(MEMBER) == 0
    stage.execute("UPDATE bot_guilds SET member_read_at = now() - interval '23 hours'")
    stage.sync()
    assert stage.discord.requests.count(MEMBER) == 2
    age = stage.value("SELECT max(now() - member_read_at) FROM bot_guilds")
    assert age < timedelta(minutes=1)


def test_hundreds_of_guilds_are_listed_page_by_page(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(399):
        stage.add_guild(f"guild-{number}")
    only_listed = stage.cold_environment(seconds=8).invoke({})
    assert (only_listed["guilds"]["seen"], only_listed["complete"]) == (401, False)
    assert stage.discord.requests.count(GUILDS) == 3
    listed = next(line for line in caplog.messages if line.startswith("Accessible guilds: "))
    names = listed.removeprefix("Accessible guilds: ").removesuffix(" and 351 more").split(", ")
    assert names == ["Arcade", "Basement", *(f"guild-{number}" for number in range(48))]


def test_members_are_read_again_in_rotation(stage: Stage) -> None:
    for number in range(65):
        stage.add_guild(f"guild-{number}")
    stage.sync()
    due = list(stage.world.guilds)[40]
    stage.execute(
        f"UPDATE bot_guilds SET member_read_at = now() - interval '1 hour' WHERE guild_id = {due}"
    )
    stage.discord.requests.clear()
    stage.sync()
    asked = [int(request.path.split("/")[4]) for request in stage.discord.requests.to(MEMBER)]
    assert asked == [due]


def test_a_list_of_fifty_guilds_is_logged_whole(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.sync()
    assert "Accessible guilds: Arcade, Basement" in caplog.messages
    for number in range(48):
        stage.add_guild(f"guild-{number}")
    stage.sync()
    assert caplog.messages.count("Accessible guilds: Arcade, Basement") == 1
    assert any(line.endswith(", guild-47") for line in caplog.messages)
