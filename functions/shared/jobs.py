"""Deferred work: what one function asks the jobs function to do, as a message of the queue. Pure.

A job that somebody in Discord waits for carries a ticket: how to answer them, and until when.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, cast

from functions.shared import errors, snowflakes

TICKET_LIFETIME: Final = timedelta(minutes=14, seconds=30)
"""Discord takes edits for 15 minutes (Discord docs, Receiving and Responding)."""

JobKind = Literal["sync_guild", "export_clips", "offer_scan", "show_clips"]
ViewKind = Literal["search", "random", "stats"]

_KINDS: Final = frozenset({"sync_guild", "export_clips", "offer_scan", "show_clips"})
_VIEW_KINDS: Final = frozenset({"search", "random", "stats"})
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to answer an interaction: a secret until it expires.

    Attributes:
        interaction_id: Also tells when the interaction was made.
        token: What its edits are authorised by.
        locale: The language of whoever waits.
        user_id: Who that is.
    """

    interaction_id: int
    token: str
    locale: str
    user_id: snowflakes.UserId

    def __repr__(self) -> str:
        return f"Ticket({self.interaction_id})"

    def is_expired(self, now: datetime) -> bool:
        """Whether Discord would refuse an edit."""
        return now - snowflakes.made_at(self.interaction_id) >= TICKET_LIFETIME


@dataclass(frozen=True, slots=True)
class View:
    """What of the catalogue somebody wants to see, and what Discord signed about them.

    Attributes:
        search: A packed search, see `functions.shared.searches`.
        channel_id: Where they are; for a thread, the channel above it. None if Discord did not say.
        role_ids: Their roles, without @everyone.
        timed_out_until: The end of their time-out.
    """

    kind: ViewKind
    search: str
    channel_id: snowflakes.ChannelId | None
    role_ids: tuple[snowflakes.RoleId, ...]
    timed_out_until: datetime | None


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work on one guild.

    Attributes:
        ticket: Who waits for it; None if nobody does.
        view: What to show; only and always for `show_clips`, which somebody waits for.
    """

    kind: JobKind
    guild_id: snowflakes.GuildId
    ticket: Ticket | None = None
    view: View | None = None

    def to_message(self) -> str:
        """The job as a message; ids are strings, as everywhere in JSON."""
        message: dict[str, Any] = {"kind": self.kind, "guild_id": str(self.guild_id)}
        if self.ticket:
            ticket = asdict(self.ticket)
            message["ticket"] = ticket | {
                "interaction_id": str(self.ticket.interaction_id),
                "user_id": str(self.ticket.user_id),
            }
        if self.view:
            message["view"] = _view_message(self.view)
        return json.dumps(message)


def from_message(body: str) -> Job:
    """Read a message of the queue.

    Raises:
        InvalidEvent: it is none of this release's jobs.
    """
    try:
        message = json.loads(body)
        kind, ticket, view = str(message["kind"]), message.get("ticket"), message.get("view")
        job = Job(
            # Checked below, so that an unknown one is told by its name.
            cast("JobKind", kind),
            snowflakes.GuildId(_snowflake(message["guild_id"])),
            None if ticket is None else _ticket(ticket),
            None if view is None else _view(view),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # The cause would quote the message, and with it the token.
        raise errors.InvalidEvent("the message is no job of Clip Saver's") from None
    if kind not in _KINDS:
        raise errors.InvalidEvent(f"this release knows no job {kind[:_SHOWN]!r}")
    if kind == "show_clips" and not (job.ticket and job.view):
        raise errors.InvalidEvent("nobody waits for these clips, or it is not said which")
    return job


def _ticket(given: Mapping[str, Any]) -> Ticket:
    return Ticket(
        interaction_id=_snowflake(given["interaction_id"]),
        token=str(given["token"]),
        locale=str(given["locale"]),
        user_id=snowflakes.UserId(_snowflake(given["user_id"])),
    )


def _view_message(view: View) -> dict[str, Any]:
    until = view.timed_out_until
    return {
        "kind": view.kind,
        "search": view.search,
        "channel_id": None if view.channel_id is None else str(view.channel_id),
        "role_ids": [str(role_id) for role_id in view.role_ids],
        "timed_out_until": None if until is None else until.isoformat(),
    }


def _view(given: Mapping[str, Any]) -> View:
    if given["kind"] not in _VIEW_KINDS:
        raise ValueError("no such view")
    channel_id, until = given["channel_id"], given["timed_out_until"]
    return View(
        kind=given["kind"],
        search=str(given["search"]),
        channel_id=None if channel_id is None else snowflakes.ChannelId(_snowflake(channel_id)),
        role_ids=tuple(snowflakes.RoleId(_snowflake(each)) for each in given["role_ids"]),
        timed_out_until=None if until is None else datetime.fromisoformat(until).astimezone(UTC),
    )


def _snowflake(given: object) -> int:
    """An id as `to_message` writes it, and small enough for the database."""
    if not isinstance(given, str) or not 0 <= (number := int(given)) <= snowflakes.LARGEST_BIGINT:
        raise ValueError("no snowflake")
    return number
