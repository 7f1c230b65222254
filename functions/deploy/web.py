"""One HTTP request with nothing but Python, for what must work even where the packages do not load.

No proxies, no redirects, no headers of its own: S3's signed addresses want it so.
"""

from collections.abc import Mapping
from http import client
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

_LONGEST_BODY: Final = 100_000
_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


def call(
    method: str,
    url: str,
    seconds: float,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] = _NO_HEADERS,
) -> tuple[int, bytes]:
    """Make one request; its status and body, whatever the status is.

    Args:
        method: In capitals.
        url: Of `https`, or of `http` on this machine.
        seconds: How long each step may take: connecting, and each wait for a part of the answer.
        body: What is sent.
        headers: Further headers.

    Raises:
        OSError: there was no answer; the message does not hold the URL.
    """
    parts = urlsplit(url)
    kind = client.HTTPSConnection if parts.scheme == "https" else client.HTTPConnection
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    connection = kind(parts.netloc, timeout=seconds)
    try:
        connection.request(method, target, body=body, headers=dict(headers))
        response = connection.getresponse()
        return response.status, response.read(_LONGEST_BODY)
    except client.HTTPException as error:
        raise OSError(f"the answer was no HTTP ({type(error).__name__})") from error
    finally:
        connection.close()
