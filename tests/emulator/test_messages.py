from typing import Any

import httpx
import pytest

from clipsaver.emulator import messages
from clipsaver.emulator.channels import Channel, deny
from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.people import User
from clipsaver.emulator.permissions import Permission
from clipsaver.emulator.world import World

_BUTTON = {"type": 2, "style": 1, "label": "More", "custom_id": "more"}


@pytest.fixture
def guild(world: World, ada: User) -> Guild:
    return world.add_guild("Arcade", owner=ada)


@pytest.fixture
def clips(guild: Guild) -> Channel:
    return guild.add_channel("clips")


def _texts(answer: httpx.Response) -> list[str]:
    return [message["content"] for message in answer.json()]


def test_pages_are_newest_first_and_after_takes_the_oldest(
    bot: httpx.Client, clips: Channel, ada: User
) -> None:
    posted = [clips.post(ada, str(number)) for number in range(10)]
    path = f"/channels/{clips.id}/messages"

    assert _texts(bot.get(path, params={"limit": 3})) == ["9", "8", "7"]
    assert _texts(bot.get(path, params={"after": 0, "limit": 3})) == ["2", "1", "0"]
    assert _texts(bot.get(path, params={"after": posted[5].id, "limit": 2})) == ["7", "6"]
    assert _texts(bot.get(path, params={"before": posted[5].id, "limit": 2})) == ["4", "3"]
    around = bot.get(path, params={"around": posted[5].id, "limit": 3})
    assert _texts(around) == ["6", "5", "4"]


@pytest.mark.parametrize("query", ["limit=101", "before=1&after=1", "limit=x"])
def test_wrong_pages_are_refused(bot: httpx.Client, clips: Channel, query: str) -> None:
    assert bot.get(f"/channels/{clips.id}/messages?{query}").json()["code"] == 50035


def test_without_history_permission_the_page_is_empty(
    bot: httpx.Client, guild: Guild, ada: User
) -> None:
    unread = guild.add_channel(
        "unread",
        overwrites=[
            deny(guild.everyone, Permission.READ_MESSAGE_HISTORY),
        ],
    )
    message = unread.post(ada, "secret")

    assert bot.get(f"/channels/{unread.id}/messages").json() == []
    assert bot.get(f"/channels/{unread.id}/messages/{message.id}").json()["code"] == 50013


def test_the_chat_of_a_voice_channel_takes_connect(
    bot: httpx.Client, guild: Guild, ada: User
) -> None:
    voice = guild.add_channel(
        "Lobby", "voice", overwrites=[deny(guild.everyone, Permission.CONNECT)]
    )
    voice.post(ada, "hi")
    assert bot.get(f"/channels/{voice.id}").status_code == 200
    assert bot.get(f"/channels/{voice.id}/messages").json()["code"] == 50001

    voice.overwrites = ()

    assert _texts(bot.get(f"/channels/{voice.id}/messages")) == ["hi"]


def test_without_the_intent_only_what_concerns_the_bot_is_readable(
    bot: httpx.Client, world: World, clips: Channel, ada: User
) -> None:
    own = clips.post(world.application.bot, "mine")
    video = clips.post(ada, "theirs", [messages.video()])
    clips.post(ada, f"hey {world.application.bot.mention}")
    clips.post(ada, "an answer", type=19, referenced=own)
    clips.post(ada, "", **messages.forward_of(video))
    world.application.flags = 0

    forward, reply, mention, blank, mine = bot.get(f"/channels/{clips.id}/messages").json()

    assert (mine["content"], reply["content"]) == ("mine", "an answer")
    assert mention["content"].startswith("hey")
    assert (blank["content"], blank["attachments"]) == ("", [])
    assert forward["message_snapshots"][0]["message"]["attachments"] == []


def test_a_forward_has_its_media_in_the_snapshot(
    bot: httpx.Client, clips: Channel, ada: User
) -> None:
    original = clips.post(ada, "look", [messages.video("ace.mp4")])
    clips.post(ada, "", **messages.forward_of(original))

    forward = bot.get(f"/channels/{clips.id}/messages").json()[0]

    assert (forward["content"], forward["attachments"]) == ("", [])
    assert forward["message_reference"]["type"] == 1
    snapshot = forward["message_snapshots"][0]["message"]
    assert snapshot["attachments"][0]["filename"] == "ace.mp4"
    assert "author" not in snapshot


def test_deleted_messages_vanish_and_the_channel_still_names_the_last_one(
    bot: httpx.Client, clips: Channel, ada: User
) -> None:
    message = clips.post(ada, "oops")
    clips.delete_message(message)

    assert bot.get(f"/channels/{clips.id}/messages/{message.id}").json()["code"] == 10008
    assert bot.get(f"/channels/{clips.id}").json()["last_message_id"] == str(message.id)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, 50006),
        ({"content": "x" * 2001}, 50035),
        ({"embeds": [{"title": "x" * 257}]}, 50035),
        ({"embeds": [{"description": "x" * 4000}] * 2}, 50035),
        ({"content": "x", "components": [{"type": 10, "content": "x"}]}, 50035),
        ({"content": "x", "flags": 32768, "components": [{"type": 10, "content": "x"}]}, 50035),
    ],
)
def test_messages_that_break_a_limit_are_refused(
    bot: httpx.Client, clips: Channel, payload: dict[str, Any], code: int
) -> None:
    assert bot.post(f"/channels/{clips.id}/messages", json=payload).json()["code"] == code


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"type": 1, "components": []}, "BASE_TYPE_BAD_LENGTH"),
        ({"type": 1, "components": [_BUTTON, _BUTTON]}, "COMPONENT_CUSTOM_ID_DUPLICATED"),
        ({"type": 1, "components": [_BUTTON | {"label": "x" * 81}]}, "BASE_TYPE_BAD_LENGTH"),
        ({"type": 1, "components": [_BUTTON | {"custom_id": None}]}, "BASE_TYPE_REQUIRED"),
        ({"type": 1, "components": [_BUTTON | {"style": 5}]}, "BASE_TYPE_REQUIRED"),
        ({"type": 1, "components": [_BUTTON | {"label": ""}]}, "BUTTON_COMPONENT_INVALID"),
        (
            {"type": 1, "components": [_BUTTON | {"custom_id": str(n)} for n in range(6)]},
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            {"type": 1, "components": [{"type": 3, "custom_id": "x", "options": []}]},
            "BASE_TYPE_BAD_LENGTH",
        ),
        ({"type": 17, "components": []}, "BASE_TYPE_CHOICES"),
    ],
)
def test_components_that_break_a_limit_are_refused(
    bot: httpx.Client, clips: Channel, component: dict[str, Any], code: str
) -> None:
    payload = {"content": "x", "components": [component]}

    answer = bot.post(f"/channels/{clips.id}/messages", json=payload)

    assert code in answer.text


def test_sending_takes_permission_and_a_nonce_sends_once(
    bot: httpx.Client, guild: Guild, clips: Channel
) -> None:
    path = f"/channels/{clips.id}/messages"
    payload = {"content": "once", "nonce": "a1", "enforce_nonce": True}
    assert bot.post(path, json=payload).json()["id"] == bot.post(path, json=payload).json()["id"]

    clips.overwrites = (deny(guild.everyone, Permission.SEND_MESSAGES),)

    assert bot.post(path, json={"content": "x"}).json()["code"] == 50013


def test_only_own_messages_can_be_edited(bot: httpx.Client, clips: Channel, ada: User) -> None:
    message = clips.post(ada, "hers")
    path = f"/channels/{clips.id}/messages/{message.id}"

    assert bot.patch(path, json={"content": "mine"}).json()["code"] == 50005
    assert bot.delete(path).json()["code"] == 50013


def test_posting_in_an_archived_thread_brings_it_back(clips: Channel, ada: User) -> None:
    thread = clips.add_thread("old", archived=True)

    thread.post(ada, "still there?")

    assert not thread.archived
