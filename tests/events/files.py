"""Payloads as Discord and AWS send them, one file each, and the application they are meant for."""

import json
from pathlib import Path
from typing import Any, Final, Literal

from functions.shared import models

APPLICATION_ID: Final = "1180000000000000000"
GUILD_ID: Final = models.GuildId(1_170_000_000_000_000_001)
TOKEN: Final = "aW50ZXJhY3Rpb246c2FtcGxl"
"""The interaction token in all of them: a credential, so it must not show up anywhere."""

InteractionName = Literal[
    "autocomplete",
    "command",
    "command_in_direct_message",
    "component",
    "message_command",
    "modal",
    "ping",
]
LambdaEventName = Literal[
    "custom_resource", "direct_invocation", "http_api", "http_api_base64", "scheduler", "sqs_batch"
]

_FOLDER: Final = Path(__file__).parent


def interaction(name: InteractionName, **changes: Any) -> dict[str, Any]:
    """An interaction, with some of its fields changed."""
    return _document("interactions", name) | changes


def lambda_event(name: LambdaEventName) -> dict[str, Any]:
    """What Lambda hands to a function."""
    return _document("lambda", name)


def _document(folder: str, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((_FOLDER / folder / f"{name}.json").read_text())
    return document
