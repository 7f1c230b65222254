"""`verify`: whether what the database holds still holds together, and what mends it if not.

Foreign keys and checks come from PostgreSQL's own catalogue, so that no table can be forgotten; the
rules that it cannot know are listed here. Nothing is changed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from functions.operations import finding
from functions.operations.finding import Finding
from functions.operations.parts import Parts
from functions.shared import errors
from functions.shared.db import queries, verification
from functions.shared.db.connection import Database, Transaction
from functions.shared.db.verification import Statement


class Rule(NamedTuple):
    """Something that must not be, in the words of its finding, and what mends it."""

    told: str
    fix: str


class Problem(NamedTuple):
    """A statement that does not count 0, in words; `was_counted` unless it failed."""

    statement: Statement
    told: str
    was_counted: bool


RULES: Final[Mapping[str, Rule]] = {
    "settings_not_objects": Rule(
        "settings that are no JSON object; the defaults are used instead",
        "`clipsaver restore BACKUP --guild ID --only settings`, or set them to '{}'",
    ),
    "channel_settings_not_objects": Rule(
        "channel settings that are no JSON object; the server's are used instead",
        "`clipsaver restore BACKUP --guild ID --only settings`, or set them to '{}'",
    ),
    "guilds_without_settings": Rule(
        "present guilds without settings; the defaults are used", "`clipsaver sync` stores them"
    ),
    "clips_elsewhere": Rule(
        "clips in a channel of another guild", "Delete them; the next scan finds what is true"
    ),
    "coverage_elsewhere": Rule(
        "intervals that were read in a channel of another guild",
        "DELETE FROM scan_coverage for those channels; the next scan reads them again",
    ),
    "coverage_overlapping": Rule(
        "intervals that were read and overlap",
        "DELETE FROM scan_coverage for those channels; the next scan reads them again",
    ),
    "buried_clips": Rule(
        "clips that were deleted for good and are there",
        "Delete from clips what clip_tombstones names; a restore does so by itself",
    ),
    "stale_channel_runs": Rule(
        "channel scans that stand still for more than an hour",
        "`clipsaver logs scan`: what ended them? The next scan takes them up",
    ),
    "stale_guild_scans": Rule(
        "guild scans that stand still for more than a day",
        "`clipsaver logs scan`: what ended them? The next sync hands them over again",
    ),
    "invalid_indexes": Rule(
        "indexes whose building was cut short", "`clipsaver maintain --reindex`"
    ),
}
"""What the query of that name in `rules.sql` counts."""
_SQL: Final = queries.load("rules", Path(__file__).parent)

_ORPHANS_FIX: Final = (
    "If *rows* and *amcheck* are ok: `clipsaver backup` first; then delete those rows, or"
    " `clipsaver restore BACKUP --guild ID`"
)
_DAMAGE_FIX: Final = "docs/operations.md, Corruption: pause, `clipsaver backup --tolerant`, restore"
_INDEX_FIX: Final = (
    "docs/operations.md, Corruption. If *rows* is ok, it is an index:"
    " `clipsaver maintain --reindex-all`"
)
_AMCHECK_FIX: Final = (
    "As an administrator, in this database: CREATE EXTENSION IF NOT EXISTS amcheck;"
    " GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role};"
)
_COUNTER_FIX: Final = (
    "What is counted stays when it is mended. If *rows* and *amcheck* are ok: as an administrator,"
    " in this database, SELECT pg_stat_reset(); then verify again. Else docs/operations.md,"
    " Corruption"
)
_CHECKSUMS_FIX: Final = (
    "On a server of your own: pg_checksums --enable while it is stopped; else ask the provider"
)


async def run(parts: Parts, event: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Check the database of the parts.

    Args:
        parts: What is looked at.
        event: Nothing beside the operation's name is read.
        seconds: The time for everything.

    Returns:
        `{"findings": [{"check", "level", "told", "fix"}]}`.

    Raises:
        DatabaseError, ConfigurationError: there is no connection, or the time is over.
    """
    del event
    found = await verify(parts.database, seconds)
    return {"findings": [each.as_json() for each in found]}


async def verify(database: Database, seconds: float) -> list[Finding]:
    """Check everything.

    Args:
        database: Where; a damaged one is told about, one that cannot be reached is an error.
        seconds: The time for everything.

    Raises:
        DatabaseError: there is no connection, or the time is over.
    """
    async with database.transaction(within=seconds) as transaction:
        rows = await _rows(transaction)
        constraints = await _constraints(transaction)
        rules = [await _rule(transaction, name, rule) for name, rule in RULES.items()]
        amcheck = await _amcheck(transaction)
        is_sound = rows.level == amcheck.level == "ok"
        checksums = await _checksums(transaction, is_sound=is_sound)
        return [rows, *constraints, *rules, checksums, amcheck]


async def _rows(transaction: Transaction) -> Finding:
    """Read every row: a page that is damaged says so."""
    statements = await verification.select_reading_statements(transaction)
    problems = await _problems(transaction, statements)
    if problems:
        return finding.failure("rows", f"cannot be read: {_told(problems)}", _DAMAGE_FIX)
    return finding.fine("rows", f"every row of {len(statements)} tables can be read")


async def _constraints(transaction: Transaction) -> list[Finding]:
    statements = await verification.select_constraint_statements(transaction)
    problems = await _problems(transaction, statements)
    if problems:
        return [
            finding.failure(
                "constraints", each.told, _ORPHANS_FIX if each.was_counted else _INDEX_FIX
            )
            for each in problems
        ]
    return [finding.fine("constraints", f"{len(statements)} hold, and no row is an orphan")]


async def _rule(transaction: Transaction, name: str, rule: Rule) -> Finding:
    try:
        violations = await verification.count_violations(transaction, _SQL[name])
    except errors.DatabaseError as error:
        return finding.failure(_title(name), f"cannot be counted: {error}", _INDEX_FIX)
    if not violations.found:
        return finding.fine(_title(name), "none")
    examples = ", ".join(violations.examples or ())
    return finding.warning(_title(name), f"{violations.found} {rule.told} ({examples})", rule.fix)


async def _checksums(transaction: Transaction, *, is_sound: bool) -> Finding:
    """What PostgreSQL counted, which is of the past where everything could be read just now."""
    found = await verification.select_checksums(transaction)
    if found.failures:
        since = found.counted_since or "the database was made"
        told = (
            f"{found.failures} reads met a damaged page since {since}, the last one at"
            f" {found.last_failure}"
        )
        judged = finding.warning if is_sound else finding.failure
        return judged("page checksums", told, _COUNTER_FIX)
    if not found.enabled:
        told = "off: damage shows only where it breaks a page's form"
        return finding.warning("page checksums", told, _CHECKSUMS_FIX)
    return finding.fine("page checksums", "on, and none was wrong")


async def _amcheck(transaction: Transaction) -> Finding:
    """What pg_amcheck does, where the extension is there and may be called."""
    statements = await verification.select_amcheck_statements(transaction)
    if not statements:
        told = "not installed, or not ours to call: indexes are not compared with their tables"
        role = await verification.select_role(transaction)
        return finding.warning("amcheck", told, _AMCHECK_FIX.format(role=role))
    problems = await _problems(transaction, statements)
    if problems:
        is_of_indexes = all(each.statement.is_index for each in problems)
        fix = _INDEX_FIX if is_of_indexes else _DAMAGE_FIX
        return finding.failure("amcheck", _told(problems), fix)
    return finding.fine("amcheck", f"{len(statements)} tables and indexes are sound")


async def _problems(transaction: Transaction, statements: list[Statement]) -> list[Problem]:
    """Every statement that counts anything, or cannot."""
    problems = []
    for each in statements:
        what = each.name if each.name == each.relation else f"{each.name} of {each.relation}"
        try:
            found = await verification.count(transaction, each)
        except errors.DatabaseTimeout:
            raise
        except errors.DatabaseError as error:
            problems.append(Problem(each, f"{what}: {error}", was_counted=False))
        else:
            if found:
                problems.append(Problem(each, f"{what}: {found} rows", was_counted=True))
    return problems


def _told(problems: list[Problem]) -> str:
    return "; ".join(each.told for each in problems)


def _title(name: str) -> str:
    return name.replace("_", " ")
