"""`/settings`: each setting of this server or a channel, where it comes from, and changing it."""

from typing import Final

from functions.interactions import replies
from functions.interactions.interaction import Interaction, bigint
from functions.interactions.parts import Parts
from functions.interactions.settings import changes, keys, wording
from functions.shared import components, errors, models, texts
from functions.shared.db import channels, guilds, processed_interactions, setting_changes
from functions.shared.db.connection import Transaction

_FIELD: Final = "value"
_EDIT, _SAVE, _UNDO = "edit", "save", "undo"
_WHOLE_GUILD: Final = "0"
_MOST_CHOICES: Final = 25
_LONGEST_NAME: Final = 100


async def respond(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Show the panel; with the option `key`, open its form at once."""
    scope = _scope(interaction, interaction.options.get("channel", ""))
    if key := interaction.options.get("key"):
        return await _form(interaction, parts, scope, key)
    async with parts.database.transaction() as transaction:
        return await _panel(transaction, interaction, parts, scope, "")


async def respond_to_click(interaction: Interaction, parts: Parts) -> replies.Reply:
    """A setting was chosen, or the last change is to be undone."""
    match interaction.arguments:
        case (action, channel_id) if action == _EDIT and interaction.inputs.get("values"):
            key = interaction.inputs["values"][0]
            return await _form(interaction, parts, _scope(interaction, channel_id), key)
        case (action, channel_id) if action == _UNDO:
            return await _undo(interaction, parts, _scope(interaction, channel_id))
    return replies.sentence(texts.of(interaction.locale).outdated_component)


async def respond_to_form(interaction: Interaction, parts: Parts) -> replies.Reply:
    """A value was entered; an empty one resets the setting."""
    words = texts.of(interaction.locale)
    match interaction.arguments:
        case (action, key, channel_id) if action == _SAVE and _FIELD in interaction.inputs:
            scope = _scope(interaction, channel_id)
        case _:
            return replies.sentence(words.outdated_component)
    if key not in scope.keys:
        return replies.sentence(words.settings_unknown_key.format(key=key))
    entered = "".join(interaction.inputs[_FIELD])
    is_reset = not entered.strip() and keys.is_inherited(key)
    try:
        value = None if is_reset else keys.parse(key, entered)
    except keys.Unacceptable as error:
        return replies.sentence(wording.complaint(key, entered, error.bounds, words))
    async with parts.database.transaction() as transaction:
        outcome = ""
        if await processed_interactions.record(transaction, interaction.number):
            changed = await changes.change(transaction, scope, key, value, interaction.user_id)
            now = await changes.value(transaction, scope, key, parts.tunables.guild)
            outcome = _outcome(now, words, changed=changed, is_reset=is_reset)
        return await _panel(transaction, interaction, parts, scope, outcome)


async def complete(interaction: Interaction, parts: Parts) -> replies.Reply:
    """Suggest settings by their names, or channels of this server by theirs."""
    typed = interaction.options.get(interaction.focused or "", "")
    words = texts.of(interaction.locale)
    scope = _scope(interaction, interaction.options.get("channel", ""))
    if interaction.focused == "key":
        found = [(f"{key}: {wording.label(key, words)}", key) for key in scope.keys]
        matching = [(name, key) for name, key in found if typed.lower() in name.lower()]
        return replies.choices([(name[:_LONGEST_NAME], key) for name, key in matching])
    async with parts.database.transaction() as transaction:
        listed = await channels.select_channel_choices(
            transaction, scope.guild_id, typed, _MOST_CHOICES
        )
    named = [(f"#{channel.name}"[:_LONGEST_NAME], str(channel.channel_id)) for channel in listed]
    return replies.choices(named)


def _scope(interaction: Interaction, channel: str) -> changes.Scope:
    """Whose settings are meant; the guild is always the one that Discord signed."""
    assert interaction.guild_id is not None  # noqa: S101 -- the dispatcher refuses direct messages
    if channel in {"", _WHOLE_GUILD}:
        return changes.Scope(interaction.guild_id)
    # What is no id is the id of no channel.
    return changes.Scope(interaction.guild_id, models.ChannelId(bigint(channel)))


async def _form(
    interaction: Interaction, parts: Parts, scope: changes.Scope, key: str
) -> replies.Reply:
    words = texts.of(interaction.locale)
    if key not in scope.keys:
        return replies.sentence(words.settings_unknown_key.format(key=key))
    async with parts.database.transaction() as transaction:
        await _guild(transaction, scope.guild_id)
        current = await changes.value(transaction, scope, key, parts.tunables.guild)
    if current.source == "parent":
        source = words.settings_from_parent
    else:
        is_guild = scope.channel_id is None
        source = words.settings_from_default if is_guild else words.settings_from_guild
    return replies.modal(
        f"settings:{_SAVE}:{key}:{_where(scope)}",
        words.settings_edit_title,
        wording.label(key, words),
        words.settings_empty_resets.format(inherited=source) if keys.is_inherited(key) else None,
        _field(key, current, words),
    )


def _where(scope: changes.Scope) -> str:
    """What a custom_id carries, and `_scope` reads."""
    return _WHOLE_GUILD if scope.channel_id is None else str(scope.channel_id)


async def _guild(transaction: Transaction, guild_id: models.GuildId) -> models.StoredGuild:
    guild = await guilds.select_guild(transaction, guild_id)
    if guild is None:
        raise errors.UnknownGuild(guild_id)
    return guild


def _field(key: str, current: keys.Value, words: texts.Texts) -> components.Component:
    bounds = keys.bounds_of(key)
    is_optional = keys.is_inherited(key)
    if bounds.kind == "switch":
        return {
            "type": components.ComponentType.STRING_SELECT,
            "custom_id": _FIELD,
            "required": not is_optional,
            "min_values": 0 if is_optional else 1,
            "options": [
                {"label": words.on, "value": "on", "default": current.value is True},
                {"label": words.off, "value": "off", "default": current.value is False},
            ],
        }
    return {
        "type": components.ComponentType.TEXT_INPUT,
        "custom_id": _FIELD,
        "style": 1,
        "required": False,
        "value": "" if current.source == "default" else str(current.value),
        "placeholder": str(current.value),
        "max_length": len(str(bounds.most)) if bounds.kind == "number" else bounds.most,
    }


async def _undo(interaction: Interaction, parts: Parts, scope: changes.Scope) -> replies.Reply:
    words = texts.of(interaction.locale)
    async with parts.database.transaction() as transaction:
        outcome = ""
        if await processed_interactions.record(transaction, interaction.number):
            undone = await changes.undo(transaction, scope, interaction.user_id)
            outcome = words.settings_nothing_to_undo
            if undone is not None:
                value = await changes.value(transaction, scope, undone.key, parts.tunables.guild)
                outcome = words.settings_undone.format(
                    key=undone.key, value=wording.shown(value.value, words)
                )
        return await _panel(transaction, interaction, parts, scope, outcome)


async def _panel(
    transaction: Transaction,
    interaction: Interaction,
    parts: Parts,
    scope: changes.Scope,
    outcome: str,
) -> replies.Reply:
    """Every setting with its source; what has just happened stands on top."""
    words = texts.of(interaction.locale)
    guild = await _guild(transaction, scope.guild_id)
    values = await changes.values(transaction, scope, parts.tunables.guild)
    last = await setting_changes.select_last_change(transaction, scope.guild_id, scope.channel_id)
    title = words.settings_title.format(guild=guild.name)
    if scope.channel_id is not None:
        channel = await channels.select_channel_settings(
            transaction, scope.guild_id, scope.channel_id
        )
        title = words.settings_of_channel.format(channel=channel.name if channel else "")
    where = _where(scope)
    options = [(value.key, value.key, wording.label(value.key, words)) for value in values]
    return replies.panel(
        title=title,
        description="\n".join(
            filter(None, (outcome, words.settings_intro, _last_change(last, words)))
        ),
        fields=[
            (
                wording.label(value.key, words),
                f"`{wording.shown(value.value, words)}` · {wording.source(value, words)}",
            )
            for value in values
        ],
        controls=[
            components.select(f"settings:{_EDIT}:{where}", words.settings_choose, options),
            components.button(
                f"settings:{_UNDO}:{where}",
                words.settings_undo,
                components.ButtonStyle.SECONDARY,
                disabled=last is None,
            ),
        ],
        update=interaction.on_message,
    )


def _outcome(now: keys.Value, words: texts.Texts, *, changed: bool, is_reset: bool) -> str:
    done = words.settings_reset if is_reset else words.settings_saved
    sentence = done if changed else words.settings_unchanged
    return sentence.format(key=now.key, value=wording.shown(now.value, words))


def _last_change(last: setting_changes.SettingChange | None, words: texts.Texts) -> str:
    if last is None:
        return ""
    who = f"<@{last.changed_by}>" if last.changed_by else words.settings_by_operator
    when = f"<t:{int(last.changed_at.timestamp())}:R>"
    return words.settings_last_change.format(key=last.key, who=who, when=when)
