"""Telling Discord of a deployment: its commands, and where it answers.

Saving a URL makes Discord call it, with a good PING and a forged one (Discord docs, Setting Up an
Endpoint). An API Gateway that was just made can take some seconds to answer, so a refused URL is
tried again for a while.
"""

import asyncio
import logging
import time
from typing import Final

from functions.shared import application as applications
from functions.shared import errors, registration
from functions.shared.discord import codes
from functions.shared.discord.client import DiscordClient

_log = logging.getLogger("discord_clip_saver.deploy")

_PAUSE_SECONDS: Final = 3.0


class Wiring:
    """Makes one application belong to one deployment.

    Args:
        discord: The bot's way to Discord.
        application_id: The application that the deployment answers for.
        public_key: Its public key.
        base_url: Where the deployment answers, without a slash at its end.
        patience_seconds: How long a refused URL is tried again.
    """

    def __init__(
        self,
        discord: DiscordClient,
        *,
        application_id: int,
        public_key: str,
        base_url: str,
        patience_seconds: float,
    ) -> None:
        self._discord = discord
        self._application_id = application_id
        self._public_key = public_key
        self._base_url = base_url
        self._patience_seconds = patience_seconds

    async def wire(self) -> list[str]:
        """Register the commands and the URLs where they differ; what was done, in sentences.

        Raises:
            NotWired: the token is another application's, or Discord refuses a URL.
            DiscordError: Discord refused something else, or could not be reached.
        """
        found = await self._discord.get_application()
        applications.check_identity(found, self._application_id, self._public_key)
        commands = await registration.push(self._discord, self._application_id)
        _log.info(registered := _commands_sentence(commands))
        urls = [
            await self._save(applications.interactions(found, self._base_url), "Interactions"),
            await self._save(applications.events(found, self._base_url), "Webhook events"),
        ]
        redirect = applications.redirect_sentence(found, self._base_url)
        return [redirect, *urls, registered]

    async def _save(self, changes: applications.Changes, what: str) -> str:
        """Save a URL once Discord accepts it; a sentence."""
        if not changes:
            return f"{what} come here already."
        give_up = time.monotonic() + self._patience_seconds
        while True:
            try:
                await self._discord.update_application(**changes)
            except errors.BadRequest as error:
                if error.code != codes.INVALID_FORM or time.monotonic() + _PAUSE_SECONDS > give_up:
                    raise errors.NotWired(_refusal(what, self._base_url, error)) from error
                _log.info("%s are refused so far: %s", what, error)
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return f"{what} come here from now on."


async def unwire(discord: DiscordClient, base_url: str) -> str:
    """Clear the URLs that still lead to a deployment that goes away; a sentence.

    Raises:
        DiscordError: Discord refused, or could not be reached.
    """
    found = await discord.get_application()
    changes = applications.clearing(found, base_url)
    if not changes:
        return "Discord calls another deployment by now, and goes on doing so."
    await discord.update_application(**changes)
    return "Discord no longer calls this deployment."


def _refusal(what: str, base_url: str, error: errors.BadRequest) -> str:
    return (
        f"{what} cannot come to {base_url}: Discord called it and found it wanting ({error}). Does "
        "the API answer, and do its functions have the public key of this application?"
    )


def _commands_sentence(found: registration.CommandDiff) -> str:
    kinds = {"added": found.added, "changed": found.changed, "removed": found.removed}
    parts = [f"{kind} {', '.join(names)}" for kind, names in kinds.items() if names]
    return f"Commands: {'; '.join(parts)}." if parts else "The commands are as declared."
