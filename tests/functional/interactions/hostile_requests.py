"""Requests that nobody should send, each with the status it deserves.

Every one is made when it is needed, because a signature is only good for a few minutes.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from nacl.signing import SigningKey

from tests.events import files, signed
from tests.events.signed import Event

NewEvent = Callable[[], Event]

LARGEST: Final = 1 << 20
_SIGNATURE: Final = "x-signature-ed25519"
_TIMESTAMP: Final = "x-signature-timestamp"
_DAY: Final = 86_400
_TYPES: Final[tuple[Any, ...]] = (None, "1", 1.0, True, [1], {}, 0, 6, 99, -1)


def _body(**changes: Any) -> bytes:
    return json.dumps(files.interaction("command", **changes)).encode()


def _ping(size: int) -> bytes:
    """A PING of exactly so many bytes."""
    body = json.dumps(files.interaction("ping")).encode()
    return body + b" " * (size - len(body))


def _forged(change: Callable[[dict[str, str]], Mapping[str, str]]) -> NewEvent:
    """A well-signed command with something changed in its headers."""

    def make() -> Event:
        event = signed.raw(_body())
        event["headers"] = {**change(event["headers"])}
        return event

    return make


def _without(*names: str) -> NewEvent:
    return _forged(lambda headers: {k: v for k, v in headers.items() if k not in names})


def _signature(change: Callable[[str], str]) -> NewEvent:
    return _forged(lambda headers: headers | {_SIGNATURE: change(headers[_SIGNATURE])})


def _header(name: str, value: Any) -> NewEvent:
    return _forged(lambda headers: headers | {name: value})


def _signed_at(timestamp: Callable[[], str]) -> NewEvent:
    return lambda: signed.raw(_body(), timestamp())


def _made_of(body: Callable[[], bytes], signed_bytes: Callable[[bytes, str], bytes]) -> NewEvent:
    """A signature over something else than it should be."""

    def make() -> Event:
        told, content = signed.now(), body()
        signature = signed.KEY.sign(signed_bytes(content, told)).signature.hex()
        return signed.request(content, {_SIGNATURE: signature, _TIMESTAMP: told})

    return make


def _of_another_application() -> Event:
    told, body = signed.now(), _body()
    signature = signed.signature(body, told, SigningKey(bytes(32)))
    return signed.request(body, {_SIGNATURE: signature, _TIMESTAMP: told})


def _event(**changes: Any) -> NewEvent:
    """A well-signed command in an event that is damaged."""
    return lambda: signed.raw(_body()) | changes


def _forged_and_large() -> Event:
    return signed.raw(_body()) | {"body": "A" * (4 << 20), "isBase64Encoded": True}


def _raw(body: bytes) -> NewEvent:
    return lambda: signed.raw(body, as_base64=True)


def _type(value: Any) -> NewEvent:
    return lambda: signed.document(files.interaction("command", type=value))


def _application(value: Any) -> NewEvent:
    return lambda: signed.document(files.interaction("command", application_id=value))


def _lacking(name: str) -> NewEvent:
    payload = files.interaction("command")
    del payload[name]
    return lambda: signed.document(payload)


FORGED: Final[dict[str, NewEvent]] = {
    "no signature": _without(_SIGNATURE),
    "no timestamp": _without(_TIMESTAMP),
    "neither": _without(_SIGNATURE, _TIMESTAMP),
    "no headers": _forged(lambda _: {}),
    "an empty signature": _header(_SIGNATURE, ""),
    # API Gateway joins a header that came twice.
    "a doubled signature": _signature(lambda text: f"{text},{text}"),
    "a doubled timestamp": _forged(lambda h: h | {_TIMESTAMP: f"{h[_TIMESTAMP]},{h[_TIMESTAMP]}"}),
    "an odd number of digits": _signature(lambda text: text[:-1]),
    "half a signature": _signature(lambda text: text[:64]),
    "a byte too much": _signature(lambda text: text + "00"),
    "no hexadecimal digits": _signature(lambda text: "z" * len(text)),
    "full-width digits": _signature(lambda text: text[:-1] + "\N{FULLWIDTH DIGIT ONE}"),
    "blanks around the signature": _signature(lambda text: f" {text} "),
    "blanks inside the signature": _signature(lambda text: f"{text[:63]}  {text[65:]}"),
    "a prefixed signature": _signature(lambda text: f"ed25519={text}"),
    "zeros for a signature": _signature(lambda text: "0" * len(text)),
    "one digit changed": _signature(lambda text: text[:-1] + ("1" if text[-1] == "0" else "0")),
    "a NUL after the signature": _signature(lambda text: f"{text}\x00"),
    "the key of another application": _of_another_application,
    "a signature of the body alone": _made_of(_body, lambda body, _: body),
    "a signature of the timestamp alone": _made_of(_body, lambda _, told: told.encode()),
    "a signature with a separator": _made_of(_body, lambda body, told: told.encode() + b"." + body),
    "a signature of other whitespace": _made_of(
        _body, lambda body, told: told.encode() + json.dumps(json.loads(body), indent=1).encode()
    ),
    "another body": _event(body=_body(id="1310000000000000099").decode()),
    "an empty body": _event(body=""),
    "no body": _event(body=None),
    "another timestamp": _forged(lambda h: h | {_TIMESTAMP: signed.now(-1)}),
    "stale": _signed_at(lambda: signed.now(-400)),
    "from the future": _signed_at(lambda: signed.now(400)),
    "recorded a month ago": _signed_at(lambda: signed.now(-30 * _DAY)),
    "an empty timestamp": _signed_at(lambda: ""),
    "a negative timestamp": _signed_at(lambda: "-" + signed.now()),
    "a signed timestamp": _signed_at(lambda: "+" + signed.now()),
    "a fractional timestamp": _signed_at(lambda: signed.now() + ".5"),
    "a timestamp in milliseconds": _signed_at(lambda: signed.now() + "000"),
    "a date for a timestamp": _signed_at(lambda: "2026-11-23T20:00:00Z"),
    "an endless timestamp": _signed_at(lambda: "9" * 5_000),
    "no number for a timestamp": _signed_at(lambda: "nan"),
    "a NUL after the timestamp": _signed_at(lambda: signed.now() + "\x00"),
    "digits of another script": _signed_at(lambda: "\N{ARABIC-INDIC DIGIT ONE}795464000"),
    "a body that is a number": _event(body=1),
    "a body that is a list": _event(body=["type", 1]),
    "a body that is an object": _event(body={"type": 1}),
    "a body with half a surrogate pair": _event(body="\ud800"),
    "no base64 though it says so": _event(isBase64Encoded=True),
    "base64 cut short": _event(body="eyJ0eXBlIjox", isBase64Encoded=True),
    "base64 with wrong padding": _event(body="eyJ0e", isBase64Encoded=True),
    "base64 with other letters": _event(
        body="\N{LATIN SMALL LETTER E WITH ACUTE}A==", isBase64Encoded=True
    ),
    "base64 not declared": lambda: signed.raw(_body(), as_base64=True) | {"isBase64Encoded": False},
    "4 MB of letters": _event(body="A" * (4 << 20)),
    "4 MB of base64": _forged_and_large,
    "headers that are null": _event(headers=None),
    "headers that are a list": _event(headers=[_SIGNATURE]),
    "a header that is a number": _header(_TIMESTAMP, 1_795_464_000),
    "a header with half a surrogate pair": _header("user-agent", "\ud800"),
    "a port that is no number": _header("host", "clips.example:port"),
    "two ports": _header("host", "clips.example:80:80"),
    "a forwarded port that is no number": _header("x-forwarded-port", "https"),
    "a context that is empty": _event(requestContext={}),
}
"""Not signed by Discord just now: 401."""

MALFORMED: Final[dict[str, NewEvent]] = {
    "nothing": _raw(b""),
    "no JSON": _raw(b"type=1"),
    "JSON cut short": _raw(b'{"type": 1'),
    "JSON and more": _raw(b'{"type": 1} {"type": 1}'),
    "a number": _raw(b"1"),
    "a text": _raw(b'"ping"'),
    "null": _raw(b"null"),
    "a list": _raw(b'[{"type": 1}]'),
    "nested lists": _raw(b"[" * 100_000 + b"]" * 100_000),
    "nested objects": _raw(b'{"data":' * 100_000 + b"1" + b"}" * 100_000),
    "nested within a field": _raw(b'{"type":1,"data":' + b"[" * 500_000 + b"]" * 500_000 + b"}"),
    "a NUL": _raw(b"\x00"),
    "NULs around JSON": _raw(b'\x00{"type": 1}\x00'),
    "a NUL inside a text": _raw(b'{"type": 1, "id": "\x00"}'),
    "no UTF-8": _raw(b'{"type": 1, "id": "\xff\xfe"}'),
    "only surrogates": _raw("\ud800\udfff".encode("utf-8", "surrogatepass")),
    "an endless number": _raw(b'{"type": ' + b"1" * 5_000 + b"}"),
    "an endless fraction": _raw(b'{"type": 1e999}'),
    "no type": _lacking("type"),
    **{f"the type {value!r}": _type(value) for value in _TYPES},
    "the type of a webhook event": _type(0),
    "the type Infinity": _raw(b'{"type": Infinity}'),
    **{
        f"the application {value!r}": _application(value)
        for value in ("1", "", None, 1, [files.APPLICATION_ID], files.APPLICATION_ID + " ")
    },
    "the application NaN": _raw(b'{"type": 1, "application_id": NaN}'),
}
"""Signed by Discord, yet no interaction of this application: 400."""

TOO_LARGE: Final[dict[str, NewEvent]] = {
    "a byte more than 1 MiB": _raw(_ping(LARGEST + 1)),
    "4 MB": lambda: signed.raw(_ping(4 << 20)),
    "4 MB in base64": _raw(_ping(4 << 20)),
    "more than 1 MiB of nothing": _raw(b"\x00" * (LARGEST + 1)),
}
"""Signed by Discord, but larger than anything it sends: 413."""

HARMLESS: Final[dict[str, NewEvent]] = {
    "a signature in capitals": _signature(str.upper),
    "header names in capitals": _forged(
        lambda h: {name.upper(): value for name, value in h.items()}
    ),
    "exactly 1 MiB": _raw(_ping(LARGEST)),
    "no application": _lacking("application_id"),
    "fields that nobody knows": lambda: signed.document(
        files.interaction("ping") | {"\x00": "\ud800", "new": {"nested": [1, 2.5, None]}}
    ),
    "an old clock": lambda: signed.raw(_ping(1_000), signed.now(-290)),
    "a fast clock": lambda: signed.raw(_ping(1_000), signed.now(290)),
}
"""Odd, but Discord's own: 200."""
