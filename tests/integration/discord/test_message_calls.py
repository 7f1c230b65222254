"""The calls that read messages and threads: what they ask for, and what they make of the answer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.shared import errors
from functions.shared.discord.client import DiscordClient
from functions.shared.models import ChannelId, GuildId, MessageId, UserId

GUILD, CHANNEL = GuildId(1), ChannelId(20)


def message(message_id: int, **fields: object) -> dict[str, Any]:
    author = {"id": "5", "username": "ada"}
    return {"id": str(message_id), "channel_id": "20", "author": author, "content": "gg"} | fields


def thread(thread_id: int, archived_at: str = "2026-01-02T03:04:05.678000+00:00") -> dict[str, Any]:
    metadata = {"archived": True, "archive_timestamp": archived_at}
    return {
        "id": str(thread_id),
        "type": 11,
        "name": "run",
        "parent_id": "20",
        "thread_metadata": metadata,
    }


async def test_a_page_of_messages_is_read_from_its_cursor(client: DiscordClient, wire: Any) -> None:
    wire.then(200, [message(9), message(8)])
    page = await client.list_messages(CHANNEL, after=7)
    await client.list_messages(CHANNEL, before=10)
    assert ([each.id for each in page.messages], page.ids, page.size) == ([9, 8], (9, 8), 2)
    assert wire.paths == ["/channels/20/messages"] * 2
    assert [dict(request.url.params) for request in wire.requests] == [
        {"limit": "100", "after": "7"},
        {"limit": "100", "before": "10"},
    ]


async def test_a_malformed_message_does_not_cost_the_others_of_its_page(
    client: DiscordClient, wire: Any, caplog: pytest.LogCaptureFixture
) -> None:
    wire.then(200, [message(9), message(8, author=None), "nonsense", message(7)])
    page = await client.list_messages(CHANNEL)
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(told) == 2
    assert " 8: " in told[0]
    assert [each.id for each in page.messages] == [9, 7]
    assert (page.ids, page.size) == ((9, 8, 7), 4)


async def test_a_page_without_any_id_is_no_page(client: DiscordClient, wire: Any) -> None:
    wire.then(200, [{}, "nonsense"])
    with pytest.raises(errors.UnexpectedPayload):
        await client.list_messages(CHANNEL)


async def test_a_page_tells_of_the_threads_that_were_begun(
    client: DiscordClient, wire: Any
) -> None:
    wire.then(
        200,
        [
            message(9, flags=1 << 5),
            message(8, type=18, message_reference={"channel_id": "30"}),
            message(7, type=18),
            message(6, type=19, message_reference={"channel_id": "31"}),
            message(5, flags="32"),
            "nonsense",
        ],
    )
    assert (await client.list_messages(CHANNEL)).thread_ids == {9, 30}


async def test_one_message_is_read(client: DiscordClient, wire: Any) -> None:
    wire.then(200, message(9))
    assert (await client.get_message(CHANNEL, MessageId(9))).content == "gg"
    assert wire.paths == ["/channels/20/messages/9"]


async def test_a_search_gives_the_total_the_messages_and_their_threads(
    client: DiscordClient, wire: Any
) -> None:
    wire.then(
        200,
        {"total_results": 51, "messages": [[message(9)], [message(8)]], "threads": [thread(20)]},
    )
    page = await client.search_messages(
        GUILD, has="video", before=100, offset=50, include_nsfw=False
    )
    assert (page.total_results, page.size) == (51, 2)
    assert [each.id for each in page.messages] == [9, 8]
    assert [(each.id, each.guild_id) for each in page.threads] == [(20, 1)]
    (request,) = wire.requests
    assert wire.paths == ["/guilds/1/messages/search"]
    assert dict(request.url.params) == {
        "has": "video",
        "max_id": "100",
        "offset": "50",
        "limit": "25",
        "include_nsfw": "false",
    }


@pytest.mark.parametrize("seconds", [0, 2, 3.5])
async def test_a_guild_that_is_being_indexed_is_told_apart_from_an_empty_one(
    client: DiscordClient, wire: Any, seconds: float
) -> None:
    wire.then(202, {"message": "Index not yet available", "code": 110000, "retry_after": seconds})
    with pytest.raises(errors.IndexNotReady) as caught:
        await client.search_messages(GUILD, has="video", before=9, offset=0, include_nsfw=False)
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("kind", "path", "cursor"),
    [
        ("public", "/channels/20/threads/archived/public", "2026-01-02T03:04:05.679000+00:00"),
        ("joined_private", "/channels/20/users/@me/threads/archived/private", "30"),
    ],
)
async def test_archived_threads_are_listed_page_by_page(
    client: DiscordClient, wire: Any, kind: Any, path: str, cursor: str
) -> None:
    wire.then(200, {"threads": [thread(31), thread(30)], "members": [], "has_more": True})
    wire.then(200, {"threads": [thread(30)], "members": [], "has_more": False})
    first = await client.list_archived_threads(GUILD, CHANNEL, kind)
    second = await client.list_archived_threads(GUILD, CHANNEL, kind, first.next_cursor)
    assert ([each.id for each in first.threads], first.next_cursor) == ([31, 30], cursor)
    assert ([each.id for each in second.threads], second.next_cursor) == ([30], None)
    archived_at = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC) if kind == "public" else None
    assert (first.oldest_archived_at, second.oldest_archived_at) == (archived_at, None)
    assert wire.paths == [path, path]
    assert [dict(request.url.params) for request in wire.requests] == [
        {"limit": "100"},
        {"limit": "100", "before": cursor},
    ]


async def test_who_is_in_a_thread_is_told_from_who_is_not(client: DiscordClient, wire: Any) -> None:
    wire.then(200, {"id": "30", "user_id": "5"}).then(404, {"message": "x", "code": 10007})
    await client.get_thread_member(ChannelId(30), UserId(5))
    with pytest.raises(errors.NotFound) as caught:
        await client.get_thread_member(ChannelId(30), UserId(6))
    assert caught.value.code == 10007
    assert wire.paths == ["/channels/30/thread-members/5", "/channels/30/thread-members/6"]


@pytest.mark.parametrize("document", [None, [], {}, {"total_results": 1}, {"messages": []}])
async def test_a_search_of_another_shape_is_reported(
    client: DiscordClient, wire: Any, document: object
) -> None:
    wire.then(200, document)
    with pytest.raises(errors.UnexpectedPayload):
        await client.search_messages(GUILD, has="video", before=9, offset=0, include_nsfw=False)
