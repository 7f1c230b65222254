"""The self-test of a deploy: whether the API says that this release is ready."""

import json
import time
from typing import Any, Final

from functions.deploy import web
from functions.shared import errors, release

_ASK_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 2.0
_OK: Final = 200
_TOO_MANY_REQUESTS: Final = 429


def wait(base_url: str, seconds: float) -> str:
    """Ask `/ready` until it says so; a sentence.

    Raises:
        NotReady: after so many seconds it still does not; the message says why.
        NotReachable: it did not even answer.
    """
    url = f"{base_url}/ready"
    give_up = time.monotonic() + seconds
    while True:
        try:
            problem = judge(*web.call("GET", url, _ASK_SECONDS))
            if problem is None:
                return f"The API says that release {release.RELEASE} is ready."
            failure = errors.NotReady(f"{url} {problem}")
        except OSError as error:
            failure = errors.NotReachable(f"{url} cannot be reached from here: {error}")
        if time.monotonic() + _PAUSE_SECONDS >= give_up:
            raise failure
        time.sleep(_PAUSE_SECONDS)


def judge(status: int, body: bytes) -> str | None:
    """What is wrong with an answer, as the end of a sentence; None if it is the one. Pure."""
    document = _object(body)
    if status == _TOO_MANY_REQUESTS:
        return (
            f"answers {status}: somebody else asks all the time, and API Gateway lets few requests "
            "to it through (RouteSettings in infra/template.yaml); deploy again later"
        )
    if status != _OK:
        checks = document.get("checks")
        told = checks if isinstance(checks, dict) else {}
        bad = [f"{name}: {told[name]}" for name in ("database", "schema") if name in told]
        return f"answers {status} ({'; '.join(bad)})" if bad else f"answers {status}"
    if document.get("release") != release.RELEASE:
        return f"is of release {document.get('release')}, not yet of {release.RELEASE}"
    return None


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
