"""Searching a guild's messages (Discord docs, Search Guild Messages)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clipsaver.emulator import access, problems
from clipsaver.emulator.calls import answer
from clipsaver.emulator.payloads import channels, messages
from clipsaver.emulator.permissions import Permission, in_guild
from clipsaver.emulator.search_index import HAS

if TYPE_CHECKING:
    from clipsaver.emulator.calls import Call, Reply

_MOST: Final = 25
_FURTHEST: Final = 9975
_NOT_READY: Final = 110_000
_RETRY_AFTER_SECONDS: Final = 2
_SORT_ORDERS: Final = ("asc", "desc")


def guild(call: Call) -> Reply:
    """Search; 202 while the index is being built, and pages may come out short."""
    searched = access.guild_of(call)
    bot = access.bot_in(searched)
    needs = Permission.READ_MESSAGE_HISTORY
    if not call.world.application.reads_content or not in_guild(searched, bot) & needs:
        raise problems.missing_access()
    limit, offset = call.integer("limit", _MOST, 1, _MOST), call.integer("offset", 0, 0, _FURTHEST)
    for name in ("min_id", "max_id"):
        call.snowflake(name)
    _check(call)
    if not call.platform.search.is_ready(searched):
        return answer(
            {
                "message": "Index not yet available. Try again later",
                "code": _NOT_READY,
                "documents_indexed": 0,
                "retry_after": _RETRY_AFTER_SECONDS,
            },
            202,
        )
    found = call.platform.search.find(bot, call.query, offset, limit)
    there = [
        message
        for message in found.page
        if call.world.history(message.channel_id).get(message.id) is not None
    ]
    threads = {message.channel_id for message in there} & searched.threads.keys()
    return answer(
        {
            "total_results": found.total,
            "messages": [[messages.full(call.world, each) | {"hit": True}] for each in there],
            "doing_deep_historical_index": False,
            "documents_indexed": found.total,
            "threads": [
                channels.thread(searched.threads[thread_id], viewer=bot.user)
                for thread_id in sorted(threads)
            ],
            "members": [],
        }
    )


def _check(call: Call) -> None:
    form = problems.FormErrors()
    for index, name in enumerate(call.query.getlist("has")):
        if name.removeprefix("-") not in HAS:
            form.add(f"has.{index}", "BASE_TYPE_CHOICES", f"Value must be one of {sorted(HAS)}.")
    if call.query.get("sort_order", "desc") not in _SORT_ORDERS:
        form.add("sort_order", "BASE_TYPE_CHOICES", f"Value must be one of {_SORT_ORDERS}.")
    form.length("channel_id", call.query.getlist("channel_id"), 0, 500)
    form.length("author_id", call.query.getlist("author_id"), 0, 100)
    form.length("content", call.query.get("content"), 0, 1024)
    form.check()
