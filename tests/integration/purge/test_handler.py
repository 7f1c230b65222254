"""The purge's entry point, cold and warm, as Lambda calls it."""

import pytest

from clipsaver.local import errors
from clipsaver.local.lambda_environment import LambdaEnvironment
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
