"""Discord's own description of its API, as a judge of what the local Discord answers."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_FILE: Final = Path(__file__).parent / "openapi" / "discord-openapi-subset.json"
_SCHEMAS: Final = "/components/schemas"
_ROOT: Final = "discord:/openapi"

NOT_DESCRIBED: Final = frozenset(
    {
        "GET /channels/{channel_id}/thread-members/{user_id}",
        "POST /attachments/refresh-urls",
        "POST /oauth2/token",
        "POST /oauth2/token/revoke",
    }
)
"""Routes that Discord serves and its description, or this part of it, leaves out."""


@dataclass(frozen=True)
class Deviation:
    """Where Discord's documentation, which wins, differs from its description."""

    where: str
    how: Literal["add", "remove", "set"]
    what: object
    reason: str


DEVIATIONS: Final = (
    Deviation("GuildChannelResponse/properties/type/enum", "add", 16, "media channels exist"),
    Deviation(
        "ChannelTypes/oneOf", "add", {"title": "GUILD_MEDIA", "const": 16}, "media channels exist"
    ),
    Deviation(
        "MessageReferenceType/oneOf", "add", {"title": "FORWARD", "const": 1}, "forwards exist"
    ),
    *(
        Deviation("GuildChannelResponse/required", "remove", name, "documented as optional")
        for name in ("flags", "position", "name")
    ),
    Deviation("ThreadsResponse/required", "remove", "has_more", "undocumented for active threads"),
    Deviation(
        "Error/properties/code/type", "set", ["integer", "string"], "texts in validation errors"
    ),
    Deviation(
        "RatelimitedResponse/allOf",
        "set",
        [
            {
                "properties": {
                    "message": {"type": "string"},
                    "code": {"type": "integer"},
                    "retry_after": {"type": "number"},
                    "global": {"type": "boolean"},
                },
                "required": ["message", "retry_after", "global"],
            }
        ],
        "a 429 has a code only now and then",
    ),
    Deviation(
        "MessageAttachmentResponse/properties/application",
        "set",
        {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/ApplicationResponse"}]},
        "null for a game that Discord does not know",
    ),
    Deviation(
        "GuildChannelResponse/properties/application_id",
        "set",
        {"type": ["string", "null"]},
        "nullable since August 2026",
    ),
)


@functools.cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_FILE.read_text())
    for deviation in DEVIATIONS:
        *steps, last = deviation.where.split("/")
        place = document["components"]["schemas"]
        for step in steps:
            place = place[step]
        match deviation.how:
            case "add":
                place[last].append(deviation.what)
            case "remove":
                place[last].remove(deviation.what)
            case "set":
                place[last] = deviation.what
    return document


@functools.cache
def _registry() -> Registry[Any]:
    resource = Resource.from_contents(_document(), default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource(_ROOT, resource)
    return registry


@functools.cache
def _validator(pointer: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{_ROOT}#{pointer}"}, registry=_registry())


def is_described(route: str) -> bool:
    """Whether the description has a route, `GET /users/@me`."""
    method, _, template = route.partition(" ")
    return method.lower() in _document()["paths"].get(template, {})


def check(route: str, status: int, media_type: str, body: bytes) -> None:
    """Compare an answer with what the description says about it.

    Raises:
        AssertionError: with the first difference.
    """
    method, _, template = route.partition(" ")
    if status >= 400:
        pointer = f"{_SCHEMAS}/{'RatelimitedResponse' if status == 429 else 'ErrorResponse'}"
    else:
        responses = _document()["paths"][template][method.lower()]["responses"]
        assert str(status) in responses, f"{route} never answers {status}"
        if not responses[str(status)].get("content"):
            assert body == b"", f"{route} has no body with {status}"
            return
        path = template.replace("~", "~0").replace("/", "~1")
        pointer = (
            f"/paths/{path}/{method.lower()}/responses/{status}/content/application~1json/schema"
        )
    assert media_type == "application/json"
    error = best_match(_validator(pointer).iter_errors(json.loads(body)))
    assert error is None, f"{route} {status}: {error.json_path}: {error.message}"
