"""Filling in the form that an application opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clipsaver.emulator import component_rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clipsaver.emulator.interaction_payloads import OptionValue, Payload, Resolved


def filled_in(
    component: Payload,
    values: Mapping[str, OptionValue | Sequence[Any]],
    resolved: Resolved,
) -> Payload:
    """A form's component as it is sent back: with what was entered, not with how it looked.

    Args:
        component: The component as the application sent it.
        values: What the user enters, by custom id.
        resolved: Where chosen objects are noted.
    """
    kind = component["type"]
    filled: Payload = {"type": kind, "id": component.get("id", 0)}
    if kind == component_rules.LABEL:
        return filled | {"component": filled_in(component["component"], values, resolved)}
    if kind == component_rules.ACTION_ROW:
        nested = component["components"]
        return filled | {"components": [filled_in(each, values, resolved) for each in nested]}
    if "custom_id" not in component:
        return filled
    filled["custom_id"] = component["custom_id"]
    value = values.get(component["custom_id"])
    if isinstance(value, list | tuple):
        return filled | {"values": [resolved.add(each) for each in value]}
    if kind in (component_rules.TEXT_INPUT, component_rules.RADIO_GROUP, component_rules.CHECKBOX):
        empty = "" if kind == component_rules.TEXT_INPUT else None
        return filled | {"value": empty if value is None else value}
    return filled | {"values": []}
