"""A token or a password is replaced, in the secret and at its service: warm environments go on."""

import io
from collections.abc import Iterator
from typing import Any

import pytest

from clipsaver.local import errors as local_errors
from clipsaver.local import postgres as local_postgres
from functions.shared import configuration
from tests.functional.install import stage as install_stages
from tests.functional.install.stage import Visitor, heading
from tests.functional.interactions.function import Function
from tests.functional.secret.conftest import Start
from tests.functional.secret.stage import Stage
from tests.functional.secret.test_start import job
from tests.secrets_manager import SecretsManager

DONE: dict[str, Any] = {"batchItemFailures": []}
AGAIN: dict[str, Any] = {"batchItemFailures": [{"itemIdentifier": "one"}]}


def test_a_warm_sync_goes_on_with_a_new_token(
    stage: Stage, start: Start, reads: list[str], log: io.StringIO
) -> None:
    sync = start("sync")
    sync.invoke({})
    stage.store(BOT_TOKEN=stage.new_token())
    assert sync.invoke({})["complete"]
    assert sync.invoke({})["complete"]
    assert len(reads) == 2
    assert "CRITICAL" not in log.getvalue()


def test_a_token_that_nobody_stored_stops_the_sync_until_it_is(
    stage: Stage, start: Start, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = start("sync")
    sync.invoke({})
    token = stage.new_token()
    with pytest.raises(local_errors.FunctionFailed, match="401"):
        sync.invoke({})
    assert "CRITICAL discord_clip_saver.sync - Invalid bot token" in log.getvalue()
    stage.store(BOT_TOKEN=token)
    monkeypatch.setattr(configuration, "_RENEWAL_PAUSE_SECONDS", 0.0)
    assert sync.invoke({})["complete"]


def test_a_refused_token_asks_discord_and_aws_once(
    stage: Stage, start: Start, reads: list[str]
) -> None:
    sync = start("sync")
    sync.invoke({})
    stage.new_token()
    stage.discord.requests.clear()
    for _ in range(3):
        with pytest.raises(local_errors.FunctionFailed, match="Unauthorized"):
            sync.invoke({})
    assert len(stage.discord.requests) == 1
    assert len(reads) == 2


@pytest.mark.parametrize("function", ["sync", "purge"])
def test_a_warm_function_goes_on_with_a_new_password(
    stage: Stage, start: Start, function: str, reads: list[str], log: io.StringIO
) -> None:
    environment = start(function)
    environment.invoke({})
    stage.store(DATABASE_URL=stage.new_password())
    assert environment.invoke({})["complete"]
    assert len(reads) == 2
    assert "CRITICAL" not in log.getvalue()


def test_the_jobs_go_on_with_both_replaced_at_once(
    stage: Stage, start: Start, reads: list[str]
) -> None:
    jobs = start("jobs")
    assert jobs.invoke(job(stage)) == DONE
    stage.store(DATABASE_URL=stage.new_password(), BOT_TOKEN=stage.new_token())
    assert jobs.invoke(job(stage)) == DONE
    assert len(reads) == 2


def test_a_password_that_nobody_stored_is_told_and_found_later(
    stage: Stage, start: Start, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = start("jobs")
    assert jobs.invoke(job(stage)) == DONE
    url = stage.new_password()
    assert jobs.invoke(job(stage)) == AGAIN
    assert "Database connection failed" in log.getvalue()
    stage.store(DATABASE_URL=url)
    monkeypatch.setattr(configuration, "_RENEWAL_PAUSE_SECONDS", 0.0)
    assert jobs.invoke(job(stage)) == DONE


def test_the_parts_of_a_database_are_renewed_as_well(stage: Stage, start: Start) -> None:
    url = str(stage.content["DATABASE_URL"])
    user, _, address = url.removeprefix("postgresql://").partition("@")
    host, _, database = address.partition("/")
    own = {
        "POSTGRES_HOST": host.partition(":")[0],
        "POSTGRES_PORT": host.partition(":")[2],
        "POSTGRES_USER": user.partition(":")[0],
        "POSTGRES_DB": database,
    }
    stage.store(DATABASE_URL=None, POSTGRES_PASSWORD=user.partition(":")[2])
    purge = start("purge", **own)
    assert purge.invoke({})["complete"]
    password = stage.new_password().partition("@")[0].rpartition(":")[2]
    stage.store(POSTGRES_PASSWORD=password)
    assert purge.invoke({})["complete"]


def test_an_operation_works_on_the_database_of_the_secret_while_the_old_one_still_answers(
    stage: Stage, start: Start
) -> None:
    def levels() -> dict[str, str]:
        found = operations.invoke({"operation": "doctor"})["findings"]
        return {each["check"]: each["level"] for each in found}

    operations = start("operations")
    assert levels()["schema"] == "ok"
    # It is there on every server, and nobody has migrated it.
    moved = str(stage.content["DATABASE_URL"]).rpartition("/")[0] + "/postgres"
    stage.store(DATABASE_URL=moved)
    assert levels()["schema"] == "failure"


def test_a_warm_api_goes_on_with_a_new_password(
    stage: Stage, interactions: Function, reads: list[str]
) -> None:
    assert "/sync" in interactions.send("command").sentence
    stage.store(DATABASE_URL=stage.new_password())
    assert "/sync" in interactions.send("command").sentence
    assert len(reads) == 2


def test_a_password_that_nobody_stored_is_a_sentence_and_a_503(
    stage: Stage, interactions: Function
) -> None:
    interactions.send("command")
    stage.new_password()
    assert "cannot reach my database" in interactions.send("command").sentence
    answer = interactions.get("/ready")
    assert (answer.status, answer.document["checks"]["database"]) == (503, "unreachable")


@pytest.fixture(scope="module")
def install_database(postgres: local_postgres.Postgres, template_database: str) -> Iterator[str]:
    with install_stages.database(postgres, template_database) as name:
        yield name


@pytest.mark.parametrize("replaced", ["client_secret", "bot_token"])
def test_an_install_goes_on_with_what_was_replaced_meanwhile(
    postgres: local_postgres.Postgres,
    install_database: str,
    manager: SecretsManager,
    replaced: str,
) -> None:
    names = ("BOT_TOKEN", "DISCORD_CLIENT_SECRET", "DATABASE_URL")
    with install_stages.stage(postgres, install_database) as stage:
        application = stage.discord.world.application
        content = {name: stage.variables.pop(name) for name in names}
        arn = manager.store(content)
        stage.variables |= {"SECRET_ARN": arn, **manager.variables}
        visitor = Visitor(stage)
        consent_url = visitor.start()
        setattr(application, replaced, "replaced-meanwhile")
        name = {"client_secret": "DISCORD_CLIENT_SECRET", "bot_token": "BOT_TOKEN"}[replaced]
        manager.replace(arn, content | {name: "replaced-meanwhile"})
        page = visitor.get(visitor.consent(consent_url, stage.chess_club))
        visitor.http.close()
        assert page.status_code == 200, heading(page)
        assert stage.guild_ids() == [stage.chess_club.id]
