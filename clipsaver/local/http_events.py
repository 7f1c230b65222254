"""HTTP requests and responses in the words of API Gateway's HTTP APIs, payload version 2.0.

Source: API Gateway docs, "Create AWS Lambda proxy integrations for HTTP APIs". They leave open
which content types are binary; those who tried report that only text, JSON, XML and JavaScript are
not, so that even a form arrives base64-encoded.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4

from clipsaver.local import errors

_TEXT_TYPES: Final = frozenset({"application/json", "application/xml", "application/javascript"})
_ACCOUNT: Final = "123456789012"
_API: Final = "local"
_STAGE: Final = "$default"
_MILLISECONDS: Final = 1000
_OK: Final = 200

Event = dict[str, Any]
"""An event as Lambda hands it over: JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request as a server sees it.

    Attributes:
        path: The path with its percent-encoding undone.
        query: The raw query string, without the question mark.
        headers: Names, in lower case, and values in the order they came in.
        client: The caller's IP address.
        port: The port that the request came in on.
    """

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    client: str
    port: int


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response to send; names may occur more than once in `headers`."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


_JSON: Final = ("content-type", "application/json")
INTERNAL_SERVER_ERROR: Final = Response(500, [_JSON], b'{"message":"Internal Server Error"}')
"""What API Gateway says when the function raised, or returned what is no response."""
TOO_LARGE: Final = Response(413, [_JSON], b'{"message":"Request Entity Too Large"}')
"""What API Gateway says to a body above its quota; the function is not invoked."""


def event(request: Request) -> Event:
    """The event that API Gateway would invoke the function with.

    The requests come over plain HTTP and with a port, which `x-forwarded-proto`,
    `x-forwarded-port` and `host` tell; `domainName` never holds a port.
    """
    headers = _joined(request.headers)
    cookies = headers.pop("cookie", None)
    headers |= {
        "x-forwarded-for": request.client,
        "x-forwarded-proto": "http",
        "x-forwarded-port": str(request.port),
    }
    return {
        "version": "2.0",
        "routeKey": _STAGE,
        "rawPath": request.path,
        "rawQueryString": request.query,
        **({"cookies": cookies.split("; ")} if cookies else {}),
        "headers": headers,
        **_query_parameters(request.query),
        "requestContext": _request_context(request, headers),
        **_body(request.body, headers.get("content-type", "")),
    }


def response(result: Any) -> Response:  # noqa: ANN401 - whatever a function returned
    """What API Gateway makes of a function's result.

    A result without `statusCode` is itself the body, as JSON, of a 200.

    Raises:
        MalformedResult: The result is not one that API Gateway takes.
    """
    if not isinstance(result, Mapping) or "statusCode" not in result:
        return Response(_OK, [_JSON], json.dumps(result).encode())
    try:
        body = (result.get("body") or "").encode()
        headers = {name.lower(): str(value) for name, value in result.get("headers", {}).items()}
        cookies = [("set-cookie", cookie) for cookie in result.get("cookies", ())]
        status = int(result["statusCode"])
        if result.get("isBase64Encoded"):
            body = base64.b64decode(body, validate=True)
    except (AttributeError, TypeError, ValueError) as error:
        raise errors.MalformedResult(f"Not a response of an HTTP API: {error}") from error
    if body:
        headers.setdefault("content-type", "text/plain;charset=UTF-8")
    # The server counts the bytes itself.
    headers.pop("content-length", None)
    return Response(status, [*headers.items(), *cookies], body)


def _joined(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        separator = "; " if name == "cookie" else ","
        joined[name] = f"{joined[name]}{separator}{value}" if name in joined else value
    return joined


def _query_parameters(query: str) -> dict[str, dict[str, str]]:
    pairs = parse_qsl(query, keep_blank_values=True)
    return {"queryStringParameters": _joined(pairs)} if pairs else {}


def _request_context(request: Request, headers: Mapping[str, str]) -> Event:
    now = datetime.now(UTC)
    domain = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
    return {
        "accountId": _ACCOUNT,
        "apiId": _API,
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0],
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.client,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": str(uuid4()),
        "routeKey": _STAGE,
        "stage": _STAGE,
        "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now.timestamp() * _MILLISECONDS),
    }


def _body(body: bytes, content_type: str) -> Event:
    if not body:
        return {"isBase64Encoded": False}
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type.startswith("text/") or media_type in _TEXT_TYPES:
        try:
            return {"body": body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            # A string of JSON cannot hold these bytes: encoded, they reach the function unharmed.
            pass
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
