"""What a scan may spend of a guild's daily requests, and when it is done at that rate. Pure."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

BACKGROUND_SHARE: Final = 0.8
"""What a scan may spend of a day's requests; the rest is for new messages, which people await."""
REQUESTS_PER_SECOND: Final = 50
"""Discord's limit for a bot (Discord docs, Rate Limits)."""


def next_day(now: datetime) -> datetime:
    """When there is a new budget: the next midnight (UTC)."""
    return datetime.combine(now.date() + timedelta(days=1), time(), UTC)


def end_of(
    requests: int, *, spent_today: int, a_day: int, a_second: float, now: datetime
) -> datetime:
    """When so many requests are sent, if nothing else is in the way.

    Args:
        requests: How many.
        spent_today: What the guild has spent of its daily budget.
        a_day: That budget.
        a_second: How many requests a second the scan makes.
        now: When it begins.
    """
    share = max(1, int(a_day * BACKGROUND_SHARE))
    left_today = max(0, share - spent_today)
    if requests <= left_today:
        return now + timedelta(seconds=requests / a_second)
    days, rest = divmod(requests - left_today - 1, share)
    midnight = datetime.combine(now.date() + timedelta(days=1 + days), time(), UTC)
    return midnight + timedelta(seconds=(rest + 1) / a_second)
