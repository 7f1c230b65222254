"""Whether messages come with their files: the application's Message Content intent.

Without it Discord blanks the files of other people's messages and says nothing, so that a channel
full of clips reads like one without (Discord docs, Message Content Intent). What was read counts
only if the intent was seen on before and after.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import Final

from functions.shared import errors, models
from functions.shared.discord.client import DiscordClient

_TRUSTED_SECONDS: Final = 30.0
"""How long ago it may have been seen on, for reading to begin."""

Payment = Callable[[], Awaitable[None]]
"""Counts a request before it is sent, for the guild on whose behalf it is; may refuse it."""


class MessageContent:
    """The intent, as it was last seen on; several readers share what one of them has seen."""

    def __init__(self, discord: DiscordClient) -> None:
        self._discord = discord
        self._seen_at = -math.inf
        self._bot_user_id: models.UserId | None = None
        self._turn = asyncio.Lock()

    async def assure(self, pay: Payment) -> None:
        """Make sure, before reading, that the intent was on lately.

        Raises:
            MessageContentOff: it is off.
            DiscordError: Discord does not tell.
            BudgetSpent: there is no request left to ask with.
        """
        await self._see(time.monotonic() - _TRUSTED_SECONDS, pay)

    async def confirm(self, pay: Payment) -> None:
        """Make sure, after reading, that it is on now; raises what `assure` raises."""
        await self._see(time.monotonic(), pay)

    async def bot_user_id(self, pay: Payment) -> models.UserId:
        """The bot's own user."""
        if self._bot_user_id is None:
            await pay()
            self._bot_user_id = (await self._discord.get_current_user()).id
        return self._bot_user_id

    async def _see(self, since: float, pay: Payment) -> None:
        async with self._turn:
            if self._seen_at >= since:
                return
            await pay()
            asked_at, self._seen_at = time.monotonic(), -math.inf
            application = await self._discord.get_application()
            if not application.reads_message_content:
                raise errors.MessageContentOff(
                    "The Message Content intent is off, so no clip can be seen; switch it on in "
                    "the developer portal under Bot"
                )
            self._seen_at = asked_at
