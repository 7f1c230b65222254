"""Steps in which a member looks after his own clips."""

from clipsaver.demo import catalogue
from clipsaver.demo.report import Report
from clipsaver.demo.stage import Stage
from clipsaver.emulator import component_rules, messages
from clipsaver.emulator.interaction_record import Interaction


def hide_and_delete(stage: Stage, report: Report) -> None:
    """Use /clips mine: hide one, delete one."""
    act = stage.discord.interactions
    shown = act.command(stage.arcade, stage.linus, "clips mine")
    report.quote("Linus", shown.text)
    hidden = act.click(shown, stage.linus, _button(stage, shown, "hide", "plain.mp4"))
    report.check("a clip of his can be hidden", "Hidden" in hidden.text, hidden.text)
    seen_by = [catalogue.search(stage, user, "plain") for user in (stage.ada, stage.linus)]
    report.check(
        "only he finds it then",
        ["plain.mp4" in found for found in seen_by] == [False, True],
        seen_by,
    )
    asked = act.click(hidden, stage.linus, _button(stage, hidden, "delete", "forum.mp4"))
    report.quote("Linus", asked.text)
    gone = act.click(asked, stage.linus, _button(stage, asked, "erase", "forum.mp4"))
    report.check("another is deleted after a question", "Deleted" in gone.text, gone.text)
    (post,) = stage.channel("How to wall-jump").history.all()
    again = act.message_command(stage.arcade, stage.ada, "Save clip", post)
    report.check("and cannot be saved again", "not saved again" in again.text, again.text)


def stop_saving(stage: Stage, report: Report) -> None:
    """Use /clips mine: take all along, and stop the saving."""
    act = stage.discord.interactions
    shown = act.command(stage.arcade, stage.linus, "clips mine")
    export = act.click(shown, stage.linus, "clips_mine:export")
    export.wait_for_edit()
    files = export.message.attachments if export.message else []
    report.check("his clips come as a file", len(files) == 1, export.text)
    asked = act.click(shown, stage.linus, "clips_mine:stop")
    report.quote("Linus", asked.text)
    stopped = act.click(asked, stage.linus, "clips_mine:opt_out")
    unwanted = stage.channel("clips").post(stage.linus, "", [messages.video("unwanted.mp4")])
    refused = act.message_command(stage.arcade, stage.ada, "Save clip", unwanted)
    report.quote("Ada", refused.text)
    report.check("nothing more of his is saved", "wants none" in refused.text, stopped.text)
    act.click(stopped, stage.linus, "clips_mine:opt_in")


def _button(stage: Stage, shown: Interaction, action: str, name: str) -> str:
    """The button for a clip of this name."""
    ids = stage.rows(
        f"SELECT message_id, attachment_id FROM clips WHERE filename = '{name}'"  # noqa: S608 -- a name of this process
    )
    wanted = f"clips_mine:{action}:{ids[0][0]}:{ids[0][1]}:"
    components = component_rules.walk(shown.shown["components"] if shown.shown else [])
    found = [str(each["custom_id"]) for each in components if "custom_id" in each]
    return next(each for each in found if each.startswith(wanted))
