"""A scan of a guild as a message of the scan function's queue. Pure.

The message says where to look, not what to do: that is in the database, so that a message which
comes twice, late or not at all changes nothing but the time.
"""

import json
from typing import Final

from functions.shared import errors, models, snowflakes

_KIND: Final = "scan"
_SHOWN: Final = 100


def pack(guild_id: models.GuildId) -> str:
    """The message for a guild; ids are strings, as everywhere in JSON."""
    return json.dumps({"kind": _KIND, "guild_id": str(guild_id)})


def unpack(body: str) -> models.GuildId:
    """The guild that a message of the queue is about.

    Raises:
        InvalidEvent: it is none of these messages.
    """
    try:
        fields = json.loads(body)
        kind, guild_id = fields["kind"], int(fields["guild_id"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise errors.InvalidEvent(f"the message asks for no scan: {body[:_SHOWN]!r}") from error
    if kind != _KIND or not 0 <= guild_id <= snowflakes.LARGEST_BIGINT:
        raise errors.InvalidEvent(f"the message asks for no scan: {body[:_SHOWN]!r}")
    return models.GuildId(guild_id)
