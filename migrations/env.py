"""Runs the migrations so that the code in service does not notice.

One transaction for all of them, with short lock and statement limits: a migration that would make
the running functions wait fails instead, and is tried again at a calmer moment. A transaction lock
keeps two deploys apart: the second waits for the first, and finds nothing left to do. Each revision
is noted with the oldest release that can live with it, so that older code, still running or rolled
back to, knows whether it may serve.
"""

import psycopg
from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

CONNECT_SECONDS = 10
LOCK_TIMEOUT = "4s"
STATEMENT_TIMEOUT = "60s"
LOCK_KEY = 4_839_203_113


def note_revision(*, ctx: MigrationContext, step: MigrationInfo, **_unused: object) -> None:
    """Tell the running code about this revision (see `functions/shared/db/schema.py`)."""
    assert ctx.connection is not None  # noqa: S101 -- these migrations never run offline
    script = step.up_revision.module
    ctx.connection.execute(
        text("""
            INSERT INTO schema_revisions (revision, oldest_release)
            VALUES (:revision, :oldest_release)
            ON CONFLICT (revision) DO NOTHING
        """),
        {"revision": step.up_revision_id, "oldest_release": script.oldest_release},
    )


def run(connection: Connection) -> None:
    """Bring the database to the newest revision."""
    context.configure(connection=connection, on_version_apply=[note_revision])
    with connection.begin():
        connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        # Only now: this limit would also end the wait for another deploy.
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        context.run_migrations()


def connect() -> psycopg.Connection:
    """Connect as the functions do: libpq reads the URL, and nobody else's idea of one."""
    return psycopg.connect(
        context.config.attributes["database_url"],
        prepare_threshold=None,
        application_name="clipsaver migrate",
        connect_timeout=CONNECT_SECONDS,
    )


engine = create_engine("postgresql+psycopg://", creator=connect, poolclass=NullPool)
with engine.connect() as established:
    run(established)
