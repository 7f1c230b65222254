"""Migrations of releases that do not exist yet."""

import shutil
from pathlib import Path
from typing import Final

from functions.shared import release

_MIGRATIONS: Final = Path(__file__).parents[3] / "migrations"
_ADDED: Final = """
from alembic import op

from functions.deploy import indexes

revision, down_revision = {revision!r}, {after!r}
branch_labels = depends_on = None
oldest_release = {oldest_release!r}
{also}


def upgrade():
    {body}
"""


class Scripts:
    """A copy of the migrations, to which a test may add some.

    Attributes:
        configuration: What Alembic reads.
    """

    def __init__(self, folder: Path) -> None:
        shutil.copytree(
            _MIGRATIONS,
            folder,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        self.configuration = folder / "alembic.ini"
        self._versions = folder / "versions"

    def add(
        self,
        statements: str,
        revision: str = "9999",
        *,
        after: str = release.SCHEMA,
        oldest_release: str = release.RELEASE,
        also: str = "",
    ) -> None:
        """Add a migration of SQL statements; `also` is a line that it says of itself."""
        self.add_python(
            f"op.get_bind().exec_driver_sql({statements!r})",
            revision,
            after=after,
            oldest_release=oldest_release,
            also=also,
        )

    def add_python(
        self,
        body: str,
        revision: str = "9999",
        *,
        after: str = release.SCHEMA,
        oldest_release: str = release.RELEASE,
        also: str = "",
    ) -> None:
        """Add a migration that does something else."""
        text = _ADDED.format(
            revision=revision, after=after, oldest_release=oldest_release, also=also, body=body
        )
        (self._versions / f"{revision}_added.py").write_text(text)

    def withdraw(self, revision: str = "9999") -> None:
        """Go back to the release before that migration."""
        (self._versions / f"{revision}_added.py").unlink()
