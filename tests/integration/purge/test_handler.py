"""The purge's entry point, cold and warm, as Lambda calls it."""

import pytest

from clipsaver.local import errors
from clipsaver.local.lambda_environment import LambdaEnvironment
from tests import figures
from tests.factories import Rows, ago


@pytest.fixture
def variables(database_url: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "AWS_LAMBDA_FUNCTION_NAME": "purge"}


def test_it_purges_in_one_environment_after_another(variables: dict[str, str], rows: Rows) -> None:
    with LambdaEnvironment("purge", variables) as environment:
        for _ in range(2):
            rows.intent("expired", expires_at=ago(days=1))
            assert environment.invoke({})["install_intents"] == 1
        assert environment.invoke({"dry_run": True})["dry_run"] is True


def test_it_names_what_it_lacks() -> None:
    with (
        LambdaEnvironment("purge", {"POSTGRES_USER": "ada"}) as environment,
        pytest.raises(errors.FunctionFailed, match="POSTGRES_HOST is not set; POSTGRES_PASSWORD"),
    ):
        environment.invoke({})


def test_an_event_it_does_not_know_is_an_error(variables: dict[str, str]) -> None:
    with (
        LambdaEnvironment("purge", variables) as environment,
        pytest.raises(errors.FunctionFailed, match="dry_run must be true or false"),
    ):
        environment.invoke({"dry_run": "yes"})


def test_it_tells_how_the_database_is_doing(
    variables: dict[str, str], rows: Rows, capsys: pytest.CaptureFixture[str]
) -> None:
    rows.sql(
        "INSERT INTO job_runs (job, last_succeeded_at) VALUES"
        " ('sync', now() - interval '1 minute'), ('backup', now() - interval '27 hours')"
    )
    # A session tells of what it read within a second, or when it is asked to.
    rows.sql("SELECT pg_stat_force_next_flush() FROM job_runs")
    with LambdaEnvironment("purge", variables | {"DATABASE_CAPACITY_MB": "100000"}) as environment:
        environment.invoke({})
    found = {name[0]: values for name, values in figures.read(capsys.readouterr().out).items()}
    assert 0 < found["DatabaseUse"][0] < 1
    assert found["BackupAge"][0] == pytest.approx(27, abs=0.1)
    assert 60 <= found["SyncAge"][0] < 120
    assert found["PurgeAge"][0] < 60
    assert 0 < found["ConnectionsUse"][0] < 100
    assert found["Connections"][0] >= 1
    assert found["ActiveScans"] == [0]
    assert 0 <= found["IndexUse"][0] <= 100
    assert found["PurgeFailures"] == [0]


def test_a_run_that_fails_is_counted(
    variables: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = {"DATABASE_URL": "postgresql://ada:secret@127.0.0.1:1/clips"}
    with (
        LambdaEnvironment("purge", variables | nowhere) as environment,
        pytest.raises(errors.FunctionFailed),
    ):
        environment.invoke({})
    assert figures.read(capsys.readouterr().out)["PurgeFailures",] == [1]


def test_what_nobody_knows_is_not_told(
    variables: dict[str, str], rows: Rows, capsys: pytest.CaptureFixture[str]
) -> None:
    del rows
    with LambdaEnvironment("purge", variables | {"MONITORING": "critical"}) as environment:
        environment.invoke({})
    assert figures.read(capsys.readouterr().out) == {}
