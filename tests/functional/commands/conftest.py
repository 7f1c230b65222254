import io
import logging
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import psycopg
import pytest

from clipsaver.local import postgres as local_postgres
from clipsaver.local.sqs import JobQueueServer
from functions.shared import observability
from tests.factories import Rows
from tests.functional.commands import stage as stages
from tests.functional.commands.stage import Api, Stage


@pytest.fixture(scope="package")
def lasting_url(postgres: local_postgres.Postgres, template_database: str) -> Iterator[str]:
    """A migrated database whose rows each test clears, which is quicker than one of its own."""
    name = "commands_clips"
    postgres.create_database(name, template=template_database)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture(scope="package")
def queue() -> Iterator[JobQueueServer]:
    with JobQueueServer() as queue:
        yield queue


@pytest.fixture(scope="package")
def api() -> Iterator[Api]:
    with stages.api() as api:
        yield api


@pytest.fixture
def rows(postgres: local_postgres.Postgres, lasting_url: str) -> Iterator[Rows]:
    url = postgres.url(lasting_url.rpartition("/")[2], local_postgres.SUPERUSER)
    with psycopg.connect(url, autocommit=True) as connection:
        made = Rows(connection)
        made.clear()
        yield made


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the functions print; pytest's own stream ends with each phase of a test."""
    printed = io.StringIO()
    replaced = SimpleNamespace(**{**vars(sys), "stdout": printed})
    monkeypatch.setattr(observability, "sys", replaced)
    return printed


class _Records(logging.Handler):
    """Every record of every library, as it is before any secret is taken out of it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter().format(record))


@pytest.fixture
def records() -> Iterator[list[str]]:
    collecting, root = _Records(), logging.getLogger()
    level = root.level
    root.addHandler(collecting)
    root.setLevel(logging.DEBUG)
    yield collecting.lines
    root.setLevel(level)
    root.removeHandler(collecting)


@pytest.fixture
def bare_stage(
    lasting_url: str,
    queue: JobQueueServer,
    api: Api,
    rows: Rows,
    log: io.StringIO,
    records: list[str],
    patience: None,
) -> Iterator[Stage]:
    """A stage whose guilds were never synced; no log line of it holds a token or a bug."""
    with stages.stage(lasting_url, queue, rows, api) as stage:
        yield stage
        tokens = {*stage.act._book._by_token, stage.world.application.bot_token}
    output = log.getvalue() + "\n".join(records)
    assert not [token for token in tokens if token in output]
    assert "Traceback" not in log.getvalue()


@pytest.fixture
def stage(bare_stage: Stage) -> Stage:
    """A stage with both guilds synced."""
    bare_stage.sync()
    return bare_stage
