"""The way back from Discord: from a state and a code to a stored guild.

Nothing is done before the state is known to be this browser's. The intent is used up in the
transaction that stores the guild, so whatever fails before leaves it as it was. The code, though,
is spent by its exchange: what fails after that is told, and the visitor starts again.
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Final

from functions.interactions.install import installation
from functions.interactions.install import state as states
from functions.interactions.install.outcome import Outcome
from functions.interactions.parts import Parts
from functions.shared import errors, models
from functions.shared.db import install_intents
from functions.shared.discord import oauth, permissions

_log = logging.getLogger("discord_clip_saver.install")

_DISCORD_SECONDS: Final = 8.0
"""For all that Discord is asked; API Gateway waits 30 s for everything (its docs, Quotas)."""
_JOIN_PAUSES: Final = (0.3, 0.7, 1.5)
"""Seconds to wait before looking again for a bot that has just been added."""
_TWIN_PAUSES: Final = (0.25,) * 10
"""Seconds to wait before looking again whether the same callback, called twice, has finished."""
_DENIED: Final = "access_denied"
_MANAGERS: Final = models.Permission.MANAGE_GUILD | models.Permission.ADMINISTRATOR


@dataclass(frozen=True, slots=True)
class Callback:
    """What a browser came back with.

    Attributes:
        key: The browser's own, None if it has none.
        redirect_uri: The address it came back to.
    """

    state: str
    code: str
    error: str
    key: str | None
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How an install ended.

    Attributes:
        guild: None unless the bot was added to it here.
        is_syncing: Whether its first sync starts now.
    """

    outcome: Outcome
    guild: models.InstalledGuild | None = None
    is_syncing: bool = False


class _Stopped(Exception):
    """The install ends here."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


async def finish(callback: Callback, parts: Parts) -> Ending:
    """Take an install to its end, whatever that is; every failure is logged."""
    try:
        parts.environment.require_running()
        _check_origin(callback)
        _check_consent(callback)
        await _check_intent(callback, parts)
        return await _install(callback, parts)
    except _Stopped as stopped:
        _log.info("Install ended: %s", stopped)
        return Ending(stopped.outcome)
    except errors.Paused as error:
        _log.warning("Install not finished: %s", error)
        return Ending(Outcome.PAUSED)
    except errors.DatabaseError as error:
        _log.error("Install failed: %s", error)
        return Ending(Outcome.DATABASE_DOWN)
    except errors.ConfigurationError as error:
        _log.error("Install failed: %s", error)
        return Ending(Outcome.NOT_SET_UP)
    except errors.DiscordError as error:
        _log.error("Install failed: %s", error)
        return Ending(Outcome.DISCORD_DOWN)


def _check_origin(callback: Callback) -> None:
    if not states.is_well_formed(callback.state):
        raise _Stopped(Outcome.INCOMPLETE_LINK)
    if callback.key is None or not states.is_sealed_by(callback.state, callback.key):
        raise _Stopped(Outcome.OTHER_BROWSER)


def _check_consent(callback: Callback) -> None:
    if callback.error == _DENIED:
        raise _Stopped(Outcome.DENIED)
    if callback.error:
        _log.warning("Discord refused an install: %.100s", callback.error)
        raise _Stopped(Outcome.REFUSED_BY_DISCORD)
    if not callback.code:
        raise _Stopped(Outcome.INCOMPLETE_LINK)


async def _check_intent(callback: Callback, parts: Parts) -> None:
    async with parts.database.transaction() as transaction:
        age = await install_intents.select_age(transaction, callback.state)
    if age is None:
        raise _Stopped(Outcome.USED)
    if age == "expired":
        raise _Stopped(Outcome.EXPIRED)


async def _install(callback: Callback, parts: Parts) -> Ending:
    try:
        async with asyncio.timeout(_DISCORD_SECONDS):
            user, guild = await _ask_discord(callback, parts)
    except TimeoutError as error:
        raise _Stopped(Outcome.DISCORD_DOWN) from error
    added = models.InstalledGuild(guild.id, guild.name, guild.icon, guild.owner_id)
    async with parts.database.transaction() as transaction:
        if not await install_intents.consume_intent(transaction, callback.state):
            raise _Stopped(Outcome.FINISHED_ELSEWHERE)
        stored = await installation.store(
            transaction, installation.Installation(user, added), parts
        )
    _log.info("Installed in guild %s", guild.id, extra={"guild_id": str(guild.id)})
    is_syncing = await installation.follow_up(stored, guild.id, parts)
    return Ending(Outcome.INSTALLED, added, is_syncing)


async def _ask_discord(callback: Callback, parts: Parts) -> tuple[models.User, models.Guild]:
    """Who consented, and to which guild, which they manage and the bot is in."""
    # Before the code is spent: without the token, nobody could be asked about the guild.
    await parts.configuration.require("BOT_TOKEN")
    with parts.discord.until(time.monotonic() + _DISCORD_SECONDS):
        authorization = await _exchange(callback, parts)
        user = await _identify(authorization, parts)
        if authorization.guild_id is None:
            raise _Stopped(Outcome.NO_SERVER)
        guild = await _joined_guild(authorization.guild_id, parts)
        await _check_manager(guild, user.id, parts)
    return user, guild


async def _exchange(callback: Callback, parts: Parts) -> oauth.Authorization:
    try:
        return await parts.oauth.exchange(callback.code, callback.redirect_uri)
    except errors.BadRequest as error:
        if await _twin_has_finished(callback.state, parts):
            raise _Stopped(Outcome.FINISHED_ELSEWHERE) from error
        _log.warning("Discord refused a code: %s", error)
        raise _Stopped(Outcome.CODE_REFUSED) from error


async def _twin_has_finished(state: str, parts: Parts) -> bool:
    """Whether the intent is used up before long, by the call that was quicker with the code."""
    for pause in (0.0, *_TWIN_PAUSES):
        await asyncio.sleep(pause)
        async with parts.database.transaction() as transaction:
            if await install_intents.select_age(transaction, state) is None:
                return True
    return False


async def _identify(authorization: oauth.Authorization, parts: Parts) -> models.User:
    """Who consented; the token is worth nothing afterwards."""
    try:
        return await parts.oauth.get_user(authorization.access_token)
    finally:
        try:
            await parts.oauth.revoke(authorization.access_token)
        except errors.ClipSaverError as error:
            _log.warning("An access token was not revoked, and expires in a week: %s", error)


async def _joined_guild(guild_id: models.GuildId, parts: Parts) -> models.Guild:
    """The guild, as soon as the bot is in it.

    Where the application requires the code grant, the bot joins only by the exchange (Discord
    docs, Advanced Bot Authorization), which may take a moment.
    """
    for pause in (0.0, *_JOIN_PAUSES):
        await asyncio.sleep(pause)
        try:
            return await parts.discord.get_guild(guild_id)
        except (errors.NotFound, errors.Forbidden):
            continue
        except errors.Unauthorized as error:
            _log.critical("Invalid bot token")
            raise errors.ConfigurationError("Discord refuses BOT_TOKEN") from error
    raise _Stopped(Outcome.BOT_ABSENT)


async def _check_manager(guild: models.Guild, user_id: models.UserId, parts: Parts) -> None:
    """Stop unless the user may manage the guild, as Discord tells the bot."""
    try:
        member = await parts.discord.get_member(guild.id, user_id)
    except errors.NotFound as error:
        raise _Stopped(Outcome.NOT_A_MANAGER) from error
    if not permissions.base_permissions(guild, member) & _MANAGERS:
        raise _Stopped(Outcome.NOT_A_MANAGER)
