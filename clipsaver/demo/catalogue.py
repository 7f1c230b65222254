"""Steps of the catalogue: what members post is found by who may see it, and by nobody else."""

import re
from functools import partial
from typing import Final

from clipsaver.demo import posts
from clipsaver.demo.posts import EVERYBODY, Post
from clipsaver.demo.report import Report
from clipsaver.demo.stage import Stage
from clipsaver.emulator import component_rules
from clipsaver.emulator.interaction_record import Interaction
from clipsaver.emulator.people import User

_NEXT: Final = "▶"
"""What the button for the next page ends with."""


def find_clips(stage: Stage, report: Report) -> None:
    """Post clips of every kind; one sync later, three members search for them."""
    posted = posts.post_all(stage)
    wanted = {post.name for post in posted if post.found_by}
    stage.stack.sync.invoke({})
    names = ", ".join(f"'{name}'" for name in sorted(wanted))
    stage.wait_for(
        f"SELECT 1 FROM clips WHERE filename IN ({names}) AND guild_id = {stage.arcade.id} "  # noqa: S608 -- names of this process
        f"HAVING count(*) = {len(wanted)}"
    )
    people = dict(zip(EVERYBODY, (stage.ada, stage.grace, stage.linus), strict=True))
    found = {name: search(stage, user, posts.WORD) for name, user in people.items()}
    report.table(
        "/clips search showcase",
        ("posted", *EVERYBODY, "because"),
        [
            (
                post.name,
                *("✓" if post.name in found[name] else "" for name in EVERYBODY),
                post.reason,
            )
            for post in posted
        ],
    )
    for post in posted:
        finders = tuple(name for name in EVERYBODY if post.name in found[name])
        whom = " and ".join(post.found_by) or "nobody"
        report.check(f"{post.name} is found by {whom}", finders == post.found_by, finders)
    _tell_refusals(stage, report, posted)
    _delete_one(stage, report, next(post for post in posted if post.name == "oops.mp4"))


def _tell_refusals(stage: Stage, report: Report, posted: list[Post]) -> None:
    """What was not saved is not saved for the reason in the table."""
    act = stage.discord.interactions
    told = {
        post.name: act.message_command(stage.arcade, stage.linus, "Save clip", post.message).text
        for post in posted
        if post.name in ("huge.mp4", "cat.png")
    }
    for text in told.values():
        report.quote("Linus, who tries to save it,", text)
    report.check("huge.mp4 is too large", "150 MB" in told["huge.mp4"], told)
    report.check("cat.png is no video", "not a video" in told["cat.png"], told)
    known = dict(stage.rows("SELECT name, is_reading FROM bot_channels WHERE is_nsfw"))
    report.check("after-dark is not read", known == {"after-dark": False}, known)
    staff = stage.rows("SELECT 1 FROM bot_channels WHERE name = 'staff'")
    report.check("of staff the bot does not even know the name", staff == [], staff)


def _delete_one(stage: Stage, report: Report, post: Post) -> None:
    """Delete the message of a clip: it is gone for everybody, and for good."""
    stage.channel("clips").delete_message(post.message)
    found = search(stage, stage.linus, posts.WORD)
    report.check(f"{post.name}, deleted since, is no longer found", post.name not in found, found)
    reason = stage.rows(
        f"SELECT reason FROM clip_tombstones WHERE message_id = {post.message.id}"  # noqa: S608 -- an id of this process
    )
    report.check("and nothing brings it back", reason == [("message_deleted",)], reason)


def search(stage: Stage, user: User, text: str) -> str:
    """Every word that somebody reads on all pages of a search."""
    shown = stage.discord.interactions.command(
        stage.arcade, user, "clips search", {"text": text}, channel=stage.channel("clips")
    )
    shown.wait_for_edit()
    pages = [shown.text]
    while following := _following(shown):
        before = shown.text
        shown = stage.discord.interactions.click(shown, user, following)
        shown.wait(partial(_is_another, before))
        pages.append(shown.text)
    return re.sub(r"\\(.)", r"\1", "\n".join(pages))


def _is_another(page: str, shown: Interaction) -> bool:
    return shown.text != page


def _following(shown: Interaction) -> str | None:
    """The button for the next page, if there is one."""
    components = component_rules.walk(shown.shown["components"] if shown.shown else [])
    labelled = (each for each in components if str(each.get("label", "")).endswith(_NEXT))
    return next((str(each["custom_id"]) for each in labelled if not each.get("disabled")), None)
