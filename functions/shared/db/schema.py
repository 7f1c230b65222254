"""Whether this release may work on the schema that the database has.

Older than the code needs: an error, because a query would fail halfway through a piece of work.
Newer: fine, because every migration must suit the code that is still running, unless the migration
says which release is the oldest that can live with it.
"""

import logging

from functions.shared import errors, release

_log = logging.getLogger("discord_clip_saver.db")

SELECT_REVISIONS = "SELECT revision, oldest_release FROM schema_revisions"


def check(revisions: dict[str, str]) -> None:
    """Compare the database's revisions with what this release was written for.

    Args:
        revisions: For each applied revision, the oldest release that can work with it.

    Raises:
        SchemaMismatch: the schema is too old, or a newer migration excludes this release.
    """
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


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
