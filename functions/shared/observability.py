"""Logs: JSON on Lambda, `LEVEL logger - message` in a terminal, and never a secret in either.

Modules log through `logging.getLogger("discord_clip_saver.<noun>")`; what they pass as `extra`
becomes keys of the JSON. Secrets are taken out of all that makes up a line, so that no caller has
to remember to: not even a library, for whatever is logged in the process takes this one way out.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, Final, TextIO

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from functions.shared import release, settings

SERVICE: Final = "discord_clip_saver"

_REDACTED: Final = "[redacted]"
_QUOTINGS: Final = 2
_SECRET_SHAPES: Final = re.compile(
    r"(?P<url>\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@]+(?=@)"  # the password of a URL
    r"|(?P<bot>\bBot )[\w.-]{30,}"  # an Authorization header
    r"|\b[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}\b"  # a bot token, wherever it stands
    r"|(?P<webhook>/webhooks/\d+/|/interactions/\d+/)[\w.-]+"  # an interaction token in a path
    r"|\baW50ZXJhY3Rpb246[\w+/=-]*"  # one anywhere else: "interaction:..." in Base64
    r"|(?P<query>[?&](?:code|state|access_token|refresh_token|client_secret)=)[^&#\s\"']+"
    r"|(?P<field>[\"'](?:token|access_token|refresh_token|client_secret)[\"']: ?[\"'])[^\"']+"
)
_STANDARD_ATTRIBUTES: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

_correlation: ContextVar[Mapping[str, Any]] = ContextVar(
    "correlation", default=MappingProxyType({})
)
_log = logging.getLogger(SERVICE)
_root = logging.getLogger()


def configure(environment: settings.Environment) -> None:
    """Send all logs to standard output, in the form their reader expects.

    Libraries log through the same handler, from WARNING on: what they say below that is about
    requests, and requests hold tokens.
    """
    redaction = Redaction(environment.secrets)
    form = _JSONFormatter if environment.on_lambda else _TerminalFormatter
    # Lambda's runtime puts a handler of its own there, which would print each line once more, as
    # it is. Elsewhere the handlers are those of whoever runs the functions.
    kept = [] if environment.on_lambda else [h for h in _root.handlers if type(h) is not _Handler]
    _root.handlers[:] = [*kept, _Handler(sys.stdout, redaction, form(redaction))]
    _log.setLevel(environment.log_level)
    _root.setLevel(max(logging.WARNING, _log.level))


def redact(secrets: Iterable[str]) -> None:
    """Take further values out of the logs, beside those known when they were configured."""
    for handler in _root.handlers:
        if isinstance(handler, _Handler):
            handler.redaction.add(secrets)


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
    for problem in environment.problems.values():
        _log.warning("%s; going on without it", problem)


@contextmanager
def correlated(**keys: Any) -> Iterator[None]:  # noqa: ANN401 -- any value that JSON can hold
    """Add these keys (request_id, interaction_id, guild_id) to each JSON line logged inside.

    What a line has as `extra` itself wins. A terminal's lines stay as short as they are.
    """
    known = {key: value for key, value in keys.items() if value is not None}
    reset = _correlation.set({**_correlation.get(), **known})
    try:
        yield
    finally:
        _correlation.reset(reset)


class Redaction:
    """Takes the known secrets, and whatever has the shape of one, out of texts."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._forms: set[str] = set()
        self._known: re.Pattern[str] | None = None
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Know further secrets; those known before may still be quoted by somebody."""
        self._forms |= {form for secret in secrets for form in _written_forms(secret)}
        longest_first = sorted(map(re.escape, self._forms), key=len, reverse=True)
        self._known = re.compile("|".join(longest_first)) if longest_first else None

    def __call__(self, text: str) -> str:
        """The text without its secrets."""
        if self._known:
            text = self._known.sub(_REDACTED, text)
        return _SECRET_SHAPES.sub(_keep_prefix, text)

    def value(self, value: object) -> object:
        """A value on its way to JSON, without the secrets in any text of it."""
        if isinstance(value, Mapping):
            return {self(str(key)): self.value(part) for key, part in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(part) for part in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self(str(value))


def _written_forms(secret: str) -> set[str]:
    """A secret as it stands in texts: as it is, or quoted by `repr` or JSON, once or twice over."""
    forms = {secret, repr(secret.encode(errors="surrogatepass"))[2:-1]}
    for _ in range(_QUOTINGS):
        forms |= {
            quoted
            for form in forms
            for quoted in (
                repr(form)[1:-1],
                repr(form + "\"'")[1:-4],
                json.dumps(form)[1:-1],
                json.dumps(form, ensure_ascii=False)[1:-1],
            )
        }
    return forms


def _keep_prefix(match: re.Match[str]) -> str:
    return "".join(filter(None, match.groupdict().values())) + _REDACTED


class _Handler(logging.StreamHandler[TextIO]):
    def __init__(self, stream: TextIO, redaction: Redaction, form: logging.Formatter) -> None:
        super().__init__(stream)
        self.redaction = redaction
        self.setFormatter(form)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 -- logging's own name
        # The library would print the message and its arguments as they are, secrets included.
        place = f"{record.pathname}:{record.lineno}"
        sys.stderr.write(f"The log line of {place} could not be written: {sys.exc_info()[0]}\n")


class _JSONFormatter(LambdaPowertoolsFormatter):
    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction
        super().__init__(service=SERVICE, utc=True, use_rfc3339=True)

    def format(self, record: logging.LogRecord) -> str:
        for key, value in _correlation.get().items():
            if key not in vars(record):
                setattr(record, key, value)
        return super().format(record)

    def serialize(self, log: Mapping[str, Any]) -> str:
        # Before it is JSON: what is cut out of the finished line could take its quotes along.
        return super().serialize({key: self._redaction.value(part) for key, part in log.items()})


class _TerminalFormatter(logging.Formatter):
    def __init__(self, redaction: Redaction) -> None:
        super().__init__("%(levelname)s %(name)s - %(message)s")
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        return self._redaction(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's own name
        extras = (
            f"{key}={value}"
            for key, value in vars(record).items()
            if key not in _STANDARD_ATTRIBUTES
        )
        return " ".join((super().formatMessage(record), *extras))
