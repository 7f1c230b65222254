"""The built artifacts, run by AWS's own client on payloads as AWS sends them."""

import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from clipsaver.local.postgres import Postgres
from functions.shared import jobs, models, release
from functions.shared.scans import queue_message
from tests.events import files, signed
from tests.functional import artifact
from tests.functional.deploy.cloudformation import CloudFormation
from tests.infra import client
from tests.infra.conftest import Build
from tests.infra.runtime_api import Sandbox
from tests.secrets_manager import SecretsManager

pytestmark = [
    pytest.mark.needs(f"python{client.PYTHON}"),
    pytest.mark.skipif(sys.platform != "linux", reason="AWS's client runs on Linux alone"),
]


@pytest.fixture(scope="module")
def discord() -> Iterator[DiscordServer]:
    with DiscordServer(sample_world()) as server:
        yield server


@pytest.fixture
def variables(discord: DiscordServer, database_url: str) -> dict[str, str]:
    return {
        "DISCORD_PUBLIC_KEY": signed.PUBLIC_KEY,
        "DISCORD_APPLICATION_ID": files.APPLICATION_ID,
        "BOT_TOKEN": discord.world.application.bot_token,
        "DATABASE_URL": database_url,
        "DISCORD_API_URL": discord.api_url,
    }


def _sandbox(folder: Path, function: str, variables: dict[str, str]) -> Sandbox:
    return Sandbox(folder, f"functions.{function}.handler.handler", variables)


def _rows(variables: dict[str, str], query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(variables["DATABASE_URL"]) as connection:
        return connection.execute(query.encode()).fetchall()


def test_interactions_answers_api_gateway(
    build: Build, here: str, variables: dict[str, str]
) -> None:
    genuine = signed.document(files.interaction("ping"))
    forged = genuine | {"body": genuine["body"] + " "}
    with _sandbox(build("interactions", here), "interactions", variables) as sandbox:
        pong = sandbox.invoke(genuine)
        refused = sandbox.invoke(forged)
        status = sandbox.invoke(signed.document(files.interaction("command"), as_base64=True))
        ready = sandbox.invoke(signed.get("/ready"))
        page = sandbox.invoke(signed.get("/"))
    assert pong.kind == "response"
    assert (pong.document["statusCode"], json.loads(pong.document["body"])) == (200, {"type": 1})
    assert refused.document["statusCode"] == 401
    assert "/sync" in json.loads(status.document["body"])["data"]["content"]
    assert json.loads(ready.document["body"])["checks"]["schema"] == "ok"
    assert page.document["headers"]["content-type"].startswith("text/html")


def test_sync_stores_what_discord_says_at_each_schedule(
    build: Build, here: str, variables: dict[str, str]
) -> None:
    with _sandbox(build("sync", here), "sync", variables) as sandbox:
        first = sandbox.invoke(files.lambda_event("scheduler"))
        second = sandbox.invoke(files.lambda_event("scheduler"))
    assert (first.kind, first.document["guilds"]["added"]) == ("response", 2)
    assert (second.kind, second.document["guilds"]["added"]) == ("response", 0)
    names = _rows(variables, "SELECT name FROM bot_guilds ORDER BY name")
    assert names == [("Arcade",), ("Basement",)]
    assert '"message":"Bot starting..."' in sandbox.logs


def test_purge_deletes_at_its_schedule(build: Build, here: str, variables: dict[str, str]) -> None:
    with psycopg.connect(variables["DATABASE_URL"]) as connection:
        connection.execute(
            "INSERT INTO install_intents (state, expires_at)"
            " VALUES ('old', now() - interval '1 day'), ('new', now() + interval '1 hour')"
        )
    with _sandbox(build("purge", here), "purge", variables) as sandbox:
        outcome = sandbox.invoke(files.lambda_event("scheduler"))
    assert outcome.document["install_intents"] == 1
    assert _rows(variables, "SELECT state FROM install_intents") == [("new",)]


def test_jobs_gives_back_to_the_queue_what_it_cannot_do(
    build: Build, here: str, variables: dict[str, str]
) -> None:
    batch = files.lambda_event("sqs_batch")
    with _sandbox(build("jobs", here), "jobs", variables) as sandbox:
        outcome = sandbox.invoke(batch)
    assert outcome.kind == "response"
    given_back = [item["itemIdentifier"] for item in outcome.document["batchItemFailures"]]
    assert given_back == [record["messageId"] for record in batch["Records"]]


def _queued(*bodies: str) -> dict[str, Any]:
    """The real batch, with other bodies in its messages."""
    batch = files.lambda_event("sqs_batch")
    records = zip(batch["Records"], bodies, strict=False)
    return {"Records": [record | {"body": body} for record, body in records]}


def test_jobs_does_what_a_message_of_the_queue_asks_for(
    build: Build, here: str, discord: DiscordServer, variables: dict[str, str]
) -> None:
    guild_id = models.GuildId(next(iter(discord.world.guilds)))
    with _sandbox(build("jobs", here), "jobs", variables) as sandbox:
        outcome = sandbox.invoke(_queued(jobs.Job("sync_guild", guild_id).to_message()))
    assert outcome == ("response", {"batchItemFailures": []})
    assert _rows(variables, "SELECT guild_id FROM bot_guilds") == [(guild_id,)]


def test_scan_reads_the_servers_of_a_batch_and_gives_back_what_it_cannot_read(
    build: Build, here: str, discord: DiscordServer, variables: dict[str, str]
) -> None:
    guild_id = models.GuildId(next(iter(discord.world.guilds)))
    with _sandbox(build("sync", here), "sync", variables) as sandbox:
        sandbox.invoke({"guild_ids": [str(guild_id)]})
    batch = _queued(queue_message.pack(guild_id), "no JSON")
    with _sandbox(build("scan", here), "scan", variables) as sandbox:
        outcome = sandbox.invoke(batch)
    failed = [{"itemIdentifier": record["messageId"]} for record in batch["Records"][1:]]
    assert outcome == ("response", {"batchItemFailures": failed})
    assert _rows(variables, "SELECT DISTINCT guild_id FROM clips") == [(guild_id,)]


def test_sync_takes_its_requests_from_a_queue_as_well(
    build: Build, here: str, discord: DiscordServer, variables: dict[str, str]
) -> None:
    guild_id = next(iter(discord.world.guilds))
    bodies = json.dumps({"guild_ids": [str(guild_id)]}), "no JSON"
    with _sandbox(build("sync", here), "sync", variables) as sandbox:
        batch = _queued(*bodies)
        outcome = sandbox.invoke(batch)
    failed = [{"itemIdentifier": record["messageId"]} for record in batch["Records"][1:]]
    assert outcome == ("response", {"batchItemFailures": failed})
    assert _rows(variables, "SELECT guild_id FROM bot_guilds") == [(guild_id,)]


@pytest.mark.parametrize("name", ["scheduler", "sqs_batch"])
def test_interactions_refuses_what_is_meant_for_another_function(
    build: Build, here: str, variables: dict[str, str], name: files.LambdaEventName
) -> None:
    with _sandbox(build("interactions", here), "interactions", variables) as sandbox:
        outcome = sandbox.invoke(files.lambda_event(name))
    assert (outcome.kind, outcome.document["errorType"]) == ("error", "InvalidEvent")


def test_an_environment_outlives_what_one_event_broke(
    build: Build, here: str, variables: dict[str, str]
) -> None:
    with _sandbox(build("sync", here), "sync", variables) as sandbox:
        broken = sandbox.invoke({"guild_ids": "all"})
        sound = sandbox.invoke({"dry_run": True})
    assert (broken.kind, broken.document["errorType"]) == ("error", "InvalidEvent")
    assert sound.kind == "response"


@pytest.mark.parametrize(
    ("function", "event"),
    [
        ("interactions", signed.get("/ready")),
        ("jobs", {"Records": []}),
        ("scan", {"Records": []}),
        ("operations", {"operation": "doctor"}),
        ("purge", {"dry_run": True}),
        ("sync", {"dry_run": True}),
    ],
)
def test_a_function_needs_nothing_but_a_secret(
    build: Build, here: str, variables: dict[str, str], function: str, event: dict[str, Any]
) -> None:
    address = {"DISCORD_API_URL": variables.pop("DISCORD_API_URL")}
    with SecretsManager() as manager:
        given = {"SECRET_ARN": manager.store(variables), **manager.variables, **address}
        with _sandbox(build(function, here), function, given) as sandbox:
            outcome = sandbox.invoke(event)
    assert outcome.kind == "response"
    if function == "interactions":
        assert outcome.document["statusCode"] == 200


def test_deploy_migrates_and_answers_cloudformation(
    build: Build, here: str, postgres: Postgres
) -> None:
    postgres.create_database("deployed_artifact")
    variables = {"DATABASE_URL": postgres.url("deployed_artifact")}
    try:
        with CloudFormation() as cloudformation, SecretsManager() as manager:
            given = {"SECRET_ARN": manager.store(variables), **manager.variables}
            with _sandbox(build("deploy", here), "deploy", given) as sandbox:
                assert sandbox.invoke(cloudformation.request("migrate")) == ("response", None)
                assert sandbox.invoke(cloudformation.request("paint")) == ("response", None)
        found = _rows(variables, "SELECT max(revision) FROM schema_revisions")
    finally:
        postgres.drop_database("deployed_artifact")
    migrated, refused = cloudformation.answers
    assert (migrated["Status"], refused["Status"]) == ("SUCCESS", "FAILED")
    assert migrated["Data"]["Report"].startswith("Applied migrations 0001, ")
    assert found == [(release.SCHEMA,)]
    assert '"message":"Bot starting..."' in sandbox.logs
    assert "Signature" not in sandbox.logs


# These two start without any, for they have to tell what is missing.
@pytest.mark.parametrize("function", sorted({*artifact.names()} - {"deploy", "operations"}))
def test_a_function_without_its_variables_says_so_before_any_event(
    build: Build, here: str, function: str
) -> None:
    with _sandbox(build(function, here), function, {}) as sandbox:
        outcome = sandbox.outcomes.get(timeout=5)
    assert outcome.kind == "init/error"
    assert "is not set" in outcome.document["errorMessage"]


def test_nothing_is_written_into_the_read_only_folder(
    build: Build, here: str, variables: dict[str, str]
) -> None:
    folder = build("interactions", here)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    with _sandbox(folder, "interactions", variables) as sandbox:
        sandbox.invoke(signed.document(files.interaction("command")))
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert not any(stat.S_ISLNK(path.lstat().st_mode) for path in folder.rglob("*"))
