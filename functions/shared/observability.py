"""Logs: JSON on Lambda, `LEVEL logger - message` in a terminal, and never a secret in either.

Modules log through `logging.getLogger("discord_clip_saver.<noun>")`; what they pass as `extra`
becomes keys of the JSON. Secrets are taken out of the finished line, so that no caller, and no
message of a library, has to remember to.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, Final

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from functions.shared import release, settings

SERVICE: Final = "discord_clip_saver"

_REDACTED: Final = "[redacted]"
_SECRET_SHAPES: Final = re.compile(
    r"(?P<url>\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@]+(?=@)"  # the password of a URL
    r"|(?P<bot>\bBot )[\w.-]{30,}"  # an Authorization header
    r"|\b[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}\b"  # a bot token, wherever it stands
    r"|(?P<webhook>/webhooks/\d+/|/interactions/\d+/)[\w.-]+"  # an interaction token in a path
)
_STANDARD_ATTRIBUTES: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

_correlation: ContextVar[Mapping[str, Any]] = ContextVar(
    "correlation", default=MappingProxyType({})
)
_log = logging.getLogger(SERVICE)


def configure(environment: settings.Environment) -> None:
    """Send all logs of Clip Saver to standard output, in the form their reader expects."""
    formatter: logging.Formatter
    if environment.on_lambda:
        formatter = _JSONFormatter(environment.secrets)
    else:
        formatter = _TerminalFormatter(environment.secrets)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    _log.handlers[:] = [handler]
    _log.setLevel(environment.log_level)
    # Lambda's runtime puts a handler of its own on the root logger: each line would come twice.
    _log.propagate = not environment.on_lambda


def announce_start(environment: settings.Environment) -> None:
    """Log that a cold environment came up, and with what."""
    _log.info(
        "Bot starting...",
        extra={
            "release": release.RELEASE,
            "schema": release.SCHEMA,
            "settings_path": str(environment.settings_path),
        },
    )


@contextmanager
def correlated(**keys: Any) -> Iterator[None]:  # noqa: ANN401 -- any value that JSON can hold
    """Add these keys (request_id, interaction_id, guild_id) to every line logged inside."""
    known = {key: value for key, value in keys.items() if value is not None}
    reset = _correlation.set({**_correlation.get(), **known})
    try:
        yield
    finally:
        _correlation.reset(reset)


class Redaction:
    """Takes the known secrets, and whatever has the shape of one, out of a line."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets for form in (secret, json.dumps(secret)[1:-1])}
        longest_first = sorted(map(re.escape, forms), key=len, reverse=True)
        self._known = re.compile("|".join(longest_first)) if longest_first else None

    def __call__(self, line: str) -> str:
        """The line without its secrets."""
        if self._known:
            line = self._known.sub(_REDACTED, line)
        return _SECRET_SHAPES.sub(_keep_prefix, line)


def _keep_prefix(match: re.Match[str]) -> str:
    return "".join(filter(None, match.groupdict().values())) + _REDACTED


class _JSONFormatter(LambdaPowertoolsFormatter):
    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__(service=SERVICE, utc=True, use_rfc3339=True)
        self._redact = Redaction(secrets)

    def format(self, record: logging.LogRecord) -> str:
        for key, value in _correlation.get().items():
            setattr(record, key, value)
        return self._redact(super().format(record))


class _TerminalFormatter(logging.Formatter):
    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(levelname)s %(name)s - %(message)s")
        self._redact = Redaction(secrets)

    def format(self, record: logging.LogRecord) -> str:
        extras = " ".join(
            f"{key}={value}"
            for key, value in vars(record).items()
            if key not in _STANDARD_ATTRIBUTES
        )
        return self._redact(" ".join(filter(None, (super().format(record), extras))))
