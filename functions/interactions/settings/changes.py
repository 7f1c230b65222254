"""Changing a setting: checked, written, recorded and undoable, all in the caller's transaction.

For people in Discord and for the operator alike; the operator has no interaction and no user id.
"""

from dataclasses import dataclass
from typing import Any

from functions.interactions.settings import keys
from functions.shared import errors, models, settings
from functions.shared.db import channels, guild_settings, setting_changes
from functions.shared.db.connection import Transaction


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose settings: a guild's, or those of one of its channels."""

    guild_id: models.GuildId
    channel_id: models.ChannelId | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The settings there are."""
        return keys.GUILD_KEYS if self.channel_id is None else keys.CHANNEL_KEYS


async def values(
    transaction: Transaction, scope: Scope, defaults: settings.GuildSettings
) -> list[keys.Value]:
    """The values in force.

    Raises:
        UnknownChannel: the channel is not this guild's.
    """
    stored = await guild_settings.select_settings(transaction, scope.guild_id)
    of_guild = keys.guild_values(stored, defaults)
    if scope.channel_id is None:
        return of_guild
    channel = await channels.select_channel_settings(transaction, scope.guild_id, scope.channel_id)
    if channel is None:
        raise errors.UnknownChannel(scope.channel_id)
    parent = await channels.select_parent_settings(transaction, scope.guild_id, scope.channel_id)
    return keys.channel_values(
        channel.settings, parent, is_reading=channel.is_reading, guild=of_guild
    )


async def value(
    transaction: Transaction, scope: Scope, key: str, defaults: settings.GuildSettings
) -> keys.Value:
    """One value in force.

    Raises:
        UnknownChannel: as `values`.
    """
    found = await values(transaction, scope, defaults)
    return next(each for each in found if each.key == key)


async def change(
    transaction: Transaction,
    scope: Scope,
    key: str,
    new: object | None,
    changed_by: models.UserId | None,
) -> bool:
    """Set a setting, or with None reset it; whether that changed anything.

    Raises:
        UnknownChannel: the channel is not this guild's.
        UnknownGuild: the guild has not been synced yet.
    """
    before = (await _lock(transaction, scope)).get(key)
    # To Python, true is 1 and 100.0 is 100; what an operator stored by hand may be either.
    if type(before) is type(new) and before == new:
        return False
    await _write(transaction, scope, key, new)
    await setting_changes.insert_change(
        transaction, scope.guild_id, scope.channel_id, key, (before, new), changed_by
    )
    return True


async def undo(
    transaction: Transaction, scope: Scope, undone_by: models.UserId | None
) -> setting_changes.SettingChange | None:
    """Undo the last change that was not undone yet; None if there is none.

    Raises:
        UnknownChannel, UnknownGuild: as `change`.
    """
    await _lock(transaction, scope)
    last = await setting_changes.select_last_change(transaction, scope.guild_id, scope.channel_id)
    if last is not None:
        await setting_changes.mark_undone(transaction, scope.guild_id, last.id, undone_by)
        await _write(transaction, scope, last.key, last.old_value)
    return last


async def _lock(transaction: Transaction, scope: Scope) -> dict[str, Any]:
    """What is set here now, by key; nobody else changes it until the transaction ends."""
    if scope.channel_id is None:
        stored = await guild_settings.lock_settings(transaction, scope.guild_id)
        if stored is None:
            raise errors.UnknownGuild(scope.guild_id)
        return stored
    channel = await channels.lock_channel_settings(transaction, scope.guild_id, scope.channel_id)
    if channel is None:
        raise errors.UnknownChannel(scope.channel_id)
    own = channel.settings if isinstance(channel.settings, dict) else {}
    return own | {keys.IS_READING: channel.is_reading}


async def _write(transaction: Transaction, scope: Scope, key: str, new: object | None) -> None:
    if scope.channel_id is None:
        await guild_settings.set_value(transaction, scope.guild_id, key, new)
    elif key == keys.IS_READING:
        await channels.set_is_reading(
            transaction, scope.guild_id, scope.channel_id, is_reading=bool(new)
        )
    else:
        await channels.set_channel_value(transaction, scope.guild_id, scope.channel_id, key, new)
