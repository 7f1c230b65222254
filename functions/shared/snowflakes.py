"""Discord's ids, and what can be read off them (Discord docs, Reference, Snowflakes).

They are integers in here and strings in JSON. `models` gives them as well; they stand apart because
a PING needs ids and none of the models, whose making would take a fortieth of its cold start.
"""

import math
from datetime import UTC, datetime
from typing import Final, NewType

GuildId = NewType("GuildId", int)
ChannelId = NewType("ChannelId", int)
RoleId = NewType("RoleId", int)
UserId = NewType("UserId", int)
MessageId = NewType("MessageId", int)

LARGEST_BIGINT: Final = (1 << 63) - 1
"""The largest value of PostgreSQL's bigint, which holds ids; Discord's reach it in 2084."""

_DISCORD_EPOCH_MS: Final = 1_420_070_400_000
_TIMESTAMP_SHIFT: Final = 22


def made_at(snowflake: int) -> datetime:
    """When a snowflake was made."""
    return datetime.fromtimestamp(((snowflake >> _TIMESTAMP_SHIFT) + _DISCORD_EPOCH_MS) / 1000, UTC)


def least_at(instant: datetime) -> int:
    """The least snowflake that can be made at an instant."""
    milliseconds = math.ceil(instant.timestamp() * 1000) - _DISCORD_EPOCH_MS
    return max(0, milliseconds) << _TIMESTAMP_SHIFT
