"""The job behind `/clips search`, `/clips random`, `/clips stats` and their buttons."""

from functions.jobs.answer import Answer
from functions.shared import errors, jobs, models, searches, snowflakes, texts
from functions.shared.catalogue import gallery
from functions.shared.catalogue.access_reader import KnownMember
from functions.shared.catalogue.pages import Catalogue, Request


async def run(job: jobs.Job, catalogue: Catalogue) -> Answer:
    """Show what somebody asked for, as far as they may see it now.

    Raises:
        InvalidEvent: what is asked for cannot be read.
        DiscordError: what they may see could not be read.
        OutdatedAccess: it was read too long ago by the time that the clips were there.
        DatabaseError: the clips could not be.
    """
    assert job.ticket is not None  # noqa: S101 -- such jobs always have one, and a view
    assert job.view is not None  # noqa: S101 -- as above
    words = texts.of(job.ticket.locale)
    request = _request(job.guild_id, job.ticket, job.view)
    try:
        search, place = searches.unpack(job.view.search)
    except searches.Unreadable as error:
        raise errors.InvalidEvent("the job holds no search") from error
    match job.view.kind:
        case "search":
            page = await catalogue.search(request, search, place)
            return Answer(gallery.of_search(job.guild_id, search, page, words))
        case "random":
            page = await catalogue.by_chance(request, search)
            return Answer(gallery.of_chance(job.guild_id, search, page, words))
        case "stats":
            return Answer(gallery.of_numbers(await catalogue.numbers(request), words))


def _request(guild_id: models.GuildId, ticket: jobs.Ticket, view: jobs.View) -> Request:
    member = models.Member(ticket.user_id, view.role_ids, view.timed_out_until)
    signed_at = snowflakes.made_at(ticket.interaction_id)
    return Request(guild_id, KnownMember(member, signed_at), view.channel_id)
