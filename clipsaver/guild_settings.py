"""The settings of servers and channels, seen and changed by the operator.

Changed as admins change them in Discord, with the same checks and the same record; the operator has
no user id there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from clipsaver import jobs
from clipsaver.variables import configured
from functions.interactions.settings import changes, keys, wording
from functions.shared import errors, models, settings, texts
from functions.shared.db import channels, guilds, setting_changes
from functions.shared.db.connection import Transaction
from functions.shared.db.setting_changes import SettingChange

T = TypeVar("T")

_CHANGES_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """What `show` tells.

    Attributes:
        name: The server's, or the channel's with a `#`.
        changes: The newest of the server and all its channels.
    """

    name: str
    values: Sequence[keys.Value]
    changes: Sequence[SettingChange]


def scope(guild_id: int, channel_id: int | None) -> changes.Scope:
    """Whose settings are meant."""
    channel = None if channel_id is None else models.ChannelId(channel_id)
    return changes.Scope(models.GuildId(guild_id), channel)


def parse(where: changes.Scope, key: str, text: str) -> object:
    """What the operator typed, as a value.

    Raises:
        ValueError: there is no such setting here, or the text is no value of it; a sentence.
    """
    _check_key(where, key)
    try:
        value: object = keys.parse(key, text)
    except keys.Unacceptable as error:
        words = texts.of("en")
        raise ValueError(wording.complaint(key, text, error.bounds, words)) from error
    return value


def check_resettable(where: changes.Scope, key: str) -> None:
    """Check that a setting can be left to something else.

    Raises:
        ValueError: it cannot; a sentence.
    """
    _check_key(where, key)
    if not keys.is_inherited(key):
        raise ValueError(f"{key} has no default to go back to; set it on or off")


def _check_key(where: changes.Scope, key: str) -> None:
    if key not in where.keys:
        raise ValueError(f"There is no setting {key} here; there are {', '.join(where.keys)}")


def show(variables: Mapping[str, str], where: changes.Scope) -> Shown:
    """Read the values in force and the last changes.

    Raises:
        UnknownGuild, UnknownChannel: they are not stored.
        ClipSaverError: the variables or the database do not allow it.
    """

    async def read(transaction: Transaction, defaults: settings.GuildSettings) -> Shown:
        return Shown(
            await _name(transaction, where),
            await changes.values(transaction, where, defaults),
            await setting_changes.select_changes(transaction, where.guild_id, _CHANGES_SHOWN),
        )

    return _run(variables, read)


def change(
    variables: Mapping[str, str], where: changes.Scope, key: str, new: object | None
) -> bool:
    """Set a setting, or with None reset it; whether that changed anything.

    Raises:
        Paused: the operator has paused Clip Saver.
        UnknownGuild, UnknownChannel: they are not stored.
        ClipSaverError: the variables or the database do not allow it.
    """
    return _run(
        variables,
        lambda transaction, _: changes.change(transaction, where, key, new, None),
        writes=True,
    )


def restore(variables: Mapping[str, str], where: changes.Scope) -> SettingChange | None:
    """Undo the last change; None if there is none.

    Raises:
        Paused: the operator has paused Clip Saver.
        UnknownGuild, UnknownChannel: they are not stored.
        ClipSaverError: the variables or the database do not allow it.
    """
    return _run(
        variables, lambda transaction, _: changes.undo(transaction, where, None), writes=True
    )


async def _name(transaction: Transaction, where: changes.Scope) -> str:
    guild = await guilds.select_guild(transaction, where.guild_id)
    if guild is None:
        raise errors.UnknownGuild(where.guild_id)
    if where.channel_id is None:
        return guild.name
    channel = await channels.select_channel_settings(transaction, where.guild_id, where.channel_id)
    if channel is None:
        raise errors.UnknownChannel(where.channel_id)
    return f"#{channel.name}"


def _run(
    variables: Mapping[str, str],
    work: Callable[[Transaction, settings.GuildSettings], Awaitable[T]],
    *,
    writes: bool = False,
) -> T:
    """Do some work in one transaction on the operator's database."""
    configuration = configured(variables, required=("DATABASE_URL",))
    if writes:
        configuration.environment.require_running()
    tunables = settings.load(configuration.environment.settings_path)

    async def run() -> T:
        async with (
            jobs.open_database(configuration, tunables) as database,
            database.transaction() as transaction,
        ):
            return await work(transaction, tunables.guild)

    return asyncio.run(run())
