"""A scan as a message of the queue."""

import pytest

from functions.shared import errors
from functions.shared.models import GuildId
from functions.shared.scans import queue_message


def test_a_guild_survives_the_queue() -> None:
    assert queue_message.unpack(queue_message.pack(GuildId(81384788765712384))) == 81384788765712384


@pytest.mark.parametrize(
    "body", ["", "null", "[]", "{}", '{"kind": "scan", "guild_id": "x"}', '{"guild_id": "1"}']
)
def test_anything_else_is_told(body: str) -> None:
    with pytest.raises(errors.InvalidEvent):
        queue_message.unpack(body)
