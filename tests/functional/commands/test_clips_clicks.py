"""Buttons below clips: what they carry names things, and opens nothing."""

import copy
from datetime import UTC, datetime, timedelta

import pytest

from clipsaver.emulator import messages
from clipsaver.local.lambda_environment import LambdaEnvironment
from functions.shared import searches, snowflakes
from functions.shared.searches import Place, Search
from tests.functional.commands import gallery
from tests.functional.commands.gallery import MEMBERSHIP, catalogue, look
from tests.functional.commands.stage import Stage, told

NEXT = "Next ▶"
OUTDATED = "This button is from an older version; run the command again."


@pytest.fixture
def first(stage: Stage) -> gallery.Gallery:
    """Linus's first page of six clips."""
    for number in range(6):
        message = stage.channel("clips").post(stage.ada, "", [messages.video(f"clip{number}.mp4")])
        catalogue(stage, message)
    return look(stage, stage.linus)


@pytest.mark.parametrize(
    "custom_id",
    [
        "clips_search", "clips_search:", "clips_search::", "clips_search:x", "clips_search:AAAA:1",
        "clips_search:" + "A" * 87, "clips_search:ä", "clips_random", "clips_random:%00",
        "clips_stats:AAAA", "clips_search:../../etc", "clips_search:AAEAAAAA",
    ],
)  # fmt: skip
def test_a_forged_button_is_told_to_be_outdated(
    stage: Stage, first: gallery.Gallery, custom_id: str
) -> None:
    sent = stage.act.click(first.used, stage.linus, first.buttons[NEXT])
    stage.work()
    data = copy.deepcopy(sent.payload["data"]) | {"custom_id": custom_id}
    assert told(stage.send_again(sent, data=data)) == OUTDATED
    assert not stage.messages()


def forged(stage: Stage, search: Search, place: Place | None) -> str:
    """What Linus is shown after he pressed a button with a made-up search."""
    first = look(stage, stage.linus)
    sent = stage.act.click(first.used, stage.linus, first.buttons[NEXT])
    stage.work()
    custom_id = f"clips_search:{searches.pack(search, place)}"
    data = copy.deepcopy(sent.payload["data"]) | {"custom_id": custom_id}
    # The token is the interaction's own: the answer appears where the button was.
    assert stage.send_again(sent, data=data).json() == {"type": 6}
    return gallery.shown(stage, sent).text


@pytest.mark.parametrize(
    "place", [None, Place(0, 0), Place((1 << 63) - 1, (1 << 63) - 1), Place(5, 7, 0.0, "backwards")]
)
def test_a_made_up_place_shows_no_more_than_a_search(
    stage: Stage, first: gallery.Gallery, place: Place | None
) -> None:
    staff = stage.channel("staff")
    (evidence,) = staff.history.all()
    catalogue(stage, evidence)
    shown = forged(stage, Search(), place)
    assert "ban-evidence" not in shown


def test_ids_of_another_server_find_nothing(stage: Stage, first: gallery.Gallery) -> None:
    general = stage.channel("general", stage.basement)
    (speedrun,) = general.history.all()
    catalogue(stage, speedrun)
    elsewhere = stage.rows.of_guild(stage.basement.id)
    for search in (Search(channel_id=general.id), Search("speedrun"), Search(channel_id=1)):
        assert "I found no clips" in forged(stage, search, Place(speedrun.id + 1, 0))
    assert stage.rows.of_guild(stage.basement.id) == elsewhere


def test_a_search_that_no_button_can_carry_says_so(stage: Stage, first: gallery.Gallery) -> None:
    del first
    long = " ".join(f"clip{number % 6}" for number in range(40))
    text = "clip " * 10 + "mp4 ada " * 6
    found = look(stage, stage.linus, text=text, author=stage.ada)
    assert len(found.names) == 5
    assert found.buttons == {}
    assert "Shorten the search to turn pages." in found.text
    assert look(stage, stage.linus, text=long + "x" * 5_000).names == []


def test_a_job_that_waited_for_more_than_half_a_minute_asks_who_the_member_is_now(
    stage: Stage, first: gallery.Gallery
) -> None:
    moderators = stage.arcade.add_role("Moderators")
    vault = stage.arcade.add_channel("vault", private_to=[moderators])
    catalogue(stage, vault.post(stage.ada, "", [messages.video("vault.mp4")]))
    old = snowflakes.least_at(datetime.now(UTC) - timedelta(seconds=61))
    sent = stage.act.click(first.used, stage.linus, first.buttons[NEXT])
    stage.work()
    late = copy.deepcopy(sent.payload) | {"id": str(old + 5)}
    late["member"]["roles"] = [str(moderators.id)]
    late["data"]["custom_id"] = f"clips_search:{searches.pack(Search())}"
    stage.discord.requests.clear()
    assert stage.act.send(late).json() == {"type": 6}
    shown = gallery.shown(stage, sent)
    assert stage.discord.requests.count("GET /guilds/{guild_id}/members/{user_id}") == 1
    assert shown.names == [f"clip{number}.mp4" for number in (5, 4, 3, 2, 1)]


def test_who_was_put_out_of_a_private_thread_turns_no_page_of_it(stage: Stage) -> None:
    judges, bot = stage.channel("Judges").thread, stage.world.application.bot
    assert judges
    grace = stage.user("grace")
    judges.add_member(bot)
    for number in range(6):
        catalogue(stage, judges.post(stage.ada, "", [messages.video(f"verdict{number}.mp4")]))
    first = look(stage, grace)
    assert len(first.names) == 5
    judges.remove_member(grace)
    stage.forget()
    assert gallery.turn(stage, first, grace, NEXT).names == []
    assert stage.discord.requests.count(MEMBERSHIP) == 2


def test_a_database_that_is_down_is_told_in_place_of_the_page(
    stage: Stage, first: gallery.Gallery
) -> None:
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing?sslmode=disable"}
    used = stage.act.click(first.used, stage.linus, first.buttons[NEXT])
    working = stage.jobs
    with LambdaEnvironment("jobs", stage.variables | nowhere, timeout_seconds=60) as stage.jobs:
        assert "I cannot reach my database" in gallery.shown(stage, used).text
    stage.jobs = working
    assert len(look(stage, stage.linus).names) == 5
