"""The limits of message components and modals (Discord docs, Components Reference)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from clipsaver.emulator.problems import FormErrors

ACTION_ROW: Final = 1
BUTTON: Final = 2
STRING_SELECT: Final = 3
TEXT_INPUT: Final = 4
SELECTS: Final = frozenset({3, 5, 6, 7, 8})
SECTION: Final = 9
TEXT_DISPLAY: Final = 10
THUMBNAIL: Final = 11
MEDIA_GALLERY: Final = 12
FILE: Final = 13
SEPARATOR: Final = 14
CONTAINER: Final = 17
LABEL: Final = 18
FILE_UPLOAD: Final = 19
RADIO_GROUP: Final = 21
CHECKBOX_GROUP: Final = 22
CHECKBOX: Final = 23

LINK_STYLE: Final = 5
_PREMIUM_STYLE: Final = 6
_V2_TOP_LEVEL: Final = frozenset({1, 9, 10, 12, 13, 14, 17})
_IN_CONTAINER: Final = _V2_TOP_LEVEL - {CONTAINER}
_IN_LABEL: Final = SELECTS | {TEXT_INPUT, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX}
_IN_MODAL: Final = frozenset({ACTION_ROW, TEXT_DISPLAY, LABEL})
_GROUP_OPTIONS: Final = {RADIO_GROUP: 2, CHECKBOX_GROUP: 1}
_MOST_ROWS: Final = 5
_MOST_COMPONENTS: Final = 40
_MOST_TEXT: Final = 4000
_CUSTOM_ID: Final = 100

Component = Mapping[str, Any]


def children(component: Component) -> list[Component]:
    """What is nested directly in a component."""
    nested = list(component.get("components") or ())
    return nested + [component[name] for name in ("component", "accessory") if component.get(name)]


def walk(components: list[Component]) -> list[Component]:
    """Components with all that is nested in them."""
    found: list[Component] = []
    for component in components:
        found += [component, *walk(children(component))]
    return found


def check_message(form: FormErrors, components: list[Component], *, is_v2: bool) -> None:
    """Note what is wrong with a message's components.

    Args:
        form: Where to note it.
        components: The message's components.
        is_v2: Whether the message has the flag IS_COMPONENTS_V2.
    """
    if is_v2:
        everything = walk(components)
        texts = [each for each in everything if each.get("type") == TEXT_DISPLAY]
        if sum(len(str(text.get("content", ""))) for text in texts) > _MOST_TEXT:
            form.add("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "Too much text.")
        form.length("components", everything, 1, _MOST_COMPONENTS)
        _Rules(form).check_all("components", components, _V2_TOP_LEVEL)
        return
    form.length("components", components, 0, _MOST_ROWS)
    _Rules(form).check_all("components", components, frozenset({ACTION_ROW}))


def check_modal(form: FormErrors, modal: Component) -> None:
    """Note what is wrong with a modal."""
    _text(form, "custom_id", modal.get("custom_id"), _CUSTOM_ID)
    _text(form, "title", modal.get("title"), 45)
    components = modal.get("components") or []
    form.length("components", components, 1, 5)
    _Rules(form).check_all("components", components, _IN_MODAL)


class _Rules:
    """Checks a tree of components; custom ids are unique within it."""

    def __init__(self, form: FormErrors) -> None:
        self._form = form
        self._custom_ids: set[str] = set()
        self._by_type: dict[int, Callable[[str, Component], None]] = {
            ACTION_ROW: self._action_row,
            BUTTON: self._button,
            TEXT_INPUT: self._text_input,
            SECTION: self._section,
            TEXT_DISPLAY: self._text_display,
            MEDIA_GALLERY: self._media_gallery,
            CONTAINER: self._container,
            LABEL: self._label,
            FILE_UPLOAD: self._interactive,
            RADIO_GROUP: self._group,
            CHECKBOX_GROUP: self._group,
            CHECKBOX: self._interactive,
            **dict.fromkeys(SELECTS, self._select),
        }

    def check_all(
        self, path: str, components: list[Component], allowed: frozenset[int] | set[int]
    ) -> None:
        for index, component in enumerate(components):
            self._check(f"{path}.{index}", component, allowed)

    def _check(self, path: str, component: Component, allowed: frozenset[int] | set[int]) -> None:
        kind = int(component.get("type") or 0)
        if kind not in allowed:
            choices = ", ".join(map(str, sorted(allowed)))
            self._form.add(
                f"{path}.type", "BASE_TYPE_CHOICES", f"Value must be one of ({choices})."
            )
            return
        rule = self._by_type.get(kind)
        if rule is not None:
            rule(path, component)

    def _action_row(self, path: str, row: Component) -> None:
        nested = list(row.get("components") or ())
        has_select = any(each.get("type") in SELECTS for each in nested)
        self._form.length(f"{path}.components", nested, 1, 1 if has_select else 5)
        self.check_all(f"{path}.components", nested, SELECTS | {BUTTON, TEXT_INPUT})

    def _interactive(self, path: str, component: Component) -> None:
        custom_id = component.get("custom_id")
        _text(self._form, f"{path}.custom_id", custom_id, _CUSTOM_ID)
        if custom_id in self._custom_ids:
            self._form.add(
                f"{path}.custom_id",
                "COMPONENT_CUSTOM_ID_DUPLICATED",
                "Component custom id cannot be duplicated",
            )
        self._custom_ids.add(str(custom_id))

    def _button(self, path: str, button: Component) -> None:
        style = button.get("style")
        self._form.length(f"{path}.label", button.get("label"), 0, 80)
        if style == LINK_STYLE:
            _text(self._form, f"{path}.url", button.get("url"), 512)
        elif style in range(1, LINK_STYLE):
            self._interactive(path, button)
        elif style != _PREMIUM_STYLE:
            self._form.add(f"{path}.style", "BASE_TYPE_CHOICES", "Value must be one of (1-6).")
        if style != _PREMIUM_STYLE and not button.get("label") and not button.get("emoji"):
            self._form.add(
                path, "BUTTON_COMPONENT_INVALID", "A button must have a label or an emoji."
            )

    def _select(self, path: str, select: Component) -> None:
        self._interactive(path, select)
        self._form.length(f"{path}.placeholder", select.get("placeholder"), 0, 150)
        low, high = select.get("min_values", 1), select.get("max_values", 1)
        if not (0 <= low <= 25 and 1 <= high <= 25 and low <= high):
            self._form.add(f"{path}.max_values", "NUMBER_TYPE_MAX", "min and max do not fit.")
        if select["type"] == STRING_SELECT:
            self._options(path, list(select.get("options") or ()), 1, 25)

    def _group(self, path: str, group: Component) -> None:
        self._interactive(path, group)
        self._options(path, list(group.get("options") or ()), _GROUP_OPTIONS[group["type"]], 10)

    def _options(self, path: str, options: list[Component], low: int, high: int) -> None:
        self._form.length(f"{path}.options", options, low, high)
        for index, option in enumerate(options):
            where = f"{path}.options.{index}"
            _text(self._form, f"{where}.label", option.get("label"), 100)
            _text(self._form, f"{where}.value", option.get("value"), 100)
            self._form.length(f"{where}.description", option.get("description"), 0, 100)
        if len({option.get("value") for option in options}) < len(options):
            self._form.add(
                f"{path}.options",
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )

    def _text_input(self, path: str, text_input: Component) -> None:
        self._interactive(path, text_input)
        self._form.length(f"{path}.value", text_input.get("value"), 0, 4000)
        self._form.length(f"{path}.placeholder", text_input.get("placeholder"), 0, 100)

    def _section(self, path: str, section: Component) -> None:
        nested = list(section.get("components") or ())
        self._form.length(f"{path}.components", nested, 1, 3)
        self.check_all(f"{path}.components", nested, {TEXT_DISPLAY})
        self._check(f"{path}.accessory", section.get("accessory") or {}, {BUTTON, THUMBNAIL})

    def _text_display(self, path: str, text: Component) -> None:
        _text(self._form, f"{path}.content", text.get("content"), _MOST_TEXT)

    def _media_gallery(self, path: str, gallery: Component) -> None:
        items = list(gallery.get("items") or ())
        self._form.length(f"{path}.items", items, 1, 10)
        for index, item in enumerate(items):
            self._form.length(f"{path}.items.{index}.description", item.get("description"), 0, 1024)

    def _container(self, path: str, container: Component) -> None:
        nested = list(container.get("components") or ())
        self.check_all(f"{path}.components", nested, _IN_CONTAINER)

    def _label(self, path: str, label: Component) -> None:
        _text(self._form, f"{path}.label", label.get("label"), 45)
        self._form.length(f"{path}.description", label.get("description"), 0, 100)
        self._check(f"{path}.component", label.get("component") or {}, _IN_LABEL)


def _text(form: FormErrors, path: str, value: object, most: int) -> None:
    """A string that has to be there and not be empty."""
    if value is None:
        form.required(path)
    else:
        form.length(path, value, 1, most)
