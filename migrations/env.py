"""What Alembic runs on the connection that `functions/deploy/migrations.py` hands over."""

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import text

settings = context.config.attributes
connection, lease, applied = settings["connection"], settings["lease"], settings["applied"]


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
    # Until the next migration begins, nothing but the expiry keeps others away.
    lease.keep(ctx.connection)
    applied(step.up_revision_id)


context.configure(
    connection=connection, transaction_per_migration=True, on_version_apply=[note_revision]
)
with context.begin_transaction():
    context.run_migrations()
