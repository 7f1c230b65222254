"""The problems that `/status` names, each with what helps."""

import pytest

from clipsaver.emulator.application import MESSAGE_CONTENT_LIMITED
from clipsaver.emulator.channels import deny
from clipsaver.emulator.interaction_record import Interaction
from clipsaver.emulator.permissions import Permission
from tests.functional.commands.stage import Stage

TITLES = {"en-US": "What is wrong, and how to fix it", "de": "Was nicht stimmt, und was hilft"}


def problems(shown: Interaction) -> list[str]:
    return field(shown, TITLES[shown.user.locale]).splitlines()


def field(shown: Interaction, name: str) -> str:
    assert shown.shown is not None
    (embed,) = shown.shown["embeds"]
    return str(next(each["value"] for each in embed["fields"] if each["name"] == name))


def test_a_server_where_all_is_well_has_none(stage: Stage) -> None:
    shown = stage.command("status")
    assert problems(shown) == ["Nothing. Every channel that I am to read can be read."]
    assert shown.text.endswith("Sync now")


@pytest.mark.parametrize(
    ("name", "lacking", "told"),
    [
        ("clips", Permission.VIEW_CHANNEL, "I cannot see <#{id}>: allow **View Channel**"),
        (
            "clips",
            Permission.READ_MESSAGE_HISTORY,
            "I cannot read older messages in <#{id}>: allow **Read Message History**.",
        ),
        ("Lobby", Permission.CONNECT, "I cannot read the chat of <#{id}>: allow **Connect**"),
    ],
)
def test_a_channel_that_cannot_be_read_is_named_with_what_it_lacks(
    stage: Stage, name: str, lacking: Permission, told: str
) -> None:
    channel = stage.channel(name)
    channel.overwrites = (deny(stage.arcade.everyone, lacking),)
    stage.sync()
    (problem,) = problems(stage.command("status"))
    assert problem.startswith(told.format(id=channel.id))
    stage.ada.locale = "de"
    (problem,) = problems(stage.command("status"))
    assert f"<#{channel.id}>" in problem
    assert "erlaube" in problem


def test_a_channel_that_is_not_to_be_read_is_no_problem(stage: Stage) -> None:
    channel = stage.channel("clips")
    channel.overwrites = (deny(stage.arcade.everyone, Permission.VIEW_CHANNEL),)
    stage.sync()
    stage.rows.sql("UPDATE bot_channels SET is_reading = false WHERE channel_id = %s", channel.id)
    stage.rows.sql("UPDATE bot_channels SET is_reading = false WHERE parent_id = %s", channel.id)
    assert problems(stage.command("status")) == [
        "Nothing. Every channel that I am to read can be read."
    ]


def test_a_missing_message_content_intent_is_told(stage: Stage) -> None:
    stage.world.application.flags &= ~MESSAGE_CONTENT_LIMITED
    stage.sync()
    (problem,) = problems(stage.command("status"))
    assert "**Message Content Intent**" in problem
    stage.world.application.flags |= MESSAGE_CONTENT_LIMITED
    stage.sync()
    assert "Content" not in problems(stage.command("status"))[0]


def test_a_stored_setting_that_is_not_used_is_told(stage: Stage) -> None:
    stage.rows.sql("""UPDATE guild_settings SET settings = '{"max_file_size_mb": 9000}'""")
    (problem,) = problems(stage.command("status"))
    assert problem.startswith("⚠️ `max_file_size_mb` is not used: ")


def test_scans_under_way_are_counted_and_those_elsewhere_are_not(stage: Stage) -> None:
    clips, couch = stage.channel("clips"), stage.channel("Couch", stage.basement)
    stage.rows.scan_run(clips.id, status="running", started_at="now")
    stage.rows.scan_run(clips.id, status="succeeded")
    stage.rows.scan_run(couch.id, status="running")
    assert "scans running: **1**" in field(stage.command("status"), "Channels")


def test_more_problems_than_fit_are_counted(stage: Stage) -> None:
    for number in range(40):
        channel = stage.arcade.add_channel(f"{'x' * 97}{number}")
        channel.overwrites = (deny(stage.arcade.everyone, Permission.READ_MESSAGE_HISTORY),)
    stage.sync()
    for locale, more in (("en-US", "more."), ("de", "weitere.")):
        stage.ada.locale = locale
        found = problems(stage.command("status"))
        *named, last = found
        assert last.startswith("… ")
        assert last.endswith(more)
        assert len(named) + int(last.split()[-2]) == 40
        assert all(line.endswith(("**.", "anzeigen**.")) for line in named)
        assert len("\n".join(found)) <= 1024
