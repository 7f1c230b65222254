"""A line of a log group, as a person reads it. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from rich.text import Text

_COLOURS: Final = {
    "DEBUG": "dim",
    "INFO": "green",
    "WARNING": "yellow",
    "ERROR": "red",
    "CRITICAL": "bold white on red",
    "REPORT": "dim",
}
_IDS: Final = ("guild_id", "channel_id", "interaction_id", "message_id", "request_id")
_OWN_FIELDS: Final = frozenset(
    {"level", "location", "message", "timestamp", "service", "exception", "exception_name", *_IDS}
)
_LEVEL_WIDTH: Final = 8
_FUNCTION_WIDTH: Final = 12
_REPORT: Final = "platform.report"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line.

    Attributes:
        extras: What else the line says, name and value.
        ids: What it belongs to, for a search.
        trace: The traceback of an exception, or nothing.
    """

    at: datetime
    function: str
    level: str
    message: str
    extras: Mapping[str, Any]
    ids: Mapping[str, Any]
    trace: str = ""

    def rendered(self) -> Text:
        """The line in colours."""
        text = Text()
        text.append(f"{self.level:<{_LEVEL_WIDTH}} ", _COLOURS.get(self.level, ""))
        text.append(f"{self.at.astimezone():%Y-%m-%d %H:%M:%S} ", "dim")
        text.append(f"{self.function:<{_FUNCTION_WIDTH}} ", "cyan")
        text.append(self.message)
        for names, style in ((self.extras, "blue"), (self.ids, "dim")):
            for name, value in names.items():
                text.append(f" {name}={value}", style)
        if self.trace:
            text.append(f"\n{self.trace}", "red")
        return text


def parse(function: str, milliseconds: int, text: str) -> LogLine | None:
    """Read a line of a function's log, or of the API's.

    Args:
        function: Whose log it is.
        milliseconds: Since 1970, as CloudWatch Logs has it.
        text: JSON of Clip Saver's own, of Lambda's or of API Gateway's, or whatever was printed.

    Returns:
        None for what tells a person nothing: metrics, and the beginning and end of an invocation.
    """
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    document = _object(text)
    if document is None:
        return LogLine(at, function, "", text.rstrip(), {}, {})
    kind = str(document.get("type", ""))
    if kind == _REPORT:
        return _report(at, function, document.get("record", {}))
    if "_aws" in document or kind.startswith("platform."):
        return None
    return _own(at, function, document)


def _object(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _own(at: datetime, function: str, fields: Mapping[str, Any]) -> LogLine:
    return LogLine(
        at=at,
        function=function,
        level=str(fields.get("level", "INFO")),
        message=str(fields.get("message", "")),
        extras={key: value for key, value in fields.items() if key not in _OWN_FIELDS},
        ids={key: fields[key] for key in _IDS if fields.get(key)},
        trace=str(fields.get("exception") or ""),
    )


def _report(at: datetime, function: str, record: Mapping[str, Any]) -> LogLine:
    """How an invocation went, in Lambda's own words."""
    status, metrics = str(record.get("status", "")), record.get("metrics", {})
    shown = {
        "ms": round(metrics["durationMs"]) if "durationMs" in metrics else None,
        "memory_mb": metrics.get("maxMemoryUsedMB"),
        "of_mb": metrics.get("memorySizeMB"),
    }
    return LogLine(
        at=at,
        function=function,
        level="REPORT" if status == "success" else "ERROR",
        message=f"invocation: {status}",
        extras={key: value for key, value in shown.items() if value is not None},
        ids={"request_id": record["requestId"]} if "requestId" in record else {},
    )
