"""Bringing a database to the schema of this checkout, with Alembic."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config

_CONFIGURATION: Final = Path(__file__).parents[2] / "migrations" / "alembic.ini"


def upgrade(database_url: str, revision: str = "head") -> None:
    """Run the migrations that the database lacks, up to and including `revision`.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: a migration failed; the database is as it was before.
    """
    configuration = Config(_CONFIGURATION)
    configuration.attributes["database_url"] = database_url
    command.upgrade(configuration, revision)
