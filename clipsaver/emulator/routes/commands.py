"""Registering commands, for everywhere or for one guild."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clipsaver.emulator import command_rules, problems
from clipsaver.emulator.calls import answer, no_content
from clipsaver.emulator.commands import key_of
from clipsaver.emulator.payloads import application

if TYPE_CHECKING:
    from clipsaver.emulator.calls import Call, Payload, Reply
    from clipsaver.emulator.commands import Command, Scope

_SECONDS_A_DAY: Final = 86_400
_DAILY_LIMIT: Final = 30034
_MOST_IN_BULK: Final = 130


def every(call: Call) -> Reply:
    """List the commands of a scope."""
    found = call.world.application.commands.all(_scope(call))
    with_localizations = call.flag("with_localizations")
    return answer(
        [
            application.command(call.world, command, with_localizations=with_localizations)
            for command in found
        ]
    )


def create(call: Call) -> Reply:
    """Create a command (201), or replace the one of the same name and type (200)."""
    scope, declaration = _scope(call), call.payload()
    command_rules.check_one(declaration)
    _check_daily_creates(call, scope, [declaration])
    book = call.world.application.commands
    command, is_new = book.put(scope, declaration, call.world.mint, _today(call))
    return answer(application.command(call.world, command), 201 if is_new else 200)


def overwrite(call: Call) -> Reply:
    """Make a list the only commands of a scope."""
    scope, declarations = _scope(call), call.json()
    if not isinstance(declarations, list) or len(declarations) > _MOST_IN_BULK:
        raise problems.invalid(
            "", "BASE_TYPE_BAD_LENGTH", f"Must be between 0 and {_MOST_IN_BULK} in length."
        )
    command_rules.check_all(declarations)
    _check_daily_creates(call, scope, declarations)
    book = call.world.application.commands
    kept = book.overwrite(scope, declarations, call.world.mint, _today(call))
    return answer([application.command(call.world, command) for command in kept])


def one(call: Call) -> Reply:
    """Get a command."""
    return answer(application.command(call.world, _command(call)))


def edit(call: Call) -> Reply:
    """Change a command; each field that is sent replaces the old one as a whole."""
    command = _command(call)
    declaration = command.declaration | call.payload()
    command_rules.check_one(declaration)
    call.world.application.commands.replace(command, declaration, call.world.mint)
    return answer(application.command(call.world, command))


def delete(call: Call) -> Reply:
    """Delete a command."""
    call.world.application.commands.delete(_command(call))
    return no_content()


def all_permissions(call: Call) -> Reply:
    """List the overrides that guild admins made; the local Discord knows none."""
    _scope(call)
    return answer([])


def permissions(call: Call) -> Reply:
    """Get the overrides of one command."""
    _scope(call)
    raise problems.unknown("command permissions")


def _scope(call: Call) -> Scope:
    if call.id("application_id") != call.world.application.id:
        raise problems.unknown("application")
    if "guild_id" not in call.params:
        return None
    guild = call.world.guilds.get(call.id("guild_id"))
    if guild is None or guild.bot_member is None:
        raise problems.missing_access()
    return guild.id


def _command(call: Call) -> Command:
    found = call.world.application.commands.get(_scope(call), call.id("command_id"))
    if found is None:
        raise problems.unknown("command")
    return found


def _today(call: Call) -> int:
    return int(call.world.clock.time() // _SECONDS_A_DAY)


def _check_daily_creates(call: Call, scope: Scope, declarations: list[Payload]) -> None:
    book = call.world.application.commands
    new = [each for each in declarations if book.find(scope, key_of(each)) is None]
    if len(new) > book.creates_left(scope, _today(call)):
        raise problems.ApiError(
            400, "Maximum number of daily application command creates reached.", _DAILY_LIMIT
        )
