"""From a command or a click to the job that shows clips."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from functions.interactions.interaction import Interaction, bigint
from functions.interactions.parts import Parts
from functions.shared import errors, jobs, models, searches
from functions.shared.searches import Search

_DATE_FORMATS: Final = ("%Y-%m-%d", "%d.%m.%Y")
_SHOWN_CHARACTERS: Final = 40


class NoDate(Exception):
    """What was entered is no date.

    Attributes:
        shown: The beginning of it, in one line.
    """

    def __init__(self, entered: str) -> None:
        super().__init__("no date")
        self.shown = " ".join(entered.replace("`", "'").split())[:_SHOWN_CHARACTERS]


def search_of(options: Mapping[str, str]) -> Search:
    """Read a search from a command's options; what is too long is cut.

    Raises:
        NoDate: a day is none.
    """
    sort = options.get("sort")
    return Search(
        text=" ".join(options.get("text", "").split())[: searches.LONGEST_TEXT],
        channel_id=_id(options, "channel"),
        author_id=_id(options, "author"),
        participant_id=_id(options, "participant"),
        game=options.get("game", "").strip()[: searches.LONGEST_TEXT],
        after=_day(options, "after"),
        before=_day(options, "before"),
        sort=next((each for each in searches.SORTS if each == sort), searches.SORTS[0]),
    )


def packed_in(interaction: Interaction) -> str | None:
    """The packed search of a click; None if it is none of this release's."""
    match interaction.arguments:
        case (packed,):
            try:
                searches.unpack(packed)
            except searches.Unreadable:
                return None
            return packed
    return None


def channel_of(interaction: Interaction) -> models.ChannelId | None:
    """The channel somebody is in, and for a thread the one above it; None if Discord sent none."""
    kind = interaction.channel.get("type")
    is_thread = isinstance(kind, int) and models.channel_type_name(kind) in models.THREAD_TYPES
    found = bigint(interaction.channel.get("parent_id" if is_thread else "id"))
    return models.ChannelId(found) or None


async def hand_over(
    interaction: Interaction, parts: Parts, kind: jobs.ViewKind, packed: str
) -> None:
    """Let the jobs function show something, with what Discord signed about who asks.

    Raises:
        ConfigurationError: there is no queue.
        QueueUnavailable: the queue did not take it.
    """
    assert interaction.guild_id is not None  # noqa: S101 -- the dispatcher refuses direct messages
    if parts.queue is None:
        raise errors.ConfigurationError("JOBS_QUEUE_URL is not set; showing clips needs the queue")
    view = jobs.View(
        kind, packed, channel_of(interaction), interaction.role_ids, interaction.timed_out_until
    )
    ticket = interaction.ticket()
    await parts.queue.send(jobs.Job("show_clips", interaction.guild_id, ticket, view))


def _id(options: Mapping[str, str], name: str) -> int | None:
    """An id that was chosen; what is no id is the id of nothing."""
    return bigint(options[name]) if options.get(name) else None


def _day(options: Mapping[str, str], name: str) -> date | None:
    entered = options.get(name, "").strip()
    if not entered:
        return None
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(entered, form).date()  # noqa: DTZ007 -- a day has no zone
        except ValueError:
            continue
    raise NoDate(entered)
