"""Jobs as messages, and tickets that expire."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipsaver.emulator.snowflakes import snowflake_at
from functions.shared import errors, jobs, models

MADE_AT = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
IDS = st.integers(0, (1 << 63) - 1)


@given(IDS, IDS, IDS, st.text(), st.text())
def test_a_job_survives_the_way_through_the_queue(
    guild_id: int, interaction_id: int, user_id: int, token: str, locale: str
) -> None:
    ticket = jobs.Ticket(interaction_id, token, locale, models.UserId(user_id))
    for each in (ticket, None):
        job = jobs.Job("sync_guild", models.GuildId(guild_id), each)
        assert jobs.from_message(job.to_message()) == job


@given(st.text())
def test_any_other_message_is_refused(body: str) -> None:
    with pytest.raises(errors.InvalidEvent):
        jobs.from_message(body)


@pytest.mark.parametrize(("seconds", "expired"), [(0, False), (869, False), (870, True)])
def test_a_ticket_expires_after_fourteen_and_a_half_minutes(
    seconds: int,
    expired: bool,  # noqa: FBT001 (a table's column)
) -> None:
    ticket = jobs.Ticket(snowflake_at(MADE_AT), "token", "de", models.UserId(1))
    assert ticket.is_expired(MADE_AT + timedelta(seconds=seconds)) is expired


def test_a_refusal_holds_nothing_of_the_message() -> None:
    body = '{"kind": "sync_guild", "guild_id": "x", "ticket": {"token": "secret"}}'
    with pytest.raises(errors.InvalidEvent) as refused:
        jobs.from_message(body)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
