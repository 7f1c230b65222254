"""Messages of a channel, and fresh links to their files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from clipsaver.emulator import access, links, message_rules, permissions, problems
from clipsaver.emulator.calls import answer, no_content
from clipsaver.emulator.messages import Attachment, Message
from clipsaver.emulator.payloads import messages
from clipsaver.emulator.payloads.values import instant
from clipsaver.emulator.permissions import Permission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clipsaver.emulator.calls import Call, Payload, Reply
    from clipsaver.emulator.channels import Channel

_PAGE_DEFAULT: Final = 50
_PAGE_MOST: Final = 100
_PINS_MOST: Final = 50
_LINKS_MOST: Final = 50
_CURSORS: Final = ("before", "after", "around")


def page(call: Call) -> Reply:
    """List messages, always newest first; empty without READ_MESSAGE_HISTORY."""
    channel = access.channel_of(call)
    limit = call.integer("limit", _PAGE_DEFAULT, 1, _PAGE_MOST)
    before, after, around = (call.snowflake(name) for name in _CURSORS)
    if sum(cursor is not None for cursor in (before, after, around)) > 1:
        raise problems.invalid(
            "", "MESSAGE_SEARCH_ONE_OF", "Only one of before, after and around may be given."
        )
    member = access.bot_in(channel.guild)
    if channel.is_voice and not permissions.effective(member, channel) & Permission.CONNECT:
        raise problems.missing_access()
    if not access.reads(member, channel):
        return answer([])
    if around is not None:
        found = channel.history.around(around, limit=limit)
    else:
        found = channel.history.page(before=before, after=after, limit=limit)
    return answer([messages.seen_by_bot(call.world, message) for message in found])


def one(call: Call) -> Reply:
    """Get one message, with fresh links."""
    channel = access.channel_of(call)
    access.require(channel, Permission.READ_MESSAGE_HISTORY)
    return answer(messages.seen_by_bot(call.world, _message(call, channel)))


def pins(call: Call) -> Reply:
    """List pinned messages, the latest pinned first."""
    channel = access.channel_of(call)
    limit, before = call.integer("limit", _PINS_MOST, 1, _PINS_MOST), call.moment("before")
    pinned = [
        (message.pinned_at, message)
        for message in channel.history.all()
        if message.pinned_at is not None and (before is None or message.pinned_at < before)
    ]
    if not access.reads(access.bot_in(channel.guild), channel):
        pinned = []
    pinned.sort(key=lambda pin: pin[0], reverse=True)
    items = [
        {"pinned_at": instant(moment), "message": messages.seen_by_bot(call.world, message)}
        for moment, message in pinned[:limit]
    ]
    return answer({"items": items, "has_more": len(pinned) > limit})


def create(call: Call) -> Reply:
    """Post a message as the bot."""
    channel = access.channel_of(call)
    send = Permission.SEND_MESSAGES_IN_THREADS if channel.thread else Permission.SEND_MESSAGES
    access.require(channel, send)
    payload = call.payload()
    message_rules.check(payload, has_files=bool(call.files))
    repeated = _same_nonce(channel, payload)
    if repeated is not None:
        return answer(messages.full(call.world, repeated))
    message = channel.post(
        call.world.application.bot,
        payload.get("content") or "",
        uploads(call.files),
        **message_rules.fields(payload),
        nonce=payload.get("nonce"),
    )
    return answer(messages.full(call.world, message))


def edit(call: Call) -> Reply:
    """Edit a message of the bot's own."""
    channel = access.channel_of(call)
    message = _message(call, channel)
    if message.author is not call.world.application.bot:
        raise problems.ApiError(403, "Cannot edit a message authored by another user", 50005)
    payload = call.payload()
    message_rules.check(payload, edited=message)
    apply_edit(call, message, payload)
    return answer(messages.full(call.world, message))


def delete(call: Call) -> Reply:
    """Delete a message: the bot's own, or any with MANAGE_MESSAGES."""
    channel = access.channel_of(call)
    message = _message(call, channel)
    if message.author is not call.world.application.bot:
        access.require(channel, Permission.MANAGE_MESSAGES)
    channel.delete_message(message)
    return no_content()


def refresh_links(call: Call) -> Reply:
    """Sign links anew; undocumented, and knows nothing of whether the files exist."""
    urls = call.payload().get("attachment_urls")
    if not isinstance(urls, list) or not 1 <= len(urls) <= _LINKS_MOST:
        raise problems.invalid(
            "attachment_urls",
            "BASE_TYPE_BAD_LENGTH",
            f"Must be between 1 and {_LINKS_MOST} in length.",
        )
    return answer(
        {
            "refreshed_urls": [
                {"original": url, "refreshed": links.sign(call.world, urlsplit(url).path)}
                for url in urls
            ]
        }
    )


def uploads(files: Mapping[str, tuple[str, bytes]]) -> list[Attachment]:
    """Uploaded files as attachments of the message that they came with."""
    return [Attachment(name, len(content), content=content) for name, content in files.values()]


def apply_edit(call: Call, message: Message, payload: Payload) -> None:
    """Change what an edit names; null empties a field."""
    for name, value in message_rules.fields(payload).items():
        setattr(message, name, value)
    if "content" in payload:
        message.content = payload["content"] or ""
    if "attachments" in payload:
        kept = {str(each.get("id")) for each in payload["attachments"] or ()}
        message.attachments = [each for each in message.attachments if str(each.id) in kept]
    for attachment in uploads(call.files):
        attachment.id = call.world.mint.next()
        message.attachments.append(attachment)
    message.edited_at = call.world.clock.now()


def _message(call: Call, channel: Channel) -> Message:
    message = channel.history.get(call.id("message_id"))
    if message is None:
        raise problems.unknown("message")
    return message


def _same_nonce(channel: Channel, payload: Mapping[str, Any]) -> Message | None:
    if not payload.get("enforce_nonce") or payload.get("nonce") is None:
        return None
    recent = channel.history.page(limit=_PAGE_MOST)
    wanted = json.dumps(payload["nonce"])
    return next((each for each in recent if json.dumps(each.nonce) == wanted), None)
