"""The operations function's `doctor`, on a real PostgreSQL and the local Discord."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clipsaver.emulator import application
from clipsaver.emulator.samples import sample_world
from clipsaver.emulator.server import DiscordServer
from clipsaver.local import errors as local_errors
from clipsaver.local.lambda_environment import LambdaEnvironment
from functions.shared import registration
from functions.shared.discord.client import DiscordClient
from tests.factories import open_rows

BASE_URL = "https://clips.example"

Findings = dict[str, dict[str, str]]
Doctor = Callable[..., Findings]


@pytest.fixture
def discord() -> Iterator[DiscordServer]:
    """Discord, with everything as it should be."""
    with DiscordServer(sample_world()) as server:
        mine = server.world.application
        mine.interactions_endpoint_url = f"{BASE_URL}/interactions"
        mine.event_webhooks_url = f"{BASE_URL}/webhook-events"
        mine.event_webhooks_status = application.EVENTS_ENABLED
        mine.event_webhooks_types = ("APPLICATION_AUTHORIZED",)
        mine.redirect_uris = [f"{BASE_URL}/install/callback"]
        mine.flags |= application.MESSAGE_CONTENT_LIMITED
        asyncio.run(_register(server))
        yield server


async def _register(server: DiscordServer) -> None:
    mine = server.world.application
    client = DiscordClient(api_url=server.api_url, bot_token=mine.bot_token, rate_share=1)
    await registration.push(client, mine.id)
    await client.aclose()


@pytest.fixture
def variables(discord: DiscordServer, database_url: str) -> dict[str, str]:
    mine = discord.world.application
    return {
        "DISCORD_PUBLIC_KEY": mine.public_key,
        "DISCORD_APPLICATION_ID": str(mine.id),
        "BOT_TOKEN": mine.bot_token,
        "DISCORD_CLIENT_SECRET": mine.client_secret,
        "DATABASE_URL": database_url,
        "DISCORD_API_URL": discord.api_url,
        "PUBLIC_URL": BASE_URL,
    }


@pytest.fixture
def doctor(variables: dict[str, str]) -> Doctor:
    """Asks the function, with some variables changed; its findings by check."""

    def ask(**changed: str) -> Findings:
        with LambdaEnvironment("operations", variables | changed) as function:
            answer = function.invoke({"operation": "doctor"})
        return {found["check"]: found for found in answer["findings"]}

    return ask


def levels(findings: Findings) -> dict[str, str]:
    """What is not as it should be, and how bad that is."""
    return {check: found["level"] for check, found in findings.items() if found["level"] != "ok"}


def ran(database_url: str, age: str) -> None:
    """Both jobs, and a backup, succeeded so long ago."""
    with open_rows(database_url) as rows:
        rows.sql(
            "INSERT INTO job_runs (job, last_started_at, last_succeeded_at)"
            f" SELECT job, now() - interval '{age}', now() - interval '{age}'"
            " FROM unnest(ARRAY['sync', 'purge', 'backup']) AS job"
        )


def test_a_sound_deployment_has_no_finding(doctor: Doctor, database_url: str) -> None:
    ran(database_url, "5 minutes")
    found = doctor()
    assert levels(found) == {}
    assert found["last sync"]["told"] == "5 minutes ago"
    assert "PostgreSQL" in found["database"]["told"]


def test_jobs_that_never_ran_or_are_late_are_told_apart(doctor: Doctor, database_url: str) -> None:
    never = {"last sync": "warning", "last purge": "warning", "last backup": "warning"}
    assert levels(doctor()) == never
    ran(database_url, "1 day")
    assert levels(doctor()) == {"last sync": "failure", "last purge": "failure"}


def test_a_restore_that_was_killed_is_told_before_anybody_migrates(
    doctor: Doctor, database_url: str
) -> None:
    ran(database_url, "5 minutes")
    with open_rows(database_url) as rows:
        rows.sql("CREATE SCHEMA replaced_20260131_120000")
        rows.sql("ALTER TABLE clip_opt_outs SET SCHEMA replaced_20260131_120000")
        late = doctor()
        rows.sql("ALTER TABLE schema_revisions SET SCHEMA replaced_20260131_120000")
        early = doctor()
        rows.sql("COMMENT ON SCHEMA replaced_20260131_120000 IS 'It came to its end'")
        assert "schema" in levels(doctor())
    for found in (late, early):
        assert levels(found) == {"restore": "failure"}
        assert "replaced_20260131_120000" in found["restore"]["told"]
        assert "no `clipsaver migrate`" in found["restore"]["fix"]


def test_what_the_last_sync_held_back_is_told(doctor: Doctor, database_url: str) -> None:
    ran(database_url, "5 minutes")
    with open_rows(database_url) as rows:
        rows.sql("""UPDATE job_runs SET summary = '{"breaker": "9 of 10 channels seem gone"}'""")
    found = doctor()
    assert levels(found) == {"breaker": "warning"}
    assert found["breaker"]["told"] == "9 of 10 channels seem gone"


def test_a_backup_that_is_not_recorded_is_no_claim_that_none_was_made(doctor: Doctor) -> None:
    assert doctor()["last backup"]["told"] == "none is recorded"


def test_a_backup_is_old_after_26_hours(doctor: Doctor, database_url: str) -> None:
    ran(database_url, "25 hours 55 minutes")
    assert doctor()["last backup"] == {
        "check": "last backup",
        "level": "ok",
        "told": "26 hours ago",
        "fix": "",
    }
    with open_rows(database_url) as rows:
        rows.sql("UPDATE job_runs SET last_succeeded_at = now() - interval '26 hours 5 minutes'")
    found = doctor()["last backup"]
    assert (found["level"], "clipsaver backup --to" in found["fix"]) == ("warning", True)
    found = doctor(BACKUP_PLACE="s3://my-backups/clips")["last backup"]
    assert (found["level"], "clipsaver backup --stack" in found["fix"]) == ("warning", True)


def test_every_finding_that_is_not_ok_says_what_to_do(doctor: Doctor) -> None:
    found = doctor(PUBLIC_URL="https://elsewhere.example", BOT_TOKEN="")
    assert all(each["fix"] for each in found.values() if each["level"] != "ok")
    assert not any(each["fix"] for each in found.values() if each["level"] == "ok")


@pytest.mark.parametrize(
    ("attribute", "value", "check", "level"),
    [
        ("interactions_endpoint_url", None, "interactions endpoint", "failure"),
        ("interactions_endpoint_url", "https://old.example", "interactions endpoint", "failure"),
        ("event_webhooks_url", "https://old.example", "webhook events", "failure"),
        ("event_webhooks_types", (), "webhook events", "failure"),
        (
            *("event_webhooks_status", application.EVENTS_DISABLED_BY_DISCORD),
            *("webhook events", "failure"),
        ),
        ("redirect_uris", [], "redirect URI", "warning"),
        ("flags", 0, "message content", "warning"),
    ],
)
def test_what_discord_has_otherwise_is_found(
    doctor: Doctor,
    discord: DiscordServer,
    database_url: str,
    attribute: str,
    value: Any,
    check: str,
    level: str,
) -> None:
    ran(database_url, "5 minutes")
    setattr(discord.world.application, attribute, value)
    assert levels(doctor()) == {check: level}


def test_a_refused_token_is_told_without_being_shown(doctor: Doctor) -> None:
    found = doctor(BOT_TOKEN="not.the.token")
    assert levels(found)["bot token"] == "failure"
    assert "not.the.token" not in str(found)


def test_another_applications_key_is_found(doctor: Doctor) -> None:
    found = doctor(DISCORD_PUBLIC_KEY="0" * 64)
    assert "DISCORD_PUBLIC_KEY is not that of" in found["application"]["told"]


def test_changed_commands_are_named(doctor: Doctor, discord: DiscordServer) -> None:
    book = discord.world.application.commands
    for each in list(book.all(None)):
        book.delete(each)
    assert "status" in doctor()["commands"]["told"]


def test_a_database_out_of_reach_leaves_the_other_checks(doctor: Doctor) -> None:
    found = doctor(DATABASE_URL="postgresql://clips:word@127.0.0.1:9/clips")
    assert levels(found) == {"database": "failure"}
    assert found["interactions endpoint"]["level"] == "ok"


def test_a_broken_settings_file_leaves_the_other_checks(doctor: Doctor, tmp_path: Path) -> None:
    settings = tmp_path / "settings.yml"
    settings.write_text("sync: [")
    found = doctor(DEFAULT_SETTINGS_PATH=str(settings))
    assert found["settings file"]["level"] == "failure"
    assert found["database"]["level"] == "ok"


def test_a_statement_is_slow_when_the_operators_settings_say_so(
    doctor: Doctor, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_rows(database_url) as rows:
        rows.sql("ALTER TABLE job_runs RENAME TO kept")
        rows.sql("CREATE VIEW job_runs AS SELECT kept.* FROM kept, pg_sleep(0.02)")
    settings = tmp_path / "settings.yml"
    settings.write_text("database_settings_defaults:\n  slow_statement_ms: 1\n")
    doctor(DEFAULT_SETTINGS_PATH=str(settings))
    assert "Slow statement: select_ages" in capsys.readouterr().out


def test_a_database_without_a_schema_is_told_to_migrate(doctor: Doctor, database_url: str) -> None:
    with open_rows(database_url) as rows:
        rows.sql("DELETE FROM schema_revisions")
    assert "clipsaver migrate" in doctor()["schema"]["fix"]


def test_all_that_is_missing_is_named(variables: dict[str, str]) -> None:
    address = {"DISCORD_API_URL": variables["DISCORD_API_URL"]}
    with LambdaEnvironment("operations", address) as function:
        findings = function.invoke({"operation": "doctor"})["findings"]
    told = [each["told"] for each in findings if each["level"] == "failure"]
    assert len(told) == 5
    assert "BOT_TOKEN is not set" in " ".join(told)


@pytest.mark.parametrize("event", [{}, {"operation": "paint"}, {"operation": ["doctor"]}])
def test_an_unknown_operation_is_refused_with_those_there_are(
    variables: dict[str, str], event: dict[str, Any]
) -> None:
    with (
        LambdaEnvironment("operations", variables) as function,
        pytest.raises(local_errors.FunctionFailed, match="it can be: backup, doctor"),
    ):
        function.invoke(event)
