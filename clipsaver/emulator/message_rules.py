"""The limits of messages that the bot sends (Discord docs, Create Message)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from clipsaver.emulator import component_rules
from clipsaver.emulator.messages import Message, MessageFlag
from clipsaver.emulator.payloads import components
from clipsaver.emulator.problems import ApiError, FormErrors

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTENT: Final = 2000
_EMBEDS: Final = 10
_EMBED_TEXT: Final = 6000
_EMBED_LIMITS: Final = {"title": 256, "description": 4096}
_FIELDS: Final = 25
_SETTABLE: Final = int(
    MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.EPHEMERAL
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.IS_VOICE_MESSAGE
    | MessageFlag.IS_COMPONENTS_V2
)
_V2: Final = int(MessageFlag.IS_COMPONENTS_V2)
_EMPTY: Final = ("content", "embeds", "components", "sticker_ids", "poll", "attachments")

Payload = dict[str, Any]


def errors_of(payload: Payload, *, edited: Message | None = None) -> FormErrors:
    """What is wrong with a message, or with an edit of one.

    Args:
        payload: What was sent.
        edited: The message that it edits, whose IS_COMPONENTS_V2 cannot be taken back.
    """
    form = FormErrors()
    flags = int(payload.get("flags") or 0)
    is_v2 = bool((flags | (edited.flags if edited else 0)) & _V2)
    if is_v2:
        for name in ("content", "embeds", "poll", "sticker_ids"):
            if payload.get(name):
                form.add(
                    name,
                    "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                    f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
                )
    if len(payload.get("content") or "") > CONTENT:
        form.add("content", "BASE_TYPE_MAX_LENGTH", f"Must be {CONTENT} or fewer in length.")
    _check_embeds(form, payload.get("embeds") or [])
    if payload.get("components"):
        component_rules.check_message(form, payload["components"], is_v2=is_v2)
    return form


def check(payload: Payload, *, has_files: bool = False, edited: Message | None = None) -> None:
    """Refuse a message that breaks a rule.

    Raises:
        ApiError: 400 with code 50035, or 50006 for an empty message.
    """
    errors_of(payload, edited=edited).check()
    if edited is None and not has_files and not any(payload.get(name) for name in _EMPTY):
        raise ApiError(400, "Cannot send an empty message", 50006)


def fields(payload: Payload) -> dict[str, Any]:
    """The fields of `Message` that a payload sets, its text and files aside."""
    found: dict[str, Any] = {}
    if "flags" in payload:
        found["flags"] = int(payload["flags"] or 0) & _SETTABLE
    if "embeds" in payload:
        found["embeds"] = [components.embed(each) for each in payload["embeds"] or ()]
    if "components" in payload:
        found["components"] = components.completed(payload["components"] or [])
    return found


def _check_embeds(form: FormErrors, embeds: list[Payload]) -> None:
    form.length("embeds", embeds, 0, _EMBEDS)
    total = 0
    for index, embed in enumerate(embeds):
        for name, most in _EMBED_LIMITS.items():
            form.length(f"embeds.{index}.{name}", embed.get(name), 0, most)
        form.length(f"embeds.{index}.fields", embed.get("fields"), 0, _FIELDS)
        for number, each in enumerate(embed.get("fields") or ()):
            _check_embed_field(form, f"embeds.{index}.fields.{number}", each)
        total += _text_length(embed)
    if total > _EMBED_TEXT:
        form.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds {_EMBED_TEXT}")


def _check_embed_field(form: FormErrors, path: str, each: Mapping[str, Any]) -> None:
    form.length(f"{path}.name", each.get("name"), 1, 256)
    form.length(f"{path}.value", each.get("value"), 1, 1024)


def _text_length(embed: Mapping[str, Any]) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for each in embed.get("fields") or ():
        texts += [each.get("name"), each.get("value")]
    return sum(len(text) for text in texts if text)
