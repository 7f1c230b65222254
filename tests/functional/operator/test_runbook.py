"""docs/operations.md: what it tells to type is typed here, word for word, on the local stack."""

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from typer.testing import CliRunner

from clipsaver import cli, jobs
from clipsaver.emulator.samples import sample_world
from clipsaver.local import installation
from clipsaver.local.stack import LocalStack
from tests import factories
from tests.factories import HERE

ROOT: Final = Path(__file__).parents[3]
_PAGE: Final = ROOT / "docs" / "operations.md"
_BLOCK: Final = re.compile(
    r"^( *)```sh(?P<aws> aws)?\n(?P<text>.*?)^\1```$", re.MULTILINE | re.DOTALL
)
_HEADING: Final = re.compile(r"^## (.*)$", re.MULTILINE)
_ON_AWS_ALONE: Final = 27
"""Blocks that only a deployed stack can run."""


class Block(NamedTuple):
    """Commands of the runbook, and where they stand."""

    heading: str
    line: int
    text: str
    on_aws: bool


class Shell(NamedTuple):
    """An operator's shell: its folder and its variables."""

    folder: Path
    variables: dict[str, str]

    def type_in(self, text: str, where: str = "") -> None:
        """Run commands, the way that pasting them does."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env=self.variables,
        )
        assert done.returncode == 0, f"{where}\n{text}{done.stdout}{done.stderr}"

    def ask(self, question: str, database: str = "DATABASE_URL") -> list[Any]:
        """The first column of what a database answers."""
        with factories.open_rows(self.variables[database]) as rows:
            return [next(iter(row.values())) for row in rows.sql(question)]

    def do(self, statement: str) -> None:
        """Change the database, as nobody should."""
        with factories.open_rows(self.variables["DATABASE_URL"]) as rows:
            rows.sql(statement)


def _blocks() -> list[Block]:
    page = _PAGE.read_text(encoding="utf-8")
    headings = [(found.start(), found[1]) for found in _HEADING.finditer(page)]
    return [
        Block(
            next((name for at, name in reversed(headings) if at < found.start()), ""),
            page.count("\n", 0, found.start()) + 2,
            found["text"],
            bool(found["aws"]),
        )
        for found in _BLOCK.finditer(page)
    ]


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """A stack that has synced, with one more server: the one that the runbook speaks of."""
    with LocalStack(sample_world(), log_level="ERROR") as stack:
        stack.discord.world.application.redirect_uris = [f"{stack.gateway.url}/install/callback"]
        jobs.wire(stack.variables, stack.gateway.url)
        stack.sync.invoke({})
        stack.purge.invoke({})
        with factories.open_rows(stack.database_url) as rows:
            rows.guild(HERE)
            rows.channel(HERE, HERE + 1)
        yield stack


@pytest.fixture(scope="module")
def shell(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """How an operator's shell is set up: a folder, programs and variables."""
    programs = (Path(sys.executable).parent, installation.packaged_programs(), os.environ["PATH"])
    own = {name: value for name, value in stack.variables.items() if name not in _OF_FUNCTIONS}
    return Shell(
        tmp_path_factory.mktemp("release"),
        {
            **own,
            "PATH": os.pathsep.join(map(str, programs)),
            "PYTHONPATH": str(ROOT),
            "BACKUP_PASSPHRASE": "correct horse battery staple",
            "SPARE_DATABASE_URL": stack.postgres.url("spare"),
            "RECOVERED_DATABASE_URL": stack.postgres.url("recovered"),
        },
    )


def _rename(shell: Shell) -> None:
    shell.do("UPDATE bot_channels SET name = 'wrong'")
    shell.do("INSERT INTO clip_opt_outs (guild_id, user_id) SELECT guild_id, 1 FROM bot_guilds")


def _one_guild_is_named_right(shell: Shell) -> None:
    right = shell.ask("SELECT DISTINCT guild_id FROM bot_channels WHERE name <> 'wrong'")
    assert right == [HERE]


def _all_are_named_right_and_opted_out(shell: Shell) -> None:
    assert shell.ask("SELECT DISTINCT name FROM bot_channels WHERE name = 'wrong'") == []
    assert shell.ask("SELECT DISTINCT user_id FROM clip_opt_outs") == [1]


def _opt_out(shell: Shell) -> None:
    shell.do("INSERT INTO clip_opt_outs (guild_id, user_id) SELECT guild_id, 2 FROM bot_guilds")


def _the_spare_has_everything(shell: Shell) -> None:
    for question in ("SELECT channel_id FROM bot_channels ORDER BY 1", _OPT_OUTS):
        assert shell.ask(question, "SPARE_DATABASE_URL") == shell.ask(question)


def _lose_channels(shell: Shell) -> None:
    shell.type_in('DATABASE_URL="$RECOVERED_DATABASE_URL" clipsaver restore backups')
    shell.do("INSERT INTO clip_opt_outs (guild_id, user_id) SELECT guild_id, 3 FROM bot_guilds")
    shell.type_in("clipsaver backup --to backups --log-only")
    shell.do("DELETE FROM bot_channels")
    # What was decided there goes with it.
    shell.do(f"DELETE FROM bot_guilds WHERE guild_id = {HERE}")


def _one_guild_has_channels(shell: Shell) -> None:
    assert shell.ask("SELECT channel_id FROM bot_channels") == [HERE + 1]


def _the_recovered_server_knows_decisions(shell: Shell) -> None:
    assert shell.ask(_OPT_OUTS, "RECOVERED_DATABASE_URL") == shell.ask(_OPT_OUTS)


def _all_have_channels(shell: Shell) -> None:
    lacking = "SELECT guild_id FROM bot_guilds EXCEPT SELECT guild_id FROM bot_channels"
    assert shell.ask(lacking) == []
    assert 3 in shell.ask("SELECT user_id FROM clip_opt_outs")


_OPT_OUTS: Final = "SELECT (guild_id, user_id)::text FROM clip_opt_outs ORDER BY 1"
_OF_FUNCTIONS: Final = frozenset({"JOBS_QUEUE_URL", "SCAN_QUEUE_URL"})
"""An operator's own variables name no queue; emptying one twice would take a minute."""
_ONE_GUILD: Final = f"--guild {HERE}"
_ALL: Final = "--replace"

Step = Callable[[Shell], None]

_INCIDENTS: Final[Mapping[str, tuple[Step, Mapping[str, Step]]]] = {
    "Misbehaving": (
        _rename,
        {_ONE_GUILD: _one_guild_is_named_right, _ALL: _all_are_named_right_and_opted_out},
    ),
    "Corruption": (_opt_out, {"$SPARE_DATABASE_URL": _the_spare_has_everything}),
    "Data loss": (
        _lose_channels,
        {
            _ONE_GUILD: _one_guild_has_channels,
            "$RECOVERED_DATABASE_URL": _the_recovered_server_knows_decisions,
            _ALL: _all_have_channels,
        },
    ),
    "Restore": (lambda _: None, {"$SPARE_DATABASE_URL": _the_spare_has_everything}),
}
"""By its heading, what has happened, and what is to be true after the command with these words."""


def _happen(incident: Step, shell: Shell, stack: LocalStack) -> None:
    """Let something happen after the daily backup."""
    for name in ("spare", "recovered"):
        stack.postgres.drop_database(name)
        stack.postgres.create_database(name)
    shell.type_in("clipsaver backup --to backups")
    # Names of backups count seconds.
    time.sleep(1.1)
    shell.variables["SINCE"] = datetime.now(UTC).isoformat()
    incident(shell)


# One test, because each block begins where the one before has left off.
def test_every_block_runs_as_it_stands(shell: Shell, stack: LocalStack) -> None:
    happened, seen = set(), 0
    for block in _blocks():
        if block.on_aws:
            continue
        incident, checks = _INCIDENTS.get(block.heading, (None, {}))
        if incident and block.heading not in happened:
            happened.add(block.heading)
            _happen(incident, shell, stack)
        shell.type_in(block.text, f"{_PAGE.name}:{block.line}")
        for words, check in checks.items():
            if words in block.text and f"{words} --only" not in block.text:
                check(shell)
                seen += 1
    assert happened == _INCIDENTS.keys()
    assert seen == sum(len(checks) for _, checks in _INCIDENTS.values())


def test_what_only_aws_can_run_is_counted() -> None:
    found = _blocks()
    assert sum(block.on_aws for block in found) == _ON_AWS_ALONE
    assert len(found) > _ON_AWS_ALONE


def _typed() -> list[list[str]]:
    """The verbs of `clipsaver` that only a deployed stack can run, each as its words."""
    lines = (
        shlex.split(line, comments=True)
        for block in _blocks()
        if block.on_aws
        for line in block.text.replace("$SINCE", "2026-01-31T11:59Z").splitlines()
    )
    return [words[1:] for words in lines if words[:1] == ["clipsaver"]]


@pytest.mark.parametrize("words", _typed(), ids=" ".join)
def test_what_only_aws_can_run_is_at_least_a_verb_with_its_options(words: list[str]) -> None:
    # Typer reads every option before it shows the help of the verb.
    result = CliRunner().invoke(cli.app, [*words, "--help"])
    assert result.exit_code == 0, result.output


def test_a_fix_that_names_a_heading_of_the_runbook_names_one_that_is_there() -> None:
    headings = set(re.findall(r"^##+ (.*)$", _PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    sources = (ROOT / "functions").rglob("*.py")
    named = {
        heading
        for path in sources
        for heading in re.findall(r"docs/operations\.md, (\w[\w ]*)", path.read_text())
    }
    assert named
    assert named <= headings
