"""The database of docs/deploy.md, made by a managed server's administrator, who is no superuser."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest

from clipsaver.local import postgres as local_postgres
from clipsaver.local.postgres import Postgres
from functions.deploy import migrations
from functions.shared import release

pytestmark = pytest.mark.session

DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "deploy.md"
ADMINISTRATOR: Final = "administrator"
NEW: Final = "clip_saver"


def documented() -> Iterator[list[str]]:
    """The statements of each block of SQL."""
    for block in re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(), re.DOTALL):
        yield [statement for statement in block.split(";\n") if statement]


def execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@pytest.fixture
def server(postgres: Postgres) -> Iterator[str]:
    """The host and the port of a server with an administrator, and without the database."""
    superuser = postgres.url(user=local_postgres.SUPERUSER)
    execute(superuser, f"CREATE ROLE {ADMINISTRATOR} LOGIN CREATEROLE CREATEDB PASSWORD 'any'")
    yield f"127.0.0.1:{postgres.port}"
    execute(
        superuser,
        f"DROP DATABASE IF EXISTS {NEW} WITH (FORCE)",
        f"DROP ROLE IF EXISTS {NEW}",
        f"DROP ROLE {ADMINISTRATOR}",
    )


def test_an_administrator_makes_the_database_and_its_owner_migrates_it(server: str) -> None:
    before, connected_to_it = documented()
    execute(f"postgresql://{ADMINISTRATOR}:any@{server}/postgres", *before)
    execute(f"postgresql://{ADMINISTRATOR}:any@{server}/{NEW}", *connected_to_it)
    url = f"postgresql://{NEW}:choose-one@{server}/{NEW}"
    assert url.partition("@")[0] in DOCUMENT.read_text()
    assert migrations.upgrade(url).endswith(f"the schema is {release.SCHEMA}.")
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT has_database_privilege('public', current_database(), 'CONNECT')"
        )
        assert found.fetchone() == (False,)
