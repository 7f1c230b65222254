"""Messages and attachments, as one viewer may see them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from clipsaver.emulator import links
from clipsaver.emulator.messages import FORWARD
from clipsaver.emulator.payloads import people
from clipsaver.emulator.payloads.values import instant
from clipsaver.emulator.snowflakes import moment_of

if TYPE_CHECKING:
    from clipsaver.emulator.calls import Payload
    from clipsaver.emulator.messages import Attachment, Message
    from clipsaver.emulator.people import User
    from clipsaver.emulator.world import World

_MENTION: Final = re.compile(r"<@!?(\d+)>")
_REPLY: Final = 19
_BLANK: Final = {"content": "", "embeds": [], "attachments": [], "components": []}


def seen_by_bot(world: World, message: Message) -> Payload:
    """A message as the API gives it to the bot: blanked without the Message Content intent.

    Its own messages, those that mention it and replies to it stay readable (Discord docs, Message
    Content Intent).
    """
    payload = full(world, message)
    application = world.application
    if application.reads_content or _concerns_bot(world, message):
        return payload
    for snapshot in payload.get("message_snapshots", ()):
        snapshot["message"] |= _BLANK
    return payload | _BLANK


def full(world: World, message: Message) -> Payload:
    """A message with everything in it, as message commands carry it."""
    payload: Payload = {
        **_body(world, message),
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "author": people.user(message.author),
        "pinned": message.pinned_at is not None,
        "mention_everyone": message.mention_everyone,
        "tts": False,
    }
    if message.webhook_id is not None:
        payload["webhook_id"] = str(message.webhook_id)
    if message.application_id is not None:
        payload["application_id"] = str(message.application_id)
    if message.interaction_metadata is not None:
        payload["interaction_metadata"] = message.interaction_metadata
    if message.nonce is not None:
        payload["nonce"] = message.nonce
    return payload | _reference(world, message)


def attachment(world: World, owner_id: int, each: Attachment) -> Payload:
    """An attachment object with freshly signed links; what is not known is left out."""
    path = links.attachment_path(owner_id, each.id, each.filename, ephemeral=each.ephemeral)
    url = links.sign(world, path)
    optional = {
        "content_type": each.content_type,
        "title": each.title,
        "description": each.description,
        "width": each.width,
        "height": each.height,
        "duration_secs": each.duration_secs,
        "placeholder": each.placeholder,
        "placeholder_version": 1 if each.placeholder else None,
        "flags": each.flags or None,
        "ephemeral": each.ephemeral or None,
        "clip_created_at": instant(each.clip_created_at) if each.clip_created_at else None,
        "clip_participants": [people.user(user) for user in each.clip_participants] or None,
        "application": _game(each) if each.game else None,
    }
    return {
        "id": str(each.id),
        "filename": each.filename,
        "size": each.size,
        "url": url,
        "proxy_url": url,
        **{key: value for key, value in optional.items() if value is not None},
    }


def mentioned_users(world: World, message: Message) -> list[User]:
    """Who a message mentions, in its text or by replying with a ping."""
    named = [world.users.get(int(user_id)) for user_id in _MENTION.findall(message.content)]
    return list(dict.fromkeys([user for user in named if user] + list(message.mentions)))


def _body(world: World, message: Message) -> Payload:
    return {
        "type": message.type,
        "content": message.content,
        "mentions": [people.user(user) for user in mentioned_users(world, message)],
        "mention_roles": [],
        "attachments": [
            attachment(world, message.channel_id, each) for each in message.attachments
        ],
        "embeds": message.embeds,
        "timestamp": instant(moment_of(message.id)),
        "edited_timestamp": instant(message.edited_at) if message.edited_at else None,
        "flags": message.flags,
        "components": message.components,
    }


def _reference(world: World, message: Message) -> Payload:
    if message.thread_id is not None:
        return {"message_reference": {"type": 0, "channel_id": str(message.thread_id)}}
    other = message.referenced
    if other is None:
        return {}
    channel = world.channels.get(other.channel_id)
    reference: Payload = {
        "type": FORWARD if message.is_forward else 0,
        "message_id": str(other.id),
        "channel_id": str(other.channel_id),
    }
    if channel is not None:
        reference["guild_id"] = str(channel.guild.id)
    if message.is_forward:
        return {
            "message_reference": reference,
            "message_snapshots": [{"message": _body(world, other)}],
        }
    return {"message_reference": reference, "referenced_message": _replied_to(world, other)}


def _replied_to(world: World, other: Message) -> Payload | None:
    is_there = world.history(other.channel_id).get(other.id) is other
    return full(world, other) | {"referenced_message": None} if is_there else None


def _concerns_bot(world: World, message: Message) -> bool:
    bot = world.application.bot
    replies = message.type == _REPLY and message.referenced is not None
    return (
        message.author is bot
        or bot in mentioned_users(world, message)
        or (replies and message.referenced is not None and message.referenced.author is bot)
    )


def _game(each: Attachment) -> Payload:
    return {
        "id": str(each.id + 1),
        "name": each.game,
        "icon": None,
        "description": "",
        "type": None,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
    }
