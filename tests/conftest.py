"""The floor that every test stands on: a real PostgreSQL of this run's own, and nothing else."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import hypothesis
import pytest
from xdist import scheduler

from clipsaver.local import guard
from clipsaver.local import postgres as local_postgres
from functions.deploy import migrations
from tests import pgbouncer

# Before any test module is imported: some read the environment as they are.
guard.clean_environment()
guard.arm()

# A busy machine is no error of the code.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")

pytest_plugins = ["tests.requirements_table", "tests.drill_times"]

_BUILT: Final = "tests/infra/"
_LONG: Final = frozenset({"test_kill.py", "test_runbook.py"})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres-binaries",
        type=Path,
        metavar="DIR",
        help="run on the PostgreSQL whose programs lie in DIR, /usr/lib/postgresql/15/bin say",
    )
    parser.addoption(
        "--through-pgbouncer",
        action="store_true",
        help="put a PgBouncer in transaction mode between the tests and PostgreSQL",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "session: about the server's own sessions, passwords or end, which a pooler hides",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    _leave_out_what_a_pooler_hides(config, items)
    # What takes minutes comes first, so that no worker of a parallel run is left alone with it.
    items.sort(key=lambda item: not (item.nodeid.startswith(_BUILT) or item.path.name in _LONG))


class _Shares(scheduler.LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """A file goes to one worker of a parallel run, and what is built goes to one as a whole."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, _ = nodeid.partition("::")
        return _BUILT if file.startswith(_BUILT) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Shares:
    return _Shares(config, log)


def _leave_out_what_a_pooler_hides(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--through-pgbouncer"):
        return
    left_out = [item for item in items if item.get_closest_marker("session")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    for item in items:
        item.add_marker(pytest.mark.needs("pgbouncer"))


@contextmanager
def _kept_logging() -> Iterator[None]:
    root, logger = logging.getLogger(), logging.getLogger("discord_clip_saver")
    handlers, level = root.handlers[:], root.level
    yield
    logger.setLevel(logging.NOTSET)
    root.setLevel(level)
    root.handlers[:] = handlers


@pytest.fixture(autouse=True)
def _own_logging(_own_logging_of_module: None) -> Iterator[None]:
    """Functions run in this process configure its logs; each test starts without that."""
    with _kept_logging():
        yield


@pytest.fixture(autouse=True, scope="module")
def _own_logging_of_module() -> Iterator[None]:
    """So do those that are there for a whole module."""
    with _kept_logging():
        yield


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[local_postgres.Postgres]:
    """The server of this test run."""
    pooled = request.config.getoption("--through-pgbouncer")
    kind = pgbouncer.PooledPostgres if pooled else local_postgres.Postgres
    with kind(request.config.getoption("--postgres-binaries")) as server:
        yield server


@pytest.fixture(scope="session")
def template_database(postgres: local_postgres.Postgres) -> str:
    """The name of a migrated, empty database to copy; nobody may stay connected to it."""
    name = "template_clips"
    postgres.create_database(name)
    migrations.upgrade(postgres.url(name))
    return name


@pytest.fixture
def database_url(postgres: local_postgres.Postgres, template_database: str) -> Iterator[str]:
    """A migrated, empty database of this test alone, as the role that owns it."""
    name = f"test_{uuid4().hex}"
    postgres.create_database(name, template=template_database)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
def superuser_url(postgres: local_postgres.Postgres, database_url: str) -> str:
    """The same database as `database_url`, as the superuser."""
    database = database_url.rpartition("/")[2]
    return postgres.url(database, local_postgres.SUPERUSER)
