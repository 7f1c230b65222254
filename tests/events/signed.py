"""Requests signed as Discord does, wrapped as API Gateway does."""

import base64
import json
import time
from typing import Any, Final

from nacl.signing import SigningKey

from tests.events import files

KEY: Final = SigningKey(bytes(range(32)))
PUBLIC_KEY: Final = KEY.verify_key.encode().hex()

Event = dict[str, Any]


def signature(body: bytes, timestamp: str, key: SigningKey = KEY) -> str:
    """128 hexadecimal digits over the timestamp and the body."""
    return key.sign(timestamp.encode() + body).signature.hex()


def now(offset: int = 0) -> str:
    """Unix seconds as a header holds them."""
    return str(int(time.time()) + offset)


def request(body: bytes, headers: dict[str, str], *, as_base64: bool = False) -> Event:
    """A POST of this body with these headers added."""
    event = files.lambda_event("http_api_base64" if as_base64 else "http_api")
    for name in ("x-signature-ed25519", "x-signature-timestamp"):
        del event["headers"][name]
    event["headers"] |= {"content-length": str(len(body))} | headers
    event["body"] = base64.b64encode(body).decode() if as_base64 else body.decode()
    return event


def raw(body: bytes, timestamp: str | None = None, *, as_base64: bool = False) -> Event:
    """A well-signed POST of any bytes, as of now or of another time."""
    told = now() if timestamp is None else timestamp
    headers = {"x-signature-ed25519": signature(body, told), "x-signature-timestamp": told}
    return request(body, headers, as_base64=as_base64)


def document(content: Any, *, as_base64: bool = False) -> Event:
    """A well-signed POST of anything that JSON can hold."""
    return raw(json.dumps(content).encode(), as_base64=as_base64)


def get(path: str) -> Event:
    """A GET by somebody else."""
    event = request(b"", {})
    del event["body"]
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    event["requestContext"]["http"]["method"] = "GET"
    return event
