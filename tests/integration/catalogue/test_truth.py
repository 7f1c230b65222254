"""What is taken for gone, and what is only in doubt."""

from datetime import UTC, datetime
from typing import Any

import pytest

from clipsaver.emulator import messages
from clipsaver.emulator.messages import Message
from clipsaver.emulator.server import DiscordServer
from functions.shared.catalogue import truth
from functions.shared.db.clip_search import FoundClip
from functions.shared.discord.client import DiscordClient
from functions.shared.models import ChannelId, MessageId

GET_MESSAGE = "GET /channels/{channel_id}/messages/{message_id}"
APPLICATION = "GET /applications/@me"
EMBED = {"type": "rich", "title": "what was here"}


@pytest.fixture
def posted(discord: DiscordServer) -> Message:
    """A message with nothing but a video."""
    arcade = next(guild for guild in discord.world.guilds.values() if guild.name == "Arcade")
    clips = next(each for each in arcade.channels.values() if each.name == "clips")
    return clips.post(arcade.owner.user, "", [messages.video("here.mp4")])


@pytest.fixture
def clip(posted: Message) -> FoundClip:
    return FoundClip(
        channel_id=ChannelId(posted.channel_id),
        message_id=MessageId(posted.id),
        attachment_id=posted.attachments[0].id,
        author_id=None,
        author_name=None,
        message_text="what it said",
        filename="here.mp4",
        title=None,
        duration_seconds=None,
        is_spoiler=False,
        is_forward=False,
        participant_ids=[],
        game=None,
        posted_at=datetime.now(UTC),
        is_hidden=False,
        rank=0.0,
    )


def outcome(found: truth.Truth) -> dict[str, int]:
    counts = {
        "linked": len(found.linked),
        "deleted": len(found.deleted),
        "removed": len(found.removed),
        "doubtful": found.doubtful,
    }
    return {name: count for name, count in counts.items() if count}


async def test_a_clip_that_is_there_takes_one_request(
    discord: DiscordServer, client: DiscordClient, clip: FoundClip
) -> None:
    assert outcome(await truth.check(client, [clip])) == {"linked": 1}
    assert len(discord.requests) == 1


@pytest.mark.parametrize(
    "left",
    [
        {"content": "just words"},
        {"embeds": [EMBED]},
        {"components": [{"type": 10, "content": "words"}]},
        {"attachments": [messages.video("other.mp4")]},
    ],
)
async def test_a_file_that_is_not_among_what_a_message_shows_is_gone(
    discord: DiscordServer,
    client: DiscordClient,
    posted: Message,
    clip: FoundClip,
    left: dict[str, Any],
) -> None:
    posted.attachments = []
    for name, value in left.items():
        setattr(posted, name, value)
    found = await truth.check(client, [clip])
    assert outcome(found) == {"removed": 1}
    assert found.removed == ((clip.channel_id, clip.message_id, clip.attachment_id),)
    assert len(discord.requests) == 1


async def test_a_message_with_nothing_in_it_is_believed_while_the_intent_is_on(
    discord: DiscordServer, client: DiscordClient, posted: Message, clip: FoundClip
) -> None:
    posted.attachments = []
    assert outcome(await truth.check(client, [clip])) == {"removed": 1}
    assert discord.requests.count(APPLICATION) == 2


async def test_a_message_with_nothing_in_it_is_doubted_while_the_intent_is_off(
    discord: DiscordServer, client: DiscordClient, posted: Message, clip: FoundClip
) -> None:
    posted.attachments = []
    discord.world.application.flags = 0
    assert outcome(await truth.check(client, [clip])) == {"doubtful": 1}
    assert discord.requests.count(GET_MESSAGE) == discord.requests.count(APPLICATION) == 1


@pytest.mark.parametrize(
    ("flags", "expected"), [((0, None), {"linked": 1}), ((None, 0), {"doubtful": 1})]
)
async def test_an_intent_that_is_switched_meanwhile_makes_nothing_gone(
    discord: DiscordServer,
    client: DiscordClient,
    clip: FoundClip,
    posted: Message,
    flags: tuple[int | None, int | None],
    expected: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The intent before the message is read first, and before it is read again; None is on."""
    application = discord.world.application
    on, states = application.flags, list(flags)
    read = DiscordClient.get_message
    if flags[0] is None:
        posted.attachments = []

    async def read_switched(client: DiscordClient, *given: Any) -> Any:
        state = states.pop(0)
        application.flags = on if state is None else state
        message = await read(client, *given)
        if len(states) == 1:
            application.flags = on
        return message

    monkeypatch.setattr(DiscordClient, "get_message", read_switched)
    assert outcome(await truth.check(client, [clip])) == expected


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 500}])
async def test_a_discord_that_does_not_tell_of_the_intent_leaves_it_in_doubt(
    discord: DiscordServer,
    client: DiscordClient,
    posted: Message,
    clip: FoundClip,
    fault: dict[str, Any],
) -> None:
    posted.attachments = []
    discord.faults.add(APPLICATION, **fault)
    assert outcome(await truth.check(client, [clip])) == {"doubtful": 1}


@pytest.mark.parametrize(
    "file",
    [
        {"filename": "here.mp4", "size": 1},
        {"filename": "here.mp4", "size": 1, "url": None},
        {"filename": "here.mp4", "size": 1, "url": 5},
        {"filename": "here.mp4"},
        {"id": "x"},
    ],
)
async def test_a_file_that_cannot_be_told_or_has_no_link_is_in_doubt(
    discord: DiscordServer, client: DiscordClient, clip: FoundClip, file: dict[str, Any]
) -> None:
    document = {
        "id": str(clip.message_id),
        "channel_id": str(clip.channel_id),
        "author": {"id": "5", "username": "ada"},
        "content": "it is still here",
        "attachments": [{"id": str(clip.attachment_id)} | file],
    }
    discord.faults.add(GET_MESSAGE, status=200, body=document)
    assert outcome(await truth.check(client, [clip])) == {"doubtful": 1}


async def test_a_message_that_is_deleted_is_gone(
    discord: DiscordServer, client: DiscordClient, posted: Message, clip: FoundClip
) -> None:
    discord.world.channels[posted.channel_id].delete_message(posted)
    assert outcome(await truth.check(client, [clip])) == {"deleted": 1}


async def test_a_text_that_was_edited_is_told(
    client: DiscordClient, posted: Message, clip: FoundClip
) -> None:
    posted.content = "what it says now"
    (edited,) = (await truth.check(client, [clip])).edited
    assert (edited.id, edited.content) == (clip.message_id, "what it says now")
    posted.content = "what it said"
    assert (await truth.check(client, [clip])).edited == ()
