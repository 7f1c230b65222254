"""PostgreSQL's programs, as this machine has them."""

import pytest

from clipsaver.local.postgres import Postgres
from functions.operations.recovery import errors, programs


def test_the_oldest_that_is_new_enough_is_taken(postgres: Postgres) -> None:
    server = int(postgres.version.split(".")[0])
    assert programs.major(programs.find("pg_dump", server)) == server


def test_no_program_is_new_enough_for_a_server_to_come() -> None:
    with pytest.raises(errors.VersionMismatch) as refused:
        programs.find("pg_dump", 99)
    told = str(refused.value)
    assert told.startswith("version mismatch refused: the server is PostgreSQL 99")
    assert "postgresql-client-99" in told


def test_a_password_is_no_argument_and_in_no_message(database_url: str) -> None:
    wrong = database_url.replace("clipsaver:", "clipsaver:hidden-")
    with pytest.raises(errors.ProgramFailed) as refused:
        programs.run(programs.find("pg_dump", 1), "--schema-only", url=wrong)
    assert "password authentication failed" in str(refused.value)
    assert "hidden-" not in str(refused.value)
