"""The limits of application commands (Discord docs, Application Commands)."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from clipsaver.emulator.commands import CHAT_INPUT, MESSAGE_COMMAND, USER_COMMAND, key_of
from clipsaver.emulator.problems import ApiError, FormErrors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clipsaver.emulator.commands import Declaration

SUB_COMMAND: Final = 1
SUB_COMMAND_GROUP: Final = 2
_OPTION_TYPES: Final = range(1, 12)
_WITH_CHOICES: Final = frozenset({3, 4, 10})
_MOST: Final = {CHAT_INPUT: 100, USER_COMMAND: 15, MESSAGE_COMMAND: 15}
_MOST_OPTIONS: Final = 25
_MOST_TEXT: Final = 8000
# \w is what Discord's classes of letters and digits come to, once the underscore is allowed too;
# combining vowel signs of Devanagari and Thai are the exception that it names.
_NAME: Final = re.compile(r"[-'\w\u0900-\u097F\u0E00-\u0E7F]{1,32}")
_TOO_MANY: Final = 30032


def check_all(declarations: Sequence[Declaration]) -> None:
    """Refuse a whole list of commands when one of them breaks a rule.

    Raises:
        ApiError: 400 with the error tree below the index of each wrong command.
    """
    form = FormErrors()
    for index, declaration in enumerate(declarations):
        _check(form, f"{index}.", declaration)
    repeated = [key for key, number in Counter(map(key_of, declarations)).items() if number > 1]
    if repeated:
        form.add(
            "",
            "APPLICATION_COMMANDS_DUPLICATE_NAME",
            "Application command names must be unique",
        )
    form.check()
    check_numbers(declarations)


def check_one(declaration: Declaration) -> None:
    """Refuse a command that breaks a rule.

    Raises:
        ApiError: 400 with the error tree.
    """
    form = FormErrors()
    _check(form, "", declaration)
    form.check()


def check_numbers(declarations: Sequence[Declaration]) -> None:
    """Refuse more commands of a type than one scope may hold.

    Raises:
        ApiError: 400 with code 30032.
    """
    kinds = Counter(kind for _, kind in map(key_of, declarations))
    for kind, number in kinds.items():
        most = _MOST.get(kind, 1)
        if number > most:
            raise ApiError(
                400, f"Maximum number of application commands reached ({most}).", _TOO_MANY
            )


def _check(form: FormErrors, path: str, declaration: Declaration) -> None:
    name, kind = declaration.get("name"), declaration.get("type") or CHAT_INPUT
    if not isinstance(name, str):
        form.required(f"{path}name")
    elif kind == CHAT_INPUT:
        _check_name(form, f"{path}name", name)
        _check_description(form, path, declaration)
        _check_options(form, f"{path}options", declaration.get("options") or [])
    else:
        form.length(f"{path}name", name, 1, 32)
        if declaration.get("description"):
            form.add(
                f"{path}description",
                "APPLICATION_COMMAND_INVALID_DESCRIPTION",
                "Context menu commands cannot have description",
            )
    if _text_length(declaration) > _MOST_TEXT:
        form.add(
            path.rstrip("."),
            "APPLICATION_COMMAND_TOO_LARGE",
            f"Command exceeds maximum size ({_MOST_TEXT})",
        )


def _check_name(form: FormErrors, path: str, name: str) -> None:
    if not _NAME.fullmatch(name) or name != name.lower():
        form.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_description(form: FormErrors, path: str, declared: Declaration) -> None:
    if not declared.get("description"):
        form.required(f"{path}description")
    form.length(f"{path}description", declared.get("description"), 1, 100)


def _check_options(form: FormErrors, path: str, options: Sequence[Declaration]) -> None:
    form.length(path, list(options), 0, _MOST_OPTIONS)
    names = [option.get("name") for option in options]
    if len(set(names)) < len(names):
        form.add(
            path, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists"
        )
    for index, option in enumerate(options):
        _check_option(form, f"{path}.{index}.", option)
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        form.add(
            path,
            "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
            "Required options must be placed before non-required options",
        )


def _check_option(form: FormErrors, path: str, option: Declaration) -> None:
    kind = option.get("type")
    if kind not in _OPTION_TYPES:
        form.add(f"{path}type", "BASE_TYPE_CHOICES", "Value must be one of (1-11).")
    _check_name(form, f"{path}name", str(option.get("name") or ""))
    _check_description(form, path, option)
    _check_choices(form, path, option)
    if kind in (SUB_COMMAND, SUB_COMMAND_GROUP):
        _check_options(form, f"{path}options", option.get("options") or [])


def _check_choices(form: FormErrors, path: str, option: Declaration) -> None:
    choices = option.get("choices") or []
    form.length(f"{path}choices", choices, 0, _MOST_OPTIONS)
    for index, choice in enumerate(choices):
        form.length(f"{path}choices.{index}.name", choice.get("name"), 1, 100)
        form.length(f"{path}choices.{index}.value", choice.get("value"), 1, 100)
    completes = bool(option.get("autocomplete"))
    if (completes and choices) or (completes and option.get("type") not in _WITH_CHOICES):
        form.add(
            f"{path}autocomplete",
            "APPLICATION_COMMAND_AUTOCOMPLETE_INVALID",
            "Autocomplete is for options of text and numbers without choices",
        )


def _text_length(declared: Declaration) -> int:
    texts: list[Any] = [declared.get("name"), declared.get("description"), declared.get("value")]
    nested = [*(declared.get("options") or ()), *(declared.get("choices") or ())]
    own = sum(len(text) for text in texts if isinstance(text, str))
    return own + sum(map(_text_length, nested))
