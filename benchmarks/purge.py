"""A million expired install intents: deleted in batches that nobody else notices."""

from typing import Final, LiteralString

import psycopg

from benchmarks import function_process
from benchmarks.bystander import Bystander
from benchmarks.child import Child
from benchmarks.figures import Figure
from benchmarks.function_process import Invocation
from benchmarks.report import Report
from clipsaver.local.postgres import Postgres
from functions.deploy import migrations

_DATABASE: Final = "clip_saver"
_EXPIRED: Final = 1_000_000
_FRESH: Final = 1_000
_UPDATED_STATE: Final = "fresh 1"
_TIMEOUT_SECONDS: Final = 900.0
"""Lambda's longest timeout: one invocation is to do it all."""
_LOOK_SECONDS: Final = 1.0
_APPLICATION_NAME: Final = "clip-saver purge"
_LOCKED_BUDGET_MS: Final = 100.0
_MILLISECONDS: Final = 1000

_INSERT_EXPIRED: Final = """
    INSERT INTO install_intents (state, created_at, expires_at)
    SELECT 'expired ' || number, now() - interval '2 days', now() - interval '1 day'
    FROM generate_series(1, %s) AS number
"""
_INSERT_FRESH: Final = """
    INSERT INTO install_intents (state)
    SELECT 'fresh ' || number FROM generate_series(1, %s) AS number
"""
_COUNT: Final = """
    SELECT count(*) FILTER (WHERE expires_at < now()), count(*) FILTER (WHERE expires_at >= now())
    FROM install_intents
"""
_DELETED: Final = "SELECT n_tup_del FROM pg_stat_user_tables WHERE relname = 'install_intents'"


def run(report: Report) -> None:
    """Purge while somebody else inserts and updates."""
    with Postgres() as postgres:
        postgres.create_database(_DATABASE)
        url = postgres.url(_DATABASE)
        migrations.upgrade(url)
        variables = {"DATABASE_URL": url, "LOG_LEVEL": "WARNING"}
        with psycopg.connect(url, autocommit=True) as connection:
            _insert(report, connection)
            with (
                Child(function_process.serve, "purge", variables, _TIMEOUT_SECONDS) as function,
                Bystander(url, _UPDATED_STATE, _APPLICATION_NAME) as bystander,
            ):
                invocation = _invoke(report, function, connection)
            expired, fresh = _row(connection, _COUNT)
    figures = [
        Figure(what="expired intents left", measured=expired, budget=0),
        Figure(what="fresh intents lost", measured=_FRESH + bystander.inserted - fresh, budget=0),
        _locked("oldest transaction of the purge", bystander.longest_transaction),
        _locked("longest insert meanwhile", bystander.longest_insert),
        _locked("longest update meanwhile", bystander.longest_update),
        Figure(what="inserts meanwhile", measured=bystander.inserted),
        Figure(what="time of the purge", measured=invocation.seconds, unit="s"),
        Figure(
            what="its own processor time",
            measured=invocation.cpu_seconds,
            unit="s",
            reference=invocation.seconds,
            compared_with="time of the purge",
        ),
    ]
    report.table(f"purge, {_EXPIRED:,} expired intents", figures)


def _insert(report: Report, connection: psycopg.Connection) -> None:
    report.say(f"[dim]· inserting {_EXPIRED:,} expired and {_FRESH:,} fresh intents[/]")
    connection.execute(_INSERT_EXPIRED, (_EXPIRED,))
    connection.execute(_INSERT_FRESH, (_FRESH,))
    # What autovacuum would have done long ago must not happen while something is timed.
    connection.execute("VACUUM (ANALYZE) install_intents")


def _invoke(report: Report, function: Child, connection: psycopg.Connection) -> Invocation:
    with report.stage("purging", _EXPIRED) as advance:
        function.send({})
        while not function.has_answered(within=_LOOK_SECONDS):
            advance(_row(connection, _DELETED)[0])
    invocation: Invocation = function.receive()
    return invocation


def _row(connection: psycopg.Connection, query: LiteralString) -> tuple[int, ...]:
    """The first row; these queries always have one."""
    return next(iter(connection.execute(query)))


def _locked(what: str, seconds: float) -> Figure:
    return Figure(what=what, measured=seconds * _MILLISECONDS, unit="ms", budget=_LOCKED_BUDGET_MS)
