"""A scan as a message of the queue."""

import pytest

from functions.shared import errors, scans
from functions.shared.models import GuildId


def test_a_guild_survives_the_queue() -> None:
    assert scans.from_message(scans.to_message(GuildId(81384788765712384))) == 81384788765712384


@pytest.mark.parametrize(
    "body", ["", "null", "[]", "{}", '{"kind": "scan", "guild_id": "x"}', '{"guild_id": "1"}']
)
def test_anything_else_is_told(body: str) -> None:
    with pytest.raises(errors.InvalidEvent):
        scans.from_message(body)
