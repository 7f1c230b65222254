"""Acting as a user, and the rules for whoever answers."""

import json
import threading
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest

from clipsaver.emulator import messages
from clipsaver.emulator.channels import allow
from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.interactions import NotOffered
from clipsaver.emulator.messages import Attachment
from clipsaver.emulator.people import User
from clipsaver.emulator.permissions import ALL, Permission
from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.snowflakes import moment_of
from clipsaver.emulator.world import World
from tests.emulator.receiver import Receiver

_BUTTON = {"type": 2, "style": 1, "label": "More", "custom_id": "more"}
_SELECT = {"type": 8, "custom_id": "where", "channel_types": [0]}
_ROWS = [{"type": 1, "components": [_BUTTON]}, {"type": 1, "components": [_SELECT]}]


@pytest.fixture
def guild(world: World, ada: User, receiver: Receiver) -> Guild:
    guild = world.add_guild("Arcade", owner=ada)
    guild.add_channel("general")
    application = world.application
    application.interactions_endpoint_url = receiver.url
    for declaration in (
        {"name": "status", "description": "x"},
        {"name": "save clip", "type": 3},
        {"name": "clips of", "type": 2},
        {"name": "admin", "description": "x", "default_member_permissions": "32"},
        {"name": "clips", "description": "x", "options": [_find_subcommand()]},
    ):
        application.commands.put(None, declaration, world.mint, 0)
    return guild


@pytest.fixture
def linus(world: World, guild: Guild) -> User:
    linus = world.add_user("linus")
    guild.add_member(linus)
    return linus


def _find_subcommand() -> dict[str, Any]:
    return {
        "type": 1,
        "name": "find",
        "description": "x",
        "options": [
            {"type": 6, "name": "player", "description": "x", "required": True},
            {"type": 7, "name": "channel", "description": "x"},
            {"type": 3, "name": "game", "description": "x", "autocomplete": True},
            {"type": 11, "name": "like", "description": "x"},
        ],
    }


def test_a_command_arrives_as_discord_sends_it(
    discord: DiscordServer, receiver: Receiver, guild: Guild, linus: User
) -> None:
    receiver.answer = lambda _: (200, {"type": 4, "data": {"content": "fine"}})

    used = discord.interactions.command(guild, linus, "status", locale="de")

    payload = receiver.payloads[0]
    assert payload["type"] == 2
    assert payload["data"]["name"] == "status"
    assert (payload["guild_id"], payload["guild"]["id"]) == (str(guild.id), str(guild.id))
    assert payload["member"]["user"]["id"] == str(linus.id)
    assert payload["locale"] == "de"
    assert payload["authorizing_integration_owners"] == {"0": str(guild.id)}
    assert payload["attachment_size_limit"] == 10_485_760
    assert moment_of(int(payload["id"])) <= guild.world.now()
    assert used.text == "fine"
    assert receiver.headers["user-agent"] == "Discord-Interactions/1.0 (+https://discord.com)"


def test_permissions_include_the_channels_overwrites(
    discord: DiscordServer, receiver: Receiver, guild: Guild, ada: User, linus: User
) -> None:
    member = guild.member(linus)
    channel = guild.add_channel("staff", private_to=[member])
    channel.add_overwrites(allow(member, Permission.MANAGE_THREADS))

    discord.interactions.command(guild, linus, "status", channel=channel)
    discord.interactions.command(guild, ada, "status", channel=channel)

    plain, owner = receiver.payloads
    assert int(plain["member"]["permissions"]) & Permission.MANAGE_THREADS
    assert not int(plain["app_permissions"]) & Permission.VIEW_CHANNEL
    assert int(owner["member"]["permissions"]) == ALL


def test_options_are_nested_and_their_objects_resolved(
    discord: DiscordServer, receiver: Receiver, guild: Guild, ada: User, linus: User
) -> None:
    channel = guild.add_channel("staff", private_to=[])
    upload = Attachment("a.mp4", 3, "video/mp4", content=b"abc")

    discord.interactions.command(
        guild, ada, "clips find", {"player": linus, "channel": channel, "like": upload}
    )

    data = receiver.payloads[0]["data"]
    (subcommand,) = data["options"]
    assert subcommand["name"] == "find"
    assert subcommand["options"][0] == {"name": "player", "type": 6, "value": str(linus.id)}
    resolved = data["resolved"]
    assert "user" not in resolved["members"][str(linus.id)]
    assert resolved["users"][str(linus.id)]["username"] == "linus"
    shown = resolved["channels"][str(channel.id)]
    assert not int(shown["app_permissions"]) & Permission.VIEW_CHANNEL
    assert "permission_overwrites" not in shown
    (attachment,) = resolved["attachments"].values()
    assert attachment["ephemeral"] is True
    assert httpx.get(attachment["url"], trust_env=False).content == b"abc"


def test_a_message_command_carries_content_whatever_the_intents(
    discord: DiscordServer, receiver: Receiver, guild: Guild, ada: User
) -> None:
    discord.world.application.flags = 0
    channel = guild.add_channel("clips")
    message = channel.post(ada, "look", [messages.video("ace.mp4")])

    discord.interactions.message_command(guild, ada, "save clip", message)

    data = receiver.payloads[0]["data"]
    assert (data["type"], data["target_id"]) == (3, str(message.id))
    shown = data["resolved"]["messages"][str(message.id)]
    assert shown["attachments"][0]["filename"] == "ace.mp4"


def test_a_user_command_names_its_target(
    discord: DiscordServer, receiver: Receiver, guild: Guild, ada: User, linus: User
) -> None:
    discord.interactions.user_command(guild, ada, "clips of", linus)

    data = receiver.payloads[0]["data"]
    assert (data["type"], data["target_id"]) == (2, str(linus.id))
    assert data["resolved"]["users"][str(linus.id)]["username"] == "linus"


def test_what_a_user_is_not_offered_cannot_be_sent(
    discord: DiscordServer, receiver: Receiver, guild: Guild, ada: User, linus: User
) -> None:
    act = discord.interactions
    hidden = guild.add_channel("staff", private_to=[])
    archived = guild.add_channel("clips").add_thread("old", archived=True)
    old = archived.post(ada, "hm", at=guild.world.now() - timedelta(days=1))
    for user, name in ((ada, "unknown"), (linus, "admin"), (ada, "clips find"), (ada, "clips")):
        with pytest.raises(NotOffered):
            act.command(guild, user, name)
    with pytest.raises(NotOffered):
        act.command(guild, ada, "status", {"no": "such option"})
    with pytest.raises(NotOffered):
        act.command(guild, linus, "status", channel=hidden)
    with pytest.raises(NotOffered):
        act.message_command(guild, ada, "save clip", old)
    assert receiver.payloads == []

    act.command(guild, linus, "admin", overridden=True)
    act.command(guild, ada, "admin")

    assert len(receiver.payloads) == 2


def test_an_ephemeral_answer_is_in_no_channel(
    discord: DiscordServer, receiver: Receiver, guild: Guild, ada: User
) -> None:
    channel = next(iter(guild.channels.values()))
    receiver.answer = lambda _: (200, {"type": 4, "data": {"content": "psst", "flags": 64}})
    used = discord.interactions.command(guild, ada, "status")
    assert used.is_ephemeral
    assert len(channel.history) == 0

    receiver.answer = lambda _: (200, {"type": 4, "data": {"content": "hello"}})
    discord.interactions.command(guild, ada, "status")

    assert [message.content for message in channel.history.all()] == ["hello"]


@pytest.mark.parametrize(
    "answer",
    [
        (500, {"type": 4, "data": {"content": "x"}}),
        (200, {"type": 9}),
        (200, {"type": 7, "data": {"content": "x"}}),
        (200, {"type": 4, "data": {"content": "x" * 2001}}),
        (200, {"type": 4, "data": {}}),
        (200, ["no object"]),
        (202, None),
    ],
)
def test_a_wrong_answer_is_no_answer_to_the_user(
    discord: DiscordServer, receiver: Receiver, guild: Guild, ada: User, answer: tuple[int, Any]
) -> None:
    receiver.answer = lambda _: answer

    used = discord.interactions.command(guild, ada, "status")

    assert used.failed
    assert used.text == "The application did not respond"


def test_a_late_answer_is_none_and_its_token_is_dead(
    discord: DiscordServer, bot: httpx.Client, receiver: Receiver, guild: Guild, ada: User
) -> None:
    def answer_late(_: object) -> tuple[int, object]:
        guild.world.clock.advance(3.1)
        return 200, {"type": 4, "data": {"content": "sorry"}}

    receiver.answer = answer_late
    used = discord.interactions.command(guild, ada, "status")

    assert used.failed
    callback = f"/interactions/{used.id}/{used.token}/callback"
    late = bot.post(callback, json={"type": 5})
    assert (late.status_code, late.json()["code"]) == (404, 10062)
    original = f"/webhooks/{guild.world.application.id}/{used.token}/messages/@original"
    assert bot.patch(original, json={"content": "x"}).json()["code"] == 10015


def test_a_deferred_answer_is_filled_in_later_and_stays_ephemeral(
    discord: DiscordServer, bot: httpx.Client, receiver: Receiver, guild: Guild, ada: User
) -> None:
    receiver.answer = lambda _: (200, {"type": 5, "data": {"flags": 64}})
    used = discord.interactions.command(guild, ada, "status")
    original = f"/webhooks/{guild.world.application.id}/{used.token}/messages/@original"
    assert used.is_waiting
    worker = threading.Timer(0.05, bot.patch, (original,), {"json": {"content": "done"}})

    worker.start()
    assert used.wait_for_edit()
    worker.join()

    assert (used.text, used.is_ephemeral, used.is_waiting) == ("done", True, False)
    assert used.shown is not None
    assert used.shown["edited_timestamp"] is None


def test_the_first_further_message_fills_in_a_deferred_answer(
    discord: DiscordServer, bot: httpx.Client, receiver: Receiver, guild: Guild, ada: User
) -> None:
    receiver.answer = lambda _: (200, {"type": 5})
    used = discord.interactions.command(guild, ada, "status")
    webhook = f"/webhooks/{guild.world.application.id}/{used.token}"

    bot.post(webhook, json={"content": "first"})
    bot.post(webhook, json={"content": "second"})

    assert used.text == "first\nsecond"
    assert len(used.followups) == 1


def test_answering_twice_is_refused(
    discord: DiscordServer, bot: httpx.Client, receiver: Receiver, guild: Guild, ada: User
) -> None:
    receiver.answer = lambda _: (200, {"type": 5})
    used = discord.interactions.command(guild, ada, "status")

    again = bot.post(f"/interactions/{used.id}/{used.token}/callback", json={"type": 5})

    assert (again.status_code, again.json()["code"]) == (400, 40060)


def test_a_worker_faster_than_discord_is_told_to_wait(
    bot: httpx.Client, discord: DiscordServer, receiver: Receiver, guild: Guild, ada: User
) -> None:
    codes = []

    def edit_too_early(payload: dict[str, Any]) -> tuple[int, object]:
        original = f"/webhooks/{payload['application_id']}/{payload['token']}/messages/@original"
        codes.append(bot.patch(original, json={"content": "x"}).json()["code"])
        return 200, {"type": 5}

    receiver.answer = edit_too_early
    discord.interactions.command(guild, ada, "status")

    assert codes == [10015]


def test_a_token_lives_fifteen_minutes(
    discord: DiscordServer, bot: httpx.Client, receiver: Receiver, guild: Guild, ada: User
) -> None:
    receiver.answer = lambda _: (200, {"type": 5})
    used = discord.interactions.command(guild, ada, "status")
    webhook = f"/webhooks/{guild.world.application.id}/{used.token}"
    guild.world.clock.advance(899)
    assert bot.post(webhook, json={"content": "in time"}).status_code == 200

    guild.world.clock.advance(2)

    late = bot.post(webhook, json={"content": "late"})
    assert (late.status_code, late.json()["code"]) == (401, 50027)


def test_an_application_of_the_user_alone_may_send_five_further_messages(
    discord: DiscordServer, bot: httpx.Client, receiver: Receiver, guild: Guild, ada: User
) -> None:
    guild.world.remove_bot(guild)
    receiver.answer = lambda _: (200, {"type": 4, "data": {"content": "hi"}})
    used = discord.interactions.command(guild, ada, "status")
    webhook = f"/webhooks/{guild.world.application.id}/{used.token}"
    assert receiver.payloads[0]["authorizing_integration_owners"] == {"1": str(ada.id)}

    answers = [bot.post(webhook, json={"content": "more"}) for _ in range(6)]

    assert [each.status_code for each in answers] == [200] * 5 + [400]
    assert answers[-1].json()["code"] == 40094


def test_clicks_carry_the_message_and_what_was_chosen(
    discord: DiscordServer, receiver: Receiver, guild: Guild, ada: User
) -> None:
    receiver.answer = lambda _: (200, {"type": 4, "data": {"content": "x", "components": _ROWS}})
    shown = discord.interactions.command(guild, ada, "status")
    receiver.answer = lambda _: (200, {"type": 7, "data": {"content": "y"}})
    channel = guild.add_channel("clips")

    clicked = discord.interactions.click(shown, ada, "more")
    chosen = discord.interactions.click(shown, ada, "where", [channel])

    click, choice = receiver.payloads[1:]
    assert (click["type"], click["data"]["component_type"]) == (3, 2)
    assert click["message"]["id"] == choice["message"]["id"]
    assert choice["data"]["values"] == [str(channel.id)]
    assert str(channel.id) in choice["data"]["resolved"]["channels"]
    assert (shown.text, clicked.text, chosen.text) == ("y\nMore",) * 3
    with pytest.raises(NotOffered):
        discord.interactions.click(shown, ada, "no-such-button")


def test_a_form_opens_and_is_sent_back_filled_in(
    discord: DiscordServer, receiver: Receiver, guild: Guild, ada: User
) -> None:
    text_input = {"type": 4, "custom_id": "why", "style": 2}
    label = {"type": 18, "label": "Why?", "component": text_input}
    form = {"custom_id": "report", "title": "Report", "components": [label]}
    receiver.answer = lambda _: (200, {"type": 9, "data": form})
    opened = discord.interactions.command(guild, ada, "status")
    receiver.answer = lambda _: (200, {"type": 4, "data": {"content": "thanks", "flags": 64}})

    sent = discord.interactions.submit(opened, ada, {"why": "spam"})

    data = receiver.payloads[1]["data"]
    assert data["custom_id"] == "report"
    assert data["components"][0]["component"]["value"] == "spam"
    assert sent.text == "thanks"


def test_autocompletion_takes_choices_only(
    discord: DiscordServer, receiver: Receiver, guild: Guild, ada: User
) -> None:
    choices = [{"name": "Chess", "value": "chess"}]
    receiver.answer = lambda _: (200, {"type": 8, "data": {"choices": choices}})
    typed = discord.interactions.autocomplete(guild, ada, "clips find", {"game": "ch"})
    assert typed.choices == choices
    assert receiver.payloads[0]["data"]["options"][0]["options"][0]["focused"] is True

    receiver.answer = lambda _: (200, {"type": 5})

    assert discord.interactions.autocomplete(guild, ada, "clips find", {"game": "c"}).failed


def test_components_v2_cannot_be_mixed_or_taken_back(
    discord: DiscordServer, bot: httpx.Client, receiver: Receiver, guild: Guild, ada: User
) -> None:
    text = {"type": 10, "content": "**Clips**"}
    receiver.answer = lambda _: (200, {"type": 5})
    used = discord.interactions.command(guild, ada, "status")
    original = f"/webhooks/{guild.world.application.id}/{used.token}/messages/@original"
    bot.patch(original, json={"flags": 32768, "components": [text]}).raise_for_status()
    assert used.text == "**Clips**"

    mixed = bot.patch(original, json={"content": "plain", "flags": 0})

    assert mixed.json()["code"] == 50035


def test_requests_can_be_replayed_and_backdated(
    discord: DiscordServer, receiver: Receiver, guild: Guild, ada: User
) -> None:
    receiver.answer = lambda _: (200, {"type": 4, "data": {"content": "x"}})
    used = discord.interactions.command(guild, ada, "status")

    assert discord.interactions.replay(used).status == 200
    stale = discord.interactions.send(used.payload, timestamp=int(time.time()) - 3600)

    assert receiver.payloads[0] == receiver.payloads[1] == receiver.payloads[2]
    assert json.loads(stale.body)["type"] == 4
    assert int(receiver.headers["x-signature-timestamp"]) < time.time() - 3000


def test_an_application_that_cannot_be_reached_did_not_respond(
    discord: DiscordServer, guild: Guild, ada: User
) -> None:
    discord.world.application.interactions_endpoint_url = "http://127.0.0.1:9/"

    assert discord.interactions.command(guild, ada, "status").failed
    assert discord.interactions.probe()
