"""Whatever Discord does, no row is lost or wrongly removed, and the next sync puts things right."""

import pytest

from clipsaver.local.errors import FunctionFailed
from tests.functional.sync.fault_cases import CASES, Case, Outcome
from tests.functional.sync.stage import Stage, timeless

ARCADE_AS_IT_WAS = frozenset[Outcome]({"guild failed", "guild waits", "run pauses", "run failed"})
BASEMENT_SYNCED = frozenset[Outcome]({"unharmed", "guild failed", "guild waits"})


@pytest.fixture
def changed(stage: Stage) -> Stage:
    """A synced stage on which something has changed in both guilds since."""
    stage.sync()
    stage.clips.name = "clips, renamed"
    next(iter(stage.basement.channels.values())).name = "general, renamed"
    return stage


def run_disturbed(stage: Stage, case: Case) -> None:
    """Sync once, and look at how the run ended."""
    if case.outcome == "run failed":
        with pytest.raises(FunctionFailed) as failure:
            stage.sync()
        assert failure.value.error_type == case.error
        return
    summary = stage.sync()
    is_complete = case.outcome in {"unharmed", "guild failed"}
    assert summary["complete"] is is_complete
    failed = summary["guilds"]["failed"]
    assert failed >= 1 if case.outcome == "run pauses" else failed == (case.outcome != "unharmed")
    assert summary["guilds"]["left"] == summary["channels"]["deleted"] == 0


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_fault_loses_nothing(
    changed: Stage, case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    before = timeless(changed.database_url)
    case.disturb(changed)
    caplog.clear()
    run_disturbed(changed, case)
    arcade = changed.states()
    assert arcade.keys() == {
        "clips" if case.outcome in ARCADE_AS_IT_WAS else "clips, renamed",
        "screenshots",
        "Lobby",
        "Clip of the week",
    }
    assert set(arcade.values()) == {"visible"}
    if case.outcome in BASEMENT_SYNCED:
        assert changed.states(changed.basement) == {"general, renamed": "visible"}
    assert_told(changed, case, caplog)
    assert timeless(changed.database_url)["guild_settings"] == before["guild_settings"]
    assert_recovered(changed)


def assert_told(stage: Stage, case: Case, caplog: pytest.LogCaptureFixture) -> None:
    assert any(case.told in line for line in caplog.messages)
    reports = [line for line in caplog.messages if line.startswith("Failed to sync guild ")]
    match case.outcome:
        case "guild failed" | "guild waits":
            assert len(reports) == 1
            assert reports[0].startswith(f"Failed to sync guild {stage.arcade.id}: ")
            assert case.told in reports[0]
        case "run pauses":
            assert any(str(stage.arcade.id) in line for line in reports)
        case _:
            assert reports == []


def assert_recovered(stage: Stage) -> None:
    """The next run, when the fault is over, brings everything up to date."""
    stage.discord.faults.clear()
    # What the client knows of a pause or of a token outlives the fault, but not the environment.
    stage.forget_environment()
    summary = stage.sync()
    assert (summary["complete"], summary["guilds"]["failed"]) == (True, 0)
    assert stage.states() == dict.fromkeys(
        ("clips, renamed", "screenshots", "Lobby", "Clip of the week"), "visible"
    )
    assert stage.states(stage.basement) == {"general, renamed": "visible"}
