"""The application's registered commands, global ones and those of single guilds."""

from __future__ import annotations

import copy
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clipsaver.emulator.snowflakes import SnowflakeMint

CHAT_INPUT: Final = 1
USER_COMMAND: Final = 2
MESSAGE_COMMAND: Final = 3
DAILY_CREATES: Final = 200
"""Commands that may be created in one scope a day; replacing one does not count."""
_DECLARED: Final = (
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "options",
    "default_member_permissions",
    "dm_permission",
    "contexts",
    "integration_types",
    "nsfw",
    "type",
)

Declaration = dict[str, Any]
Scope = int | None
"""A guild's id, or None for the commands that are everywhere."""


@dataclass(slots=True, eq=False)
class Command:
    """A registered command; `version` is new whenever its declaration changes."""

    id: int
    version: int
    scope: Scope
    declaration: Declaration

    @property
    def key(self) -> tuple[str, int]:
        """What makes a command one of its kind within its scope: name and type."""
        return key_of(self.declaration)

    @property
    def name(self) -> str:
        """Its name, never localized."""
        return str(self.declaration["name"])

    @property
    def type(self) -> int:
        """1 for slash commands, 2 on users, 3 on messages."""
        return int(self.declaration["type"])


def key_of(declaration: Declaration) -> tuple[str, int]:
    """A declaration's name and type."""
    return str(declaration.get("name")), int(declaration.get("type") or CHAT_INPUT)


def normalized(declaration: Declaration) -> Declaration:
    """A declaration with Discord's defaults, and nothing that Discord does not know."""
    known = {key: copy.deepcopy(declaration[key]) for key in _DECLARED if key in declaration}
    defaults = {
        "type": CHAT_INPUT,
        "description": "",
        "default_member_permissions": None,
        "nsfw": False,
    }
    return defaults | known


@dataclass(slots=True)
class CommandBook:
    """Every registered command."""

    _scopes: dict[Scope, dict[int, Command]] = field(default_factory=lambda: defaultdict(dict))
    _creates: Counter[tuple[Scope, int]] = field(default_factory=Counter)

    def all(self, scope: Scope) -> list[Command]:
        """The commands of one scope."""
        return list(self._scopes[scope].values())

    def get(self, scope: Scope, command_id: int) -> Command | None:
        """One command by its id."""
        return self._scopes[scope].get(command_id)

    def find(self, scope: Scope, key: tuple[str, int]) -> Command | None:
        """One command by its name and type."""
        return next((command for command in self.all(scope) if command.key == key), None)

    def offered(self, guild_id: int, name: str, command_type: int) -> Command | None:
        """The command that users of a guild see under a name: the guild's own, or a global one."""
        key = (name, command_type)
        return self.find(guild_id, key) or self.find(None, key)

    def creates_left(self, scope: Scope, day: int) -> int:
        """How many commands may still be created in that scope on that day."""
        return DAILY_CREATES - self._creates[scope, day]

    def put(
        self, scope: Scope, declaration: Declaration, mint: SnowflakeMint, day: int
    ) -> tuple[Command, bool]:
        """Create a command, or replace the one of the same name and type.

        Returns:
            The command, and whether it is new.
        """
        command = self.find(scope, key_of(declaration))
        if command is not None:
            self.replace(command, declaration, mint)
            return command, False
        command = Command(mint.next(), mint.next(), scope, normalized(declaration))
        self._scopes[scope][command.id] = command
        self._creates[scope, day] += 1
        return command, True

    def replace(self, command: Command, declaration: Declaration, mint: SnowflakeMint) -> None:
        """Give a command another declaration; id stays, and so does the version of an equal one."""
        wanted = normalized(declaration)
        if wanted != command.declaration:
            command.declaration = wanted
            command.version = mint.next()

    def overwrite(
        self, scope: Scope, declarations: Sequence[Declaration], mint: SnowflakeMint, day: int
    ) -> list[Command]:
        """Make these the only commands of a scope; what stays the same keeps id and version."""
        before = self._scopes[scope]
        for declaration in declarations:
            renamed = before.get(int(declaration.get("id") or 0))
            if renamed is not None and renamed.key != key_of(declaration):
                self.replace(renamed, declaration, mint)
        kept = [self.put(scope, declaration, mint, day)[0] for declaration in declarations]
        self._scopes[scope] = {command.id: command for command in kept}
        return kept

    def delete(self, command: Command) -> None:
        """Delete a command."""
        del self._scopes[command.scope][command.id]
