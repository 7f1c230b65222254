"""A dry run tells what a run would do, and writes nothing at all."""

from tests.functional.sync.stage import Stage


def test_a_dry_run_of_a_first_sync_writes_nothing(stage: Stage) -> None:
    before = stage.everything()
    summary = stage.sync({"dry_run": True})
    assert stage.everything() == before
    assert (summary["guilds"]["added"], summary["channels"]["added"]) == (2, 5)
    arcade = next(plan for plan in summary["plan"] if plan["name"] == "Arcade")
    assert (arcade["guild_id"], arcade["change"]) == (str(stage.arcade.id), "added")
    assert {entry["name"] for entry in arcade["channels"]} == {
        "clips",
        "screenshots",
        "Lobby",
        "Clip of the week",
    }


def test_a_dry_run_tells_every_kind_of_change_and_writes_nothing(stage: Stage) -> None:
    stage.sync()
    stage.clips.name = "best-clips"
    stage.arcade.delete_channel(stage.screenshots)
    stage.week.archive()
    stage.add_guild("Attic")
    stage.world.remove_bot(stage.basement)
    before = stage.everything()
    summary = stage.sync({"dry_run": True})
    assert stage.everything() == before
    assert summary["dry_run"] is True
    assert (summary["guilds"]["added"], summary["guilds"]["left"]) == (1, 1)
    plans = {plan["name"]: plan for plan in summary["plan"]}
    assert {entry["name"]: entry["change"] for entry in plans["Arcade"]["channels"]} == {
        "best-clips": "updated",
        "screenshots": "deleted",
        "Clip of the week": "archived",
    }
    done = stage.sync()
    for noun in ("guilds", "channels"):
        assert done[noun] == summary[noun]


def test_a_dry_run_of_some_guilds_writes_nothing(stage: Stage) -> None:
    stage.sync()
    stage.clips.name = "best-clips"
    stage.world.remove_bot(stage.basement)
    before = stage.everything()
    ids = [str(stage.arcade.id), str(stage.basement.id)]
    summary = stage.sync({"guild_ids": ids, "dry_run": True})
    assert stage.everything() == before
    assert (summary["channels"]["updated"], summary["guilds"]["left"]) == (1, 1)


def test_a_dry_run_goes_on_beside_a_run_that_writes(stage: Stage) -> None:
    stage.execute(
        "INSERT INTO leases VALUES ('sync', gen_random_uuid(), now() + interval '1 hour')"
    )
    assert stage.sync({"dry_run": True})["complete"]
