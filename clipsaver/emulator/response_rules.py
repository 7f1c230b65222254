"""What an application may answer to an interaction (Discord docs, Receiving and Responding)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from clipsaver.emulator import component_rules, message_rules
from clipsaver.emulator.problems import FormErrors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clipsaver.emulator.messages import Message

PING: Final = 1
COMMAND: Final = 2
COMPONENT: Final = 3
AUTOCOMPLETE: Final = 4
MODAL_SUBMIT: Final = 5

PONG: Final = 1
MESSAGE: Final = 4
DEFERRED_MESSAGE: Final = 5
DEFERRED_UPDATE: Final = 6
UPDATE_MESSAGE: Final = 7
CHOICES: Final = 8
MODAL: Final = 9

_ALLOWED: Final = {
    PING: {PONG},
    COMMAND: {MESSAGE, DEFERRED_MESSAGE, MODAL},
    COMPONENT: {MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE_MESSAGE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {MESSAGE, DEFERRED_MESSAGE},
}
_ON_A_MESSAGE: Final = {DEFERRED_UPDATE, UPDATE_MESSAGE}
_MOST_CHOICES: Final = 25


def errors_of(
    interaction_type: int, response: Mapping[str, Any], source: Message | None
) -> FormErrors:
    """What is wrong with a first response.

    Args:
        interaction_type: What it answers.
        response: `type` and `data`.
        source: The message whose component was used, also for a modal that a component opened.
    """
    form = FormErrors()
    kind, data = response.get("type"), response.get("data") or {}
    allowed = _ALLOWED[interaction_type]
    if interaction_type == MODAL_SUBMIT and source is not None:
        allowed = allowed | _ON_A_MESSAGE
    if kind not in allowed:
        choices = ", ".join(map(str, sorted(allowed)))
        form.add("type", "BASE_TYPE_CHOICES", f"Value must be one of ({choices}).")
    elif kind == MESSAGE:
        form = message_rules.errors_of(data)
        if not any(data.get(name) for name in ("content", "embeds", "components", "attachments")):
            form.required("data")
    elif kind == UPDATE_MESSAGE:
        form = message_rules.errors_of(data, edited=source)
    elif kind == CHOICES:
        _check_choices(form, data.get("choices"))
    elif kind == MODAL:
        component_rules.check_modal(form, data)
    return form


def _check_choices(form: FormErrors, choices: object) -> None:
    if not isinstance(choices, list):
        form.required("data.choices")
        return
    form.length("data.choices", choices, 0, _MOST_CHOICES)
    for index, choice in enumerate(choices):
        form.length(f"data.choices.{index}.name", choice.get("name"), 1, 100)
        form.length(f"data.choices.{index}.value", choice.get("value"), 1, 100)
