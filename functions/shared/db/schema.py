"""Whether this release may work on the schema that the database has.

Older than the code needs: an error, because a query would fail halfway through a piece of work.
Newer: fine, because every migration must suit the code that is still running, unless the migration
says which release is the oldest that can live with it.
"""

import logging
from collections.abc import Sequence

from functions.shared import errors, release

_log = logging.getLogger("discord_clip_saver.db")

SELECT_REVISIONS = "SELECT revision, oldest_release FROM schema_revisions"
SELECT_CUT_OFF = r"""
SELECT nspname::text
FROM pg_namespace
WHERE nspname LIKE 'replaced\_%'
  AND obj_description(oid, 'pg_namespace') IS NULL
  AND EXISTS (SELECT FROM pg_class WHERE relnamespace = pg_namespace.oid)
ORDER BY 1
"""
"""The schemas with what restores moved aside and, because they were killed, noted no end of."""


def check(revisions: dict[str, str], cut_off: Sequence[str] = ()) -> None:
    """Compare the database's revisions with what this release was written for.

    Args:
        revisions: For each applied revision, the oldest release that can work with it.
        cut_off: Where restores that were killed left what had been there.

    Raises:
        RestoreCutOff: that is why there is no schema.
        SchemaMismatch: the schema is too old, or a newer migration excludes this release.
    """
    if not revisions:
        check_not_cut_off(cut_off)
    if release.SCHEMA not in revisions:
        found = max(revisions, default="none")
        raise errors.SchemaMismatch(
            f"The database's schema is {found}, this release needs {release.SCHEMA}: "
            "run `clipsaver migrate` (a deploy does it by itself)"
        )
    newer = {name: oldest for name, oldest in revisions.items() if name > release.SCHEMA}
    for name, oldest in sorted(newer.items()):
        if _version(oldest) > _version(release.RELEASE):
            raise errors.SchemaMismatch(
                f"Migration {name} needs release {oldest} or newer, this is {release.RELEASE}: "
                "deploy the newer release again"
            )
    if newer:
        _log.warning(
            "The database's schema %s is newer than this release's %s; serving on",
            max(newer),
            release.SCHEMA,
        )


def check_not_cut_off(schemas: Sequence[str]) -> None:
    """Make sure that nothing is aside that a restore has yet to bring back.

    Args:
        schemas: Where there is some.

    Raises:
        RestoreCutOff: there is.
    """
    if schemas:
        raise errors.RestoreCutOff(
            "A restore was cut off, or goes on still; what was there is in"
            f" {', '.join(schemas)}, and what people decided may be nowhere else: run the restore"
            " again, with --replace"
            " (docs/operations.md, Restore)"
        )


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
