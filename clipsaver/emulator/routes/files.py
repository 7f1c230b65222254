"""The CDN: files behind signed links, whole or in ranges."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from clipsaver.emulator import links
from clipsaver.emulator.calls import Reply

if TYPE_CHECKING:
    from clipsaver.emulator.calls import Call
    from clipsaver.emulator.messages import Attachment

_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")
_GONE: Final = Reply(404, b"This content is no longer available.", "text/plain;charset=UTF-8")


def attachment(call: Call) -> Reply:
    """Get a file of a message."""
    attachment_id = call.id("attachment_id")
    channel_id = call.id("channel_id")
    messages = call.world.history(channel_id).all()
    found = (each for message in messages for each in message.attachments)
    wanted = next((each for each in found if each.id == attachment_id), None)
    return _served(call, wanted, owner_id=channel_id)


def ephemeral(call: Call) -> Reply:
    """Get a file that was uploaded with an interaction."""
    found = call.world.uploads.get(call.id("attachment_id"))
    return _served(call, found, owner_id=call.id("application_id"))


def _served(call: Call, found: Attachment | None, *, owner_id: int) -> Reply:
    if found is None or found.filename != call.params["filename"]:
        return _GONE
    path = links.attachment_path(owner_id, found.id, found.filename, ephemeral=found.ephemeral)
    if not links.is_valid(call.world, path, call.query):
        return _GONE
    content = found.content if found.content is not None else bytes(found.size)
    return _ranged(content, found, call.headers.get("Range", ""))


def _ranged(content: bytes, found: Attachment, wanted: str) -> Reply:
    media_type = found.content_type or "application/octet-stream"
    headers = {"Accept-Ranges": "bytes"}
    asked = _RANGE.fullmatch(wanted)
    if asked is None or asked[0] == "bytes=-":
        return Reply(200, content, media_type, headers)
    first, last = asked[1], asked[2]
    size = len(content)
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        return Reply(416, b"", media_type, headers | {"Content-Range": f"bytes */{size}"})
    told = f"bytes {start}-{end}/{size}"
    return Reply(206, content[start : end + 1], media_type, headers | {"Content-Range": told})
