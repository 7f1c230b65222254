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
    of_guild = keys.guild_values({} if stored is None else stored, defaults)
    if scope.channel_id is None:
        return of_guild
    channel = await channels.select_channel_settings(transaction, scope.guild_id, scope.channel_id)
    if channel is None:
        raise errors.UnknownChannel(scope.channel_id)
    return keys.channel_values(channel.settings, is_reading=channel.is_reading, guild=of_guild)


async def change(
    transaction: Transaction,
    scope: Scope,
    key: str,
    value: Any,  # noqa: ANN401 -- a setting's value is JSON
    changed_by: models.UserId | None,
) -> bool:
    """Set a setting, or with None reset it; whether that changed anything.

    Raises:
        UnknownChannel: the channel is not this guild's.
        UnknownGuild: the guild has not been synced yet.
    """
    before = await _lock(transaction, scope, key)
    if before == value:
        return False
    await _write(transaction, scope, key, value)
    await setting_changes.insert_change(
        transaction, scope.guild_id, scope.channel_id, key, (before, value), changed_by
    )
    return True


async def undo(transaction: Transaction, scope: Scope) -> setting_changes.SettingChange | None:
    """Undo the last change; None if there is none.

    Raises:
        UnknownChannel, UnknownGuild: as `change`.
    """
    last = await setting_changes.select_last_change(transaction, scope.guild_id, scope.channel_id)
    if last is None:
        return None
    await _lock(transaction, scope, last.key)
    if not await setting_changes.mark_undone(transaction, scope.guild_id, last.id):
        return None
    await _write(transaction, scope, last.key, last.old_value)
    return last


async def _lock(transaction: Transaction, scope: Scope, key: str) -> Any:  # noqa: ANN401
    """The value that is set here now (None if it is not), held until the transaction ends."""
    if scope.channel_id is None:
        stored = await guild_settings.lock_settings(transaction, scope.guild_id)
        if stored is None:
            raise errors.UnknownGuild(scope.guild_id)
    else:
        channel = await channels.lock_channel_settings(
            transaction, scope.guild_id, scope.channel_id
        )
        if channel is None:
            raise errors.UnknownChannel(scope.channel_id)
        if key == keys.IS_READING:
            return channel.is_reading
        stored = channel.settings
    return stored.get(key) if isinstance(stored, dict) else None


async def _write(
    transaction: Transaction,
    scope: Scope,
    key: str,
    value: Any,  # noqa: ANN401
) -> None:
    if scope.channel_id is None:
        await guild_settings.set_value(transaction, scope.guild_id, key, value)
    elif key == keys.IS_READING:
        await channels.set_is_reading(
            transaction, scope.guild_id, scope.channel_id, is_reading=bool(value)
        )
    else:
        await channels.set_channel_value(transaction, scope.guild_id, scope.channel_id, key, value)
