"""Registering the bot's commands: what Discord has is compared, and written only if it differs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from functions.shared import commands
from functions.shared.discord.client import DiscordClient

Payload = Mapping[str, Any]

_DEFAULTS: Final[Payload] = {
    "type": 1,
    "description": "",
    "default_member_permissions": None,
    "integration_types": [0],
    "contexts": None,
    "nsfw": False,
    "options": [],
    "name_localizations": None,
    "description_localizations": None,
}
"""What Discord fills in; an answer's other keys are its own (Discord docs, Commands)."""


@dataclass(frozen=True, slots=True)
class CommandDiff:
    """Names of the commands to add, to change and to remove."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def diff(registered: Iterable[Payload], declared: Iterable[Payload]) -> CommandDiff:
    """Compare what Discord has with what is declared; a command is known by its name and type."""
    old = {(item["name"], item.get("type", 1)): _comparable(item) for item in registered}
    new = {(item["name"], item.get("type", 1)): _comparable(item) for item in declared}
    return CommandDiff(
        added=tuple(name for name, kind in new if (name, kind) not in old),
        changed=tuple(key[0] for key in new if key in old and new[key] != old[key]),
        removed=tuple(name for name, kind in old if (name, kind) not in new),
    )


async def read_diff(discord: DiscordClient, application_id: int) -> CommandDiff:
    """What a push would change.

    Raises:
        DiscordError: the registered commands could not be read.
    """
    return diff(await discord.list_commands(application_id), _declared())


async def push(discord: DiscordClient, application_id: int) -> CommandDiff:
    """Register the declared commands if they differ; what was changed.

    Raises:
        DiscordError: Discord refused, and what was registered is as before.
    """
    found = await read_diff(discord, application_id)
    if found:
        await discord.overwrite_commands(application_id, _declared())
    return found


def _declared() -> list[dict[str, Any]]:
    return [command.payload() for command in commands.COMMANDS]


def _comparable(command: Payload) -> Any:  # noqa: ANN401 -- JSON of any shape
    given = {key: command.get(key, default) for key, default in _DEFAULTS.items()}
    # Discord returns them in an order of its own.
    orderless = {key: sorted(given[key] or []) for key in ("integration_types", "contexts")}
    return _without_blanks({**given, **orderless})


def _without_blanks(value: Any) -> Any:  # noqa: ANN401 -- JSON of any shape
    """A value without what says no more than its absence: options come back with or without it."""
    match value:
        case Mapping():
            return {
                key: _without_blanks(item) for key, item in value.items() if not _is_blank(item)
            }
        case list():
            return [_without_blanks(item) for item in value]
        case _:
            return value


def _is_blank(value: object) -> bool:
    # Not simply what is falsy: an option's smallest value may be 0.
    return value is None or value is False or value in ([], {})
