"""docs/operations.md: symptoms lead to what is there, and `doctor` says what the page promises."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from clipsaver import cli, jobs
from clipsaver.emulator.samples import sample_world
from clipsaver.local.stack import LocalStack
from clipsaver.operations import commands
from tests import factories
from tests.functional.operator.conftest import rows

_PAGE: Final = Path(__file__).parents[3] / "docs" / "operations.md"
_SURROUNDINGS: Final = {"schedule", "pause", "dead letters", "Discord"}
"""What `doctor` looks at on AWS, or tells only when Discord does not answer."""
_SYMPTOMS: Final = {
    "It will not start",
    "The port is taken",
    "Invalid bot token",
    "Database connection failed",
    "Commands time out",
    "429",
    "Servers or channels are missing",
    "Queries are slow",
    "Memory is high",
    "The sync is silent",
}

Break = Callable[[LocalStack], Mapping[str, str]]


@pytest.fixture(scope="module")
def page() -> str:
    return _PAGE.read_text(encoding="utf-8")


@pytest.fixture
def stack() -> Iterator[LocalStack]:
    """A stack with everything as it should be, but a backup."""
    with LocalStack(sample_world(), log_level="CRITICAL") as stack:
        stack.discord.world.application.redirect_uris = [f"{stack.gateway.url}/install/callback"]
        jobs.wire(stack.variables, stack.gateway.url)
        stack.sync.invoke({})
        stack.purge.invoke({})
        yield stack


@pytest.fixture
def doctor(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    """What `clipsaver doctor` says of the stack, with some variables changed: levels by check."""
    monkeypatch.setattr(commands.console, "width", 400)

    def ask(**changed: str) -> dict[str, str]:
        monkeypatch.setattr(commands, "operator_variables", lambda: {**stack.variables, **changed})
        output = CliRunner().invoke(cli.app, ["doctor"]).output
        return {row[0]: row[1] for row in rows(output) if row[0]}

    return ask


def test_every_symptom_that_operators_ask_for_is_there(page: str) -> None:
    assert set(re.findall(r"^\| \*\*(.+?)\*\*", page, re.MULTILINE)) == _SYMPTOMS


def test_a_link_within_the_page_leads_to_a_heading(page: str) -> None:
    anchors = {
        heading.lower().replace(" ", "-")
        for heading in re.findall(r"^#{2,3} (.+)$", page, re.MULTILINE)
    }
    linked = set(re.findall(r"\]\(#([^)]+)\)", page))
    assert {"dead-letters", "letters-are-dead", "rotate-a-secret", "roll-back"} <= linked <= anchors


def test_what_stands_between_backticks_is_a_verb_with_its_options(page: str) -> None:
    typed = set(re.findall(r"(?<!`)`clipsaver ([^`]+)`(?!`)", page))
    assert len(typed) > 20
    for text in sorted(typed):
        for verb in text.split(" && clipsaver "):
            words = [word for word in shlex.split(verb) if word != "..."]
            result = CliRunner().invoke(cli.app, [*words, "--help"])
            assert result.exit_code == 0, (text, result.output)


def test_a_check_that_the_page_names_is_one_of_doctors(
    page: str, doctor: Callable[..., dict[str, str]]
) -> None:
    phrases = re.findall(r"`clipsaver doctor`[:,]?((?:,?(?: and)?\s+\*[^*\[]+\*)+)", page)
    named = {name for phrase in phrases for name in re.findall(r"\*([^*]+)\*", phrase)}
    assert {"bot token", "database", "interactions endpoint", "last sync", "last backup"} <= named
    assert named - _SURROUNDINGS <= doctor().keys()


def _refuse_the_token(_: LocalStack) -> Mapping[str, str]:
    return {"BOT_TOKEN": "not.the.token"}


def _stop_the_database(stack: LocalStack) -> Mapping[str, str]:
    stack.postgres.stop()
    return {}


def _take_the_endpoint(stack: LocalStack) -> Mapping[str, str]:
    stack.discord.world.application.interactions_endpoint_url = "https://elsewhere.example"
    return {}


def _silence_the_sync(stack: LocalStack) -> Mapping[str, str]:
    with factories.open_rows(stack.database_url) as rows:
        rows.sql("UPDATE job_runs SET last_succeeded_at = now() - interval '2 days'")
    return {}


@pytest.mark.parametrize(
    ("incident", "failing"),
    [
        (_refuse_the_token, {"bot token"}),
        (_stop_the_database, {"database"}),
        (_take_the_endpoint, {"interactions endpoint"}),
        (_silence_the_sync, {"last sync", "last purge"}),
    ],
)
def test_doctor_names_an_incident_and_nothing_else(
    stack: LocalStack,
    doctor: Callable[..., dict[str, str]],
    incident: Break,
    failing: set[str],
) -> None:
    assert "failure" not in doctor().values()
    levels = doctor(**incident(stack))
    assert {check for check, level in levels.items() if level == "failure"} == failing
