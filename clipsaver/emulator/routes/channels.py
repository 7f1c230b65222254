"""Single channels, archived threads and thread membership."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clipsaver.emulator import access, problems
from clipsaver.emulator.calls import answer, no_content
from clipsaver.emulator.channels import PRIVATE_THREAD
from clipsaver.emulator.payloads import channels
from clipsaver.emulator.permissions import Permission
from clipsaver.emulator.routes.guilds import thread_list

if TYPE_CHECKING:
    from clipsaver.emulator.calls import Call, Reply
    from clipsaver.emulator.channels import Channel, Thread

_ARCHIVED_DEFAULT: Final = 50
_ARCHIVED_LEAST: Final = 2
_ARCHIVED_MOST: Final = 100


def one(call: Call) -> Reply:
    """Get a channel or a thread."""
    channel = access.channel_of(call)
    return answer(channels.channel(channel, viewer=call.world.application.bot))


def archived_public(call: Call) -> Reply:
    """List public archived threads, the latest archived first."""
    channel = access.channel_of(call)
    access.require(channel, Permission.READ_MESSAGE_HISTORY)
    return _by_archive_time(call, [each for each in _archived(channel) if not each.is_private])


def archived_private(call: Call) -> Reply:
    """List private archived threads; takes MANAGE_THREADS."""
    channel = access.channel_of(call)
    access.require(channel, Permission.READ_MESSAGE_HISTORY, Permission.MANAGE_THREADS)
    return _by_archive_time(call, [each for each in _archived(channel) if each.is_private])


def joined_archived_private(call: Call) -> Reply:
    """List private archived threads that the bot has joined, newest first."""
    channel = access.channel_of(call)
    access.require(channel, Permission.READ_MESSAGE_HISTORY)
    limit, before = _limit(call), call.snowflake("before")
    bot = call.world.application.bot
    joined = [
        thread
        for thread in _archived(channel)
        if thread.type == PRIVATE_THREAD
        and bot.id in thread.member_ids
        and (before is None or thread.id < before)
    ]
    joined.sort(key=lambda thread: thread.id, reverse=True)
    return answer(thread_list(call, joined[:limit], has_more=len(joined) > limit))


def join_thread(call: Call) -> Reply:
    """Let the bot join a thread."""
    _open_thread(call).add_member(call.world.application.bot)
    return no_content()


def leave_thread(call: Call) -> Reply:
    """Let the bot leave a thread."""
    _open_thread(call).remove_member(call.world.application.bot)
    return no_content()


def thread_member(call: Call) -> Reply:
    """Get somebody's membership of a thread; who is not in it is unknown."""
    thread = access.channel_of(call).thread
    user = call.world.users.get(call.id("user_id"))
    if thread is None or user is None or user.id not in thread.member_ids:
        raise problems.unknown("member")
    return answer(channels.thread_member(thread, user))


def _open_thread(call: Call) -> Thread:
    thread = access.channel_of(call).thread
    if thread is None:
        raise problems.ApiError(400, "Cannot execute action on this channel type", 50024)
    if thread.archived:
        raise problems.ApiError(400, "Thread is archived", 50083)
    return thread


def _archived(channel: Channel) -> list[Thread]:
    threads = list(channel.guild.threads.values())
    return [thread for thread in threads if thread.parent is channel and thread.archived]


def _by_archive_time(call: Call, threads: list[Thread]) -> Reply:
    limit, before = _limit(call), call.moment("before")
    found = [each for each in threads if before is None or each.archive_timestamp < before]
    found.sort(key=lambda thread: thread.archive_timestamp, reverse=True)
    return answer(thread_list(call, found[:limit], has_more=len(found) > limit))


def _limit(call: Call) -> int:
    return call.integer("limit", _ARCHIVED_DEFAULT, _ARCHIVED_LEAST, _ARCHIVED_MOST)
