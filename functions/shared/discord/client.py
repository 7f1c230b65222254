"""The calls of Discord's REST API that Clip Saver makes, one method for each.

Every method may raise what `Transport.request` raises, and `errors.UnexpectedPayload` for a success
whose body is not what Discord documents.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

import httpx

from functions.shared import credentials, errors
from functions.shared.discord import codes, messages, pages, payloads, rate_limits, routes
from functions.shared.discord.statistics import Statistics
from functions.shared.discord.transport import Transport
from functions.shared.models import (
    Application,
    Channel,
    ChannelId,
    File,
    Guild,
    GuildEntry,
    GuildId,
    Member,
    Message,
    MessageId,
    MessagePage,
    SearchPage,
    ThreadPage,
    User,
    UserId,
)

MESSAGES_PER_PAGE: Final = 100
"""Messages to a page of a channel (Discord docs, Get Channel Messages)."""
RESULTS_PER_PAGE: Final = 25
"""Messages to a page of a search (Discord docs, Search Guild Messages)."""
SEARCH_OFFSET_CAP: Final = 9_975
"""How far into its results a search can be asked (Discord docs, Search Guild Messages)."""

_GUILDS_PER_PAGE: Final = 200
_THREADS_PER_PAGE: Final = 100
_MAX_EDIT_TRIES: Final = 4


class DiscordClient:
    """Speaks to Discord as the bot, within its rate limits.

    One client serves a process for as long as its event loop lives, over any number of Lambda
    invocations: what it learnt of the rate limits stays true, and connections that died while the
    environment was frozen are replaced when a request finds them dead.

    Args:
        api_url: The API's base URL, its version included.
        bot_token: The bot's token, or where the one of the moment is to be had.
        rate_share: The share of Discord's 50 requests per second to use, above 0 and at most 1.
        transport: Another way to the network than httpx's own.
    """

    def __init__(
        self,
        *,
        api_url: str,
        bot_token: str | credentials.Credential,
        rate_share: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._transport = Transport(
            api_url, bot_token, rate_limits.RateLimits(rate_share), wire=transport
        )

    @property
    def deadline(self) -> float:
        """The instant of `time.monotonic` beyond which nothing is waited for; infinite at first."""
        return self._transport.deadline

    @deadline.setter
    def deadline(self, instant: float) -> None:
        self._transport.deadline = instant

    @contextlib.contextmanager
    def until(self, instant: float) -> Iterator[None]:
        """Wait for nothing beyond an instant of `time.monotonic`, and then as long as before."""
        before, self.deadline = self.deadline, instant
        try:
            yield
        finally:
            self.deadline = before

    @property
    def statistics(self) -> Statistics:
        """What was done since it was last reset."""
        return self._transport.statistics

    async def aclose(self) -> None:
        """Close the connections; another request would open new ones."""
        await self._transport.aclose()

    async def list_guilds(self) -> list[GuildEntry]:
        """List the guilds the bot is in, by id; 200 to a page."""
        call = routes.LIST_GUILDS.compile()
        guilds: list[GuildEntry] = []
        after = 0
        while True:
            query = {"limit": str(_GUILDS_PER_PAGE), "after": str(after)}
            document = await self._transport.request(call, query=query)
            page = [payloads.guild_entry(i, str(call)) for i in payloads.items(document, str(call))]
            guilds += page
            if len(page) < _GUILDS_PER_PAGE:
                return guilds
            newest = max(guild.id for guild in page)
            if newest <= after:
                raise errors.UnexpectedPayload("the pages do not advance", route=str(call))
            after = newest

    async def get_guild(self, guild_id: GuildId) -> Guild:
        """Get a guild with its roles; `errors.NotFound` (10004) if the bot is not in it."""
        call = routes.GET_GUILD.compile(guild_id=guild_id)
        return payloads.guild(await self._transport.request(call), str(call))

    async def get_member(self, guild_id: GuildId, user_id: UserId) -> Member:
        """Get a member with their roles; `errors.NotFound` (10007) if the user is not a member."""
        call = routes.GET_MEMBER.compile(guild_id=guild_id, user_id=user_id)
        return payloads.member(await self._transport.request(call), str(call))

    async def list_channels(self, guild_id: GuildId) -> list[Channel]:
        """List a guild's channels without threads, in no particular order.

        Discord may leave out those that the bot cannot view.
        """
        call = routes.LIST_CHANNELS.compile(guild_id=guild_id)
        document = await self._transport.request(call)
        return [
            payloads.channel(item, str(call), guild_id)
            for item in payloads.items(document, str(call))
        ]

    async def list_active_threads(self, guild_id: GuildId) -> list[Channel]:
        """List a guild's active threads that the bot can access."""
        call = routes.LIST_ACTIVE_THREADS.compile(guild_id=guild_id)
        return payloads.active_threads(await self._transport.request(call), str(call), guild_id)

    async def get_channel(self, channel_id: ChannelId) -> Channel:
        """Get a channel or a thread.

        Raises:
            errors.NotFound: It was deleted (10003).
            errors.Forbidden: The bot cannot view it (50001).
        """
        call = routes.GET_CHANNEL.compile(channel_id=channel_id)
        return payloads.channel(await self._transport.request(call), str(call))

    async def list_messages(
        self,
        channel_id: ChannelId,
        *,
        before: int | None = None,
        after: int | None = None,
    ) -> MessagePage:
        """List up to 100 messages of a channel.

        Args:
            channel_id: The channel or thread.
            before: The newest ones with a lesser id. Any number will do, a message's or not.
            after: The oldest ones with a greater id; not together with `before`.

        Returns:
            A page, empty where there are no more messages and where the bot lacks
            READ_MESSAGE_HISTORY: Discord tells no difference.

        Raises:
            errors.Forbidden: The bot cannot view the channel (50001).
            errors.NotFound: It was deleted (10003).
        """
        call = routes.LIST_MESSAGES.compile(channel_id=channel_id)
        query = {"limit": str(MESSAGES_PER_PAGE)}
        query |= {} if before is None else {"before": str(before)}
        query |= {} if after is None else {"after": str(after)}
        return pages.message_page(await self._transport.request(call, query=query), str(call))

    async def get_message(self, channel_id: ChannelId, message_id: MessageId) -> Message:
        """Get a message, with links to its files that were signed just now.

        Raises:
            errors.NotFound: The message was deleted (10008), or its channel was (10003).
            errors.Forbidden: The bot may not read it (50001).
        """
        call = routes.GET_MESSAGE.compile(channel_id=channel_id, message_id=message_id)
        return messages.message(await self._transport.request(call), str(call))

    async def search_messages(
        self,
        guild_id: GuildId,
        *,
        has: Literal["video", "snapshot"] | None,
        before: int,
        offset: int,
        include_nsfw: bool,
    ) -> SearchPage:
        """Search the messages of a guild that the bot can read, newest first, 25 to a page.

        Args:
            guild_id: The guild.
            has: What a message must have: a video, or another message that it forwards; None for
                every message.
            before: Only messages with a lesser id.
            offset: How many results to pass over, at most `SEARCH_OFFSET_CAP`.
            include_nsfw: Whether age-restricted channels are searched too.

        Raises:
            errors.IndexNotReady: Discord is still indexing the guild.
            errors.Forbidden: The bot lacks the Message Content intent or READ_MESSAGE_HISTORY.
        """
        call = routes.SEARCH_MESSAGES.compile(guild_id=guild_id)
        query = {
            "max_id": str(before),
            "offset": str(offset),
            "limit": str(RESULTS_PER_PAGE),
            "include_nsfw": "true" if include_nsfw else "false",
        }
        query |= {"has": has} if has else {}
        document = await self._transport.request(call, query=query)
        return pages.search_page(document, str(call), guild_id)

    async def list_archived_threads(
        self,
        guild_id: GuildId,
        channel_id: ChannelId,
        kind: pages.ArchivedKind,
        cursor: str | None = None,
    ) -> ThreadPage:
        """List up to 100 archived threads of a channel, the latest first.

        Pages may overlap, because threads are archived at the same moment.

        Args:
            guild_id: The channel's guild.
            channel_id: A text, announcement, forum or media channel.
            kind: Public ones, or private ones that the bot has joined.
            cursor: The `next_cursor` of the page before; None for the first page.

        Raises:
            errors.Forbidden: The bot lacks VIEW_CHANNEL or READ_MESSAGE_HISTORY.
        """
        route = (
            routes.LIST_PUBLIC_ARCHIVED_THREADS
            if kind == "public"
            else routes.LIST_JOINED_PRIVATE_ARCHIVED_THREADS
        )
        call = route.compile(channel_id=channel_id)
        query = {"limit": str(_THREADS_PER_PAGE)} | ({"before": cursor} if cursor else {})
        document = await self._transport.request(call, query=query)
        return pages.thread_page(document, str(call), guild_id, kind)

    async def get_thread_member(self, thread_id: ChannelId, user_id: UserId) -> None:
        """Make sure that a user is in a thread.

        Raises:
            errors.NotFound: They are not (10007), or there is no such thread (10003).
            errors.Forbidden: The bot cannot view the thread (50001).
        """
        call = routes.GET_THREAD_MEMBER.compile(channel_id=thread_id, user_id=user_id)
        await self._transport.request(call)

    async def get_current_user(self) -> User:
        """Get the bot's own user."""
        call = routes.GET_CURRENT_USER.compile()
        return payloads.user(await self._transport.request(call), str(call))

    async def get_application(self) -> Application:
        """Get the bot's own application."""
        call = routes.GET_APPLICATION.compile()
        return payloads.application(await self._transport.request(call), str(call))

    async def update_application(self, **changes: object) -> Application:
        """Change fields of the application, named as in Discord's docs (Application, Edit Current).

        A new endpoint URL is verified by Discord before it answers; `errors.BadRequest` holds the
        reason if that fails.
        """
        call = routes.UPDATE_APPLICATION.compile()
        return payloads.application(await self._transport.request(call, body=changes), str(call))

    async def list_commands(self, application_id: int) -> list[dict[str, object]]:
        """List the global commands with all their localizations."""
        call = routes.LIST_COMMANDS.compile(application_id=application_id)
        document = await self._transport.request(call, query={"with_localizations": "true"})
        return [payloads.command(i, str(call)) for i in payloads.items(document, str(call))]

    async def overwrite_commands(
        self, application_id: int, commands: Iterable[Mapping[str, object]]
    ) -> list[dict[str, object]]:
        """Replace all global commands; those not among `commands` are deleted."""
        call = routes.OVERWRITE_COMMANDS.compile(application_id=application_id)
        document = await self._transport.request(call, body=[dict(c) for c in commands])
        return [payloads.command(i, str(call)) for i in payloads.items(document, str(call))]

    async def edit_original(
        self,
        application_id: int,
        interaction_token: str,
        message: Mapping[str, object],
        files: Sequence[File] = (),
    ) -> None:
        """Edit the first answer to an interaction, at most 15 minutes after the interaction.

        The worker can be faster than the deferral it follows up on; Discord then does not know the
        webhook yet (10015), and is asked again a few times.
        """
        call = routes.EDIT_ORIGINAL.compile(
            application_id=application_id, interaction_token=interaction_token
        )
        for tries in range(1, _MAX_EDIT_TRIES + 1):
            try:
                await self._transport.request(call, body=dict(message), files=files)
            except errors.NotFound as error:
                if error.code != codes.UNKNOWN_WEBHOOK or tries == _MAX_EDIT_TRIES:
                    raise
                await self._transport.back_off(tries, error)
            else:
                return
