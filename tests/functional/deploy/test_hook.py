"""CloudFormation invokes the hook: whatever happens, it is answered, once, within its time."""

from pathlib import Path

import psycopg
import pytest

from clipsaver.emulator.application import Application
from clipsaver.emulator.server import DiscordServer
from clipsaver.local import errors as local_errors
from clipsaver.local.gateway import Gateway
from clipsaver.local.postgres import Postgres
from functions.deploy import answer, process
from functions.shared import release
from tests.functional.deploy.cloudformation import CloudFormation
from tests.functional.deploy.hook import Hook

CRASHES = {
    "an import that fails": "import no_such_package",
    "a process that is killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "an exit": "import sys; sys.exit(0)",
}


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module that does the work in place of ours."""
    monkeypatch.setattr(process, "_ROOT", tmp_path)
    monkeypatch.setattr(process, "_MODULE", "work")
    return tmp_path / "work.py"


def test_migrate_brings_an_empty_database_to_this_release(
    cloudformation: CloudFormation, hook: Hook, postgres: Postgres
) -> None:
    postgres.create_database("deployed_first")
    hook.variables["DATABASE_URL"] = postgres.url("deployed_first")
    try:
        first = hook(cloudformation.request("migrate"))
        again = hook(cloudformation.request("migrate", "Update"))
        with psycopg.connect(hook.variables["DATABASE_URL"]) as connection:
            found = connection.execute("SELECT max(revision) FROM schema_revisions").fetchone()
    finally:
        postgres.drop_database("deployed_first")
    assert found == (release.SCHEMA,)
    assert (first["Status"], first["PhysicalResourceId"]) == ("SUCCESS", "clip-saver-Migrate")
    assert first["Data"]["Report"].startswith("Applied migrations 0001, 0002")
    assert (again["Status"], again["PhysicalResourceId"]) == ("SUCCESS", "what-it-was-first")
    assert again["Data"]["Report"].endswith("nothing to migrate.")


def test_wire_makes_discord_call_the_api_and_tests_it(
    cloudformation: CloudFormation, hook: Hook, gateway: Gateway, application: Application
) -> None:
    told = hook(cloudformation.request("wire", Enabled="true", BaseUrl=gateway.url + "/"))
    assert told["Status"] == "SUCCESS", told["Reason"]
    assert application.interactions_endpoint_url == f"{gateway.url}/interactions"
    assert told["Data"]["RedirectUri"] == f"{gateway.url}/install/callback"
    report = told["Data"]["Report"]
    assert f"release {release.RELEASE} is ready" in report
    assert f"paste {gateway.url}/install/callback" in report
    gone = hook(cloudformation.request("wire", "Delete", Enabled="true", BaseUrl=gateway.url))
    assert gone["Data"]["Report"] == "Discord no longer calls this deployment."
    assert application.interactions_endpoint_url is None


def test_wire_switched_off_tells_discord_nothing_and_tests_the_api_all_the_same(
    cloudformation: CloudFormation, hook: Hook, gateway: Gateway, discord: DiscordServer
) -> None:
    for kind in ("Create", "Update", "Delete"):
        request = cloudformation.request("wire", kind, Enabled="false", BaseUrl=gateway.url)
        request["OldResourceProperties"] = request["ResourceProperties"] | {"Enabled": "true"}
        told = hook(request)
        assert told["Status"] == "SUCCESS", told["Reason"]
        assert ("is ready. Discord was told nothing" in told["Reason"]) == (kind != "Delete")
    assert not discord.requests.by_route()


def test_a_failure_is_a_sentence_without_a_secret(
    cloudformation: CloudFormation, hook: Hook, postgres: Postgres
) -> None:
    secret = "pass-w0rd"
    hook.variables["DATABASE_URL"] = f"postgresql://{secret}:x@127.0.0.1:{postgres.port}/{secret}"
    hook.variables["BOT_TOKEN"] = secret
    told = hook(cloudformation.request("migrate"))
    assert told["Status"] == "FAILED"
    assert "is DATABASE_URL right" in told["Reason"]
    assert "[redacted]" in told["Reason"]
    assert secret not in str(told)


def test_missing_variables_are_all_named(
    cloudformation: CloudFormation, hook: Hook, gateway: Gateway
) -> None:
    hook.variables = {"DISCORD_API_URL": hook.variables["DISCORD_API_URL"]}
    told = hook(cloudformation.request("wire", Enabled="true", BaseUrl=gateway.url))
    assert told["Status"] == "FAILED"
    for name in ("BOT_TOKEN", "DISCORD_APPLICATION_ID", "DISCORD_PUBLIC_KEY"):
        assert f"{name} is not set" in told["Reason"]


def test_a_token_that_discord_refuses_is_named(
    cloudformation: CloudFormation, hook: Hook, gateway: Gateway, application: Application
) -> None:
    application.reset_token()
    told = hook(cloudformation.request("wire", BaseUrl=gateway.url))
    assert told["Status"] == "FAILED"
    assert told["Reason"].startswith("Discord refuses BOT_TOKEN: was it reset?")


def test_a_network_without_a_way_out_is_told_with_what_helps(
    cloudformation: CloudFormation, hook: Hook, gateway: Gateway
) -> None:
    hook.variables["DISCORD_API_URL"] = "http://127.0.0.1:1/api/v10"
    told = hook(cloudformation.request("wire", Enabled="true", BaseUrl=gateway.url))
    assert told["Status"] == "FAILED"
    assert "In a VPC, the subnets need a way out" in told["Reason"]
    assert "NAT gateway" in told["Reason"]


@pytest.mark.parametrize("work", CRASHES.values(), ids=CRASHES)
def test_a_crash_is_answered(
    cloudformation: CloudFormation, hook: Hook, workshop: Path, work: str
) -> None:
    workshop.write_text(work)
    told = hook(cloudformation.request("migrate"))
    assert told["Status"] == "FAILED"
    assert "ended before its work was done (exit status " in told["Reason"]


def test_work_without_an_end_is_ended_and_answered(
    cloudformation: CloudFormation, hook: Hook, workshop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.write_text("import time; time.sleep(60)")
    told = hook(cloudformation.request("migrate"), seconds=16)
    assert told["Status"] == "FAILED"
    assert "was not done within 1 s and was stopped" in told["Reason"]


def test_work_that_cannot_even_be_started_is_answered(
    cloudformation: CloudFormation, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_ROOT", Path("/no/such/folder"))
    told = hook(cloudformation.request("migrate"))
    assert told["Status"] == "FAILED"
    assert "could not start its work (FileNotFoundError)" in told["Reason"]


def test_an_api_without_an_address_is_asked_for(cloudformation: CloudFormation, hook: Hook) -> None:
    told = hook(cloudformation.request("wire", Enabled="false"))
    assert (told["Status"], told["Reason"]) == (
        "FAILED",
        "BaseUrl is missing: where does the API answer?",
    )


def test_an_api_that_is_not_ready_fails_the_deploy_and_leaves_discord_to_another(
    cloudformation: CloudFormation,
    hook: Hook,
    gateway: Gateway,
    variables: dict[str, str],
    discord: DiscordServer,
) -> None:
    with psycopg.connect(variables["DATABASE_URL"]) as connection:
        connection.execute("DELETE FROM schema_revisions")
    told = hook(cloudformation.request("wire", BaseUrl=gateway.url), seconds=30)
    assert told["Status"] == "FAILED"
    assert f"{gateway.url}/ready answers 503 (database: ok; schema: The" in told["Reason"]
    assert not discord.requests.by_route()


def test_a_task_that_nobody_knows_is_answered(cloudformation: CloudFormation, hook: Hook) -> None:
    told = hook(cloudformation.request("paint"))
    assert (told["Status"], told["Reason"]) == (
        "FAILED",
        "Task is 'paint'; it can be migrate or wire",
    )


@pytest.mark.parametrize(
    "undone",
    [
        pytest.param(None, id="deletion"),
        pytest.param({"Artifact": "arn:aws:lambda:::function:clip-saver:8"}, id="of code"),
        pytest.param({"DeployedAt": "2026-11-27T12:00:00Z"}, id="of a parameter alone"),
    ],
)
def test_deleting_and_rolling_back_succeed_even_by_a_crash(
    cloudformation: CloudFormation, hook: Hook, workshop: Path, undone: dict[str, str] | None
) -> None:
    workshop.write_text("import no_such_package")
    request = cloudformation.request(
        "wire", "Delete", BaseUrl="https://clips.example", DeployedAt="2026-11-27T09:00:00Z"
    )
    if undone:
        request = cloudformation.rollback(request, **undone)
    told = hook(request)
    assert told["Status"] == "SUCCESS"
    assert told["Data"]["Report"].startswith("Nothing waits for this, so the deploy goes on: The")
    assert told["Data"]["RedirectUri"] == "https://clips.example/install/callback"


def test_an_answer_that_is_refused_is_given_again(
    cloudformation: CloudFormation,
    hook: Hook,
    workshop: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(answer, "_FIRST_PAUSE_SECONDS", 0.01)
    workshop.write_text("")
    cloudformation.refusals = 2
    assert hook(cloudformation.request("migrate"))["Status"] == "FAILED"
    assert caplog.text.count("trying again: S3 answered 503") == 2
    assert "Signature" not in caplog.text


def test_an_answer_that_cannot_be_given_is_an_error_that_says_what_helps(
    cloudformation: CloudFormation, hook: Hook, workshop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "_TRY_SECONDS", 30.0)
    workshop.write_text("")
    request = cloudformation.request("migrate") | {"ResponseURL": "http://127.0.0.1:1/?Signature=0"}
    with pytest.raises(local_errors.FunctionFailed, match=r"way to S3 \(a gateway endpoint"):
        hook(request)
