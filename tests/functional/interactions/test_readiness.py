"""`/health` and `/ready`."""

from types import SimpleNamespace

import pytest

from functions.interactions.routes import ready
from functions.shared import release
from tests import factories
from tests.functional.interactions.conftest import NewFunction
from tests.functional.interactions.database import Database
from tests.functional.interactions.function import Function


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The time that readiness goes by."""
    time = SimpleNamespace(now=1_000.0)
    monkeypatch.setattr(ready, "time", SimpleNamespace(monotonic=lambda: time.now))
    return time


def _succeeded(database: Database, job: str, **ago: float) -> None:
    database.sql("DELETE FROM job_runs WHERE job = %s", job)
    database.insert("job_runs", job=job, last_succeeded_at=factories.ago(**ago))


def test_health_needs_nothing_but_the_process(
    new_function: NewFunction, database: Database
) -> None:
    function = new_function()
    answer = function.get("/health")
    assert (answer.status, answer.document) == (200, {"status": "ok"})
    assert database.connections() == 0
    assert new_function(DATABASE_URL=None, BOT_TOKEN=None).get("/health").status == 200


def test_ready_has_an_entry_for_each_check(function: Function, database: Database) -> None:
    _succeeded(database, "sync", minutes=10)
    _succeeded(database, "purge", minutes=10)
    answer = function.get("/ready")
    assert answer.status == 200
    assert answer.media_type == "application/json"
    assert answer.document == {
        "status": "ok",
        "release": release.RELEASE,
        "checks": {
            "variables": "ok",
            "bot_token": "ok",
            "settings": "ok",
            "database": "ok",
            "schema": "ok",
            "sync": "ok",
            "purge": "ok",
        },
    }


def test_jobs_are_never_ok_or_late_and_decide_nothing(
    function: Function, database: Database, clock: SimpleNamespace
) -> None:
    seen = []
    ages: tuple[dict[str, float], ...] = (
        {},
        {"minutes": 59},
        {"minutes": 61},
        {"minutes": 119},
        {"minutes": 121},
    )
    for ago in ages:
        for job in ("sync", "purge"):
            if ago:
                _succeeded(database, job, **ago)
        answer = function.get("/ready")
        assert answer.status == 200
        seen.append((answer.document["checks"]["sync"], answer.document["checks"]["purge"]))
        clock.now += ready.KEPT_SECONDS
    assert seen == [
        ("never", "never"), ("ok", "ok"), ("late", "ok"), ("late", "ok"), ("late", "late")
    ]  # fmt: skip


def test_a_job_that_only_started_never_succeeded(function: Function, database: Database) -> None:
    database.insert("job_runs", job="sync", last_started_at=factories.ago(minutes=1))
    assert function.get("/ready").document["checks"]["sync"] == "never"


def test_the_answer_is_kept_for_five_seconds(
    function: Function, database: Database, clock: SimpleNamespace
) -> None:
    kept = function.get("/ready").document
    _succeeded(database, "sync", minutes=1)
    clock.now += 4.9
    assert function.get("/ready").document == kept
    clock.now += 0.1
    assert function.get("/ready").document["checks"]["sync"] == "ok"


def test_probes_without_pause_are_one_question_to_the_database(
    function: Function, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(50):
        assert function.get("/ready").status == 200
    assert capfd.readouterr().out.count("Database operation: select_ages") == 1


def test_what_is_wrong_with_the_database_is_not_told_to_the_public(
    new_function: NewFunction,
) -> None:
    url = "postgresql://secret_user:secret_password@127.0.0.1:1/secret_name"
    answer = new_function(DATABASE_URL=url).get("/ready")
    assert answer.status == 503
    assert answer.document["checks"]["database"] == "unreachable"
    assert "secret" not in str(answer.document)
