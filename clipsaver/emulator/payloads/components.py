"""What Discord makes of components and embeds that were sent: with ids, and with its defaults."""

from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING, Any, Final

from clipsaver.emulator import component_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clipsaver.emulator.calls import Payload

_SELECT: Final[Payload] = {"min_values": 1, "max_values": 1}
_DEFAULTS: Final[dict[int, Payload]] = {
    **dict.fromkeys(component_rules.SELECTS, _SELECT),
    component_rules.THUMBNAIL: {"description": None, "spoiler": False},
    component_rules.FILE: {"name": None, "size": None, "spoiler": False},
    component_rules.SEPARATOR: {"spacing": 1, "divider": True},
    component_rules.CONTAINER: {"accent_color": None, "spoiler": False},
}
_GALLERY_ITEM: Final[Payload] = {"description": None, "spoiler": False}


def completed(components: list[Payload]) -> list[Payload]:
    """Components with an `id` each, in sequence where they have none."""
    copied = copy.deepcopy(components)
    taken = {each["id"] for each in component_rules.walk([*copied]) if each.get("id")}
    free = (number for number in itertools.count(1) if number not in taken)
    return [_completed(component, free) for component in copied]


def embed(sent: Payload) -> Payload:
    """An embed as it is shown."""
    shown: Payload = {"type": "rich", **sent}
    if "fields" in sent:
        shown["fields"] = [{"inline": False, **each} for each in sent["fields"]]
    return shown


def _completed(component: Payload, free: Iterator[int]) -> Payload:
    number = component.get("id") or next(free)
    full: Payload = {**_DEFAULTS.get(component["type"], {}), **component, "id": number}
    if "components" in full:
        full["components"] = [_completed(each, free) for each in full["components"]]
    for name in ("accessory", "component"):
        if name in full:
            full[name] = _completed(full[name], free)
    for name in ("media", "file"):
        if name in full:
            full[name] = _unfurled(full[name], number)
    if "items" in full:
        full["items"] = [
            {**_GALLERY_ITEM, **item, "media": _unfurled(item["media"], number)}
            for item in full["items"]
        ]
    return full


def _unfurled(media: dict[str, Any], number: int) -> Payload:
    return {"id": str(number), "proxy_url": media["url"], **media}
