"""A function that outlives its time, ended by AWS's own emulator."""

import json
import sys

import psycopg
import pytest

from tests.infra import client
from tests.infra.conftest import Build
from tests.infra.emulator import Emulator

pytestmark = [
    pytest.mark.needs(f"python{client.PYTHON}"),
    pytest.mark.skipif(sys.platform != "linux", reason="AWS's emulator runs on Linux alone"),
]

_EXPIRED = """
INSERT INTO install_intents (state, expires_at) VALUES ('old', now() - interval '1 day');
INSERT INTO processed_interactions (interaction_id, processed_at)
VALUES (1, now() - interval '1 year');
"""


def test_what_a_purge_that_ran_out_of_time_left_over_is_done_by_the_next_one(
    build: Build, here: str, database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_EXPIRED)
        with Emulator(
            build("purge", here),
            "functions.purge.handler.handler",
            {"DATABASE_URL": database_url},
            timeout_seconds=5,
        ) as emulator:
            with connection.transaction():
                # As somebody's ALTER TABLE would, for longer than the function has.
                connection.execute("LOCK TABLE processed_interactions")
                timed_out = emulator.invoke({})
            summary = json.loads(emulator.invoke({}))
    assert "Task timed out after 5.00 seconds" in timed_out
    assert (summary["complete"], summary["processed_interactions"]) == (True, 1)
    # This was done, and kept, before the time was over.
    assert summary["install_intents"] == 0
    assert emulator.logs.count("Bot starting...") == 2
