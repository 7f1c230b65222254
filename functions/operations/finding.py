"""What a look at a deployment found: a sentence, how bad that is, and what mends it. Pure."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Level = Literal["ok", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check and its outcome.

    Attributes:
        check: What was looked at, as a table's row names it.
        level: `failure` for what keeps people from being served.
        told: What was found; without a secret.
        fix: What to do about it; empty if there is nothing to do.
    """

    check: str
    level: Level
    told: str
    fix: str = ""

    def as_json(self) -> dict[str, Any]:
        """The finding as a function answers it."""
        return asdict(self)


def fine(check: str, told: str) -> Finding:
    """Nothing to do."""
    return Finding(check, "ok", told)


def warning(check: str, told: str, fix: str) -> Finding:
    """Something to do, in time."""
    return Finding(check, "warning", told, fix)


def failure(check: str, told: str, fix: str) -> Finding:
    """Something to do now."""
    return Finding(check, "failure", told, fix)
