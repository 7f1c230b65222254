"""Jobs as messages, and tickets that expire."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

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


@given(
    channel_id=st.none() | IDS.map(models.ChannelId),
    role_ids=st.lists(IDS.map(models.RoleId)).map(tuple),
    until=st.none() | st.datetimes(timezones=st.just(UTC)),
    search=st.text(),
)
def test_a_view_survives_the_way_through_the_queue(
    channel_id: models.ChannelId | None,
    role_ids: tuple[models.RoleId, ...],
    until: datetime | None,
    search: str,
) -> None:
    ticket = jobs.Ticket(1, "token", "de", models.UserId(2))
    view = jobs.View("search", search, channel_id, role_ids, until)
    job = jobs.Job("show_clips", models.GuildId(3), ticket, view)
    assert jobs.from_message(job.to_message()) == job


@pytest.mark.parametrize(
    "change",
    [
        {"view": None}, {"ticket": None}, {"view": {}}, {"view": []},
        {"kind": "everything"}, {"kind": ["search"]}, {"search": ...}, {"channel_id": "x"},
        {"channel_id": 7}, {"role_ids": None}, {"role_ids": ["x"]}, {"role_ids": [7]},
        {"timed_out_until": "soon"}, {"timed_out_until": 7},
    ],
)  # fmt: skip
def test_a_view_that_cannot_be_read_is_refused(change: dict[str, Any]) -> None:
    ticket = jobs.Ticket(1, "token", "de", models.UserId(2))
    view = jobs.View("search", "", None, (), None)
    message = json.loads(jobs.Job("show_clips", models.GuildId(3), ticket, view).to_message())
    if change.keys() <= {"view", "ticket"}:
        message |= change
    else:
        message["view"] |= change
        message["view"] = {k: v for k, v in message["view"].items() if v is not ...}
    with pytest.raises(errors.InvalidEvent):
        jobs.from_message(json.dumps(message))


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
