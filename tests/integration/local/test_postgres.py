"""The embedded PostgreSQL, asked by a driver."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from clipsaver.local import cluster_folder, errors
from clipsaver.local.postgres import SUPERUSER, Postgres


@pytest.fixture(scope="module")
def own_server(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """A server that a test may stop: no other module has a connection to it."""
    with Postgres(request.config.getoption("--postgres-binaries")) as server:
        yield server


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def test_the_owner_is_an_ordinary_role_that_owns_the_database(database_url: str) -> None:
    assert ask(database_url, "SELECT current_user") == "clipsaver"
    assert ask(database_url, "SELECT usesuper FROM pg_user WHERE usename = current_user") is False
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert ask(database_url, owner) == "clipsaver"


def test_each_test_has_a_migrated_database(database_url: str) -> None:
    assert ask(database_url, "SELECT count(*) FROM bot_guilds") == 0


def test_the_superuser_sees_the_same_database(database_url: str, superuser_url: str) -> None:
    assert ask(superuser_url, "SELECT current_user") == SUPERUSER
    name = ask(superuser_url, "SELECT current_database()")
    assert name == ask(database_url, "SELECT current_database()")


def test_a_wrong_password_is_refused(postgres: Postgres) -> None:
    password = urlsplit(postgres.url()).password
    assert password
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.url().replace(password, "wrong"))


def test_the_version_is_the_servers(postgres: Postgres) -> None:
    assert str(ask(postgres.url(), "SHOW server_version")).startswith(postgres.version)


def test_a_copy_of_a_template_holds_its_rows(postgres: Postgres) -> None:
    postgres.create_database("original")
    with psycopg.connect(postgres.url("original")) as connection:
        connection.execute("CREATE TABLE clips AS SELECT 7 AS id")
    postgres.create_database("copy", template="original")

    assert ask(postgres.url("copy"), "SELECT id FROM clips") == 7

    postgres.drop_database("original")
    postgres.drop_database("copy")


def test_dropping_a_database_ends_the_connections_to_it(postgres: Postgres) -> None:
    name = 'odd "name"'
    postgres.create_database(name)
    with psycopg.connect(postgres.url("odd%20%22name%22")) as connection:
        postgres.drop_database(name)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_a_refused_statement_says_why(postgres: Postgres) -> None:
    with pytest.raises(errors.PostgresFailed, match="nobody_made_this"):
        postgres.create_database("copy", template="nobody_made_this")


def test_a_folder_without_postgresql_is_named(tmp_path: Path) -> None:
    with pytest.raises(errors.PostgresFailed, match=str(tmp_path)), Postgres(tmp_path):
        pass


def test_the_server_comes_back_on_its_port_with_its_data(own_server: Postgres) -> None:
    url = own_server.url()
    with psycopg.connect(own_server.url(user=SUPERUSER)) as connection:
        connection.execute("CREATE TABLE clips AS SELECT 7 AS id")
        connection.execute("GRANT SELECT ON clips TO clipsaver")

    own_server.stop()
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(url)
    own_server.start()

    assert own_server.url() == url
    assert ask(url, "SELECT id FROM clips") == 7


def test_libpq_variables_of_the_caller_play_no_part(
    monkeypatch: pytest.MonkeyPatch, own_server: Postgres
) -> None:
    for name, value in {
        "PGHOST": "127.0.0.2",
        "PGPORT": "1",
        "PGUSER": "somebody",
        "PGDATABASE": "elsewhere",
        "PGSERVICE": "nowhere",
        "PGPASSFILE": "/nonexistent",
        "PGSSLMODE": "verify-full",
        "PGOPTIONS": "-c default_transaction_read_only=on",
        "PGDATA": "/nonexistent",
    }.items():
        monkeypatch.setenv(name, value)

    own_server.stop()
    own_server.start()
    own_server.create_database("here")
    own_server.drop_database("here")


def test_a_sweep_spares_the_folder_of_a_living_server(own_server: Postgres) -> None:
    folder = own_server._folder.path
    cluster_folder.sweep(folder.parent)
    assert folder.exists()


def test_a_sweep_spares_a_folder_that_is_being_made(tmp_path: Path) -> None:
    folder = tmp_path / "clipsaver-postgres-new"
    folder.mkdir()
    cluster_folder.sweep(tmp_path)
    assert folder.exists()


def test_a_sweep_removes_a_folder_that_nobody_owns(tmp_path: Path) -> None:
    folder = tmp_path / "clipsaver-postgres-old"
    (folder / "data").mkdir(parents=True)
    cluster_folder.sweep(tmp_path)
    assert not folder.exists()
