"""Each function on Lambda's Python, with nothing but its own code and its locked packages."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from tests.events import files, signed
from tests.functional import artifact
from tests.functional.artifact import Artifact
from tests.functional.deploy.cloudformation import CloudFormation

pytestmark = pytest.mark.needs(f"python{artifact.PYTHON}")


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
        "DISCORD_CLIENT_SECRET": discord.world.application.client_secret,
        "DATABASE_URL": database_url,
        "DISCORD_API_URL": discord.api_url,
        "AWS_LAMBDA_FUNCTION_NAME": "clip-saver",
        "AWS_REGION": "eu-central-1",
    }


@pytest.mark.parametrize("function", artifact.names())
def test_every_handler_starts(function: str, variables: dict[str, str], tmp_path: Path) -> None:
    assert Artifact(function, tmp_path).invoke(variables) == []


def test_interactions_answers_a_ping_refuses_a_forgery_and_runs_a_command(
    variables: dict[str, str], tmp_path: Path
) -> None:
    genuine = signed.document(files.interaction("ping"))
    forged = genuine | {"body": genuine["body"] + " "}
    command = signed.document(files.interaction("command"), as_base64=True)
    pong, refused, status = Artifact("interactions", tmp_path).invoke(
        variables, genuine, forged, command
    )
    assert (pong["statusCode"], json.loads(pong["body"])) == (200, {"type": 1})
    assert refused["statusCode"] == 401
    assert "not been synced yet" in json.loads(status["body"])["data"]["content"]


def test_sync_stores_what_discord_says(variables: dict[str, str], tmp_path: Path) -> None:
    first, second = Artifact("sync", tmp_path).invoke(variables, {}, {})
    assert first["complete"]
    assert first["guilds"]["added"] == 2
    assert second["guilds"]["added"] == 0
    with psycopg.connect(variables["DATABASE_URL"]) as connection:
        found = connection.execute("SELECT name FROM bot_guilds ORDER BY name").fetchall()
    assert found == [("Arcade",), ("Basement",)]


def test_jobs_syncs_the_guild_of_a_message(
    discord: DiscordServer, variables: dict[str, str], tmp_path: Path
) -> None:
    (arcade,) = (guild for guild in discord.world.guilds.values() if guild.name == "Arcade")
    body = json.dumps({"kind": "sync_guild", "guild_id": str(arcade.id)})
    batch = {"Records": [{"messageId": "1", "body": body}, {"messageId": "2", "body": "no job"}]}
    (result,) = Artifact("jobs", tmp_path).invoke(variables, batch)
    assert result == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    with psycopg.connect(variables["DATABASE_URL"]) as connection:
        found = connection.execute("SELECT name FROM bot_guilds").fetchall()
    assert found == [("Arcade",)]


def test_deploy_migrates_with_the_migrations_it_carries(
    variables: dict[str, str], tmp_path: Path
) -> None:
    with CloudFormation() as cloudformation:
        Artifact("deploy", tmp_path).invoke(variables, cloudformation.request("migrate"))
    (told,) = cloudformation.answers
    assert told["Status"] == "SUCCESS", told["Reason"]
    assert told["Reason"].endswith("there was nothing to migrate.")


def test_scan_catalogues_the_guild_of_a_message(
    discord: DiscordServer, variables: dict[str, str], tmp_path: Path
) -> None:
    Artifact("sync", tmp_path / "sync").invoke(variables, {})
    (arcade,) = (guild for guild in discord.world.guilds.values() if guild.name == "Arcade")
    body = json.dumps({"kind": "scan", "guild_id": str(arcade.id)})
    batch = {"Records": [{"messageId": "1", "body": body}, {"messageId": "2", "body": "no scan"}]}
    (result,) = Artifact("scan", tmp_path / "scan").invoke(variables, batch)
    assert result == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    with psycopg.connect(variables["DATABASE_URL"]) as connection:
        (saved,) = connection.execute("SELECT count(*) FROM clips").fetchall()
    assert saved > (0,)


def test_purge_deletes_what_has_expired(variables: dict[str, str], tmp_path: Path) -> None:
    with psycopg.connect(variables["DATABASE_URL"]) as connection:
        connection.execute(
            "INSERT INTO install_intents (state, expires_at)"
            " VALUES ('old', now() - interval '1 day'), ('new', now() + interval '1 hour')"
        )
    (summary,) = Artifact("purge", tmp_path).invoke(variables, {})
    assert summary["install_intents"] == 1
