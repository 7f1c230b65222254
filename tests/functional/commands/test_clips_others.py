"""`/clips random`, `/clips stats`, and the games that complete themselves."""

import time
from datetime import UTC, datetime

from clipsaver.emulator import messages
from clipsaver.emulator.channels import Channel
from clipsaver.emulator.people import User
from tests.functional.commands import gallery
from tests.functional.commands.gallery import GET_MESSAGE, catalogue, look
from tests.functional.commands.stage import Stage

TAKEN = datetime(2026, 11, 20, tzinfo=UTC)
ANOTHER = "Another one"


def post(stage: Stage, where: str | Channel, name: str, game: str | None = None) -> None:
    channel = stage.channel(where) if isinstance(where, str) else where
    clip = messages.clip(name, taken_at=TAKEN, game=game)
    catalogue(stage, channel.post(stage.ada, "", [clip]))


def suggested(stage: Stage, user: User, typed: str) -> list[str]:
    used = stage.act.autocomplete(
        stage.arcade, user, "clips search", {"game": typed}, channel=stage.channel("clips")
    )
    assert not used.failed, used.problem
    return [choice["value"] for choice in used.choices]


def test_chance_shows_any_clip_that_is_open_and_another_one_on_a_click(stage: Stage) -> None:
    for number in range(3):
        post(stage, "clips", f"clip{number}.mp4")
    post(stage, "staff", "staff.mp4")
    drawn = look(stage, stage.linus, "random")
    seen = set(drawn.names)
    for _ in range(40):
        drawn = gallery.turn(stage, drawn, stage.linus, ANOTHER)
        assert len(drawn.names) == len(drawn.media) == 1
        seen |= set(drawn.names)
    assert seen == {f"clip{number}.mp4" for number in range(3)}


def test_chance_passes_over_what_is_gone(stage: Stage) -> None:
    for number in range(4):
        post(stage, "clips", f"clip{number}.mp4")
    for message in stage.channel("clips").history.all()[-3:]:
        stage.channel("clips").delete_message(message)
    assert look(stage, stage.linus, "random").names == ["clip0.mp4"]


def test_chance_is_not_held_up_by_private_threads(stage: Stage) -> None:
    for number in range(40):
        post(stage, "Judges", f"verdict{number}.mp4")
    post(stage, "clips", "open.mp4")
    assert look(stage, stage.linus, "random").names == ["open.mp4"]


def test_chance_can_be_narrowed_and_may_find_nothing(stage: Stage) -> None:
    post(stage, "clips", "chess.mp4", "Chess")
    post(stage, "clips", "other.mp4")
    assert look(stage, stage.linus, "random", game="chess").names == ["chess.mp4"]
    nothing = look(stage, stage.linus, "random", author=stage.linus)
    assert "I found no clips that you can see." in nothing.text
    assert nothing.buttons == {}


def test_numbers_count_what_somebody_may_see(stage: Stage) -> None:
    post(stage, "clips", "one.mp4", "Chess")
    post(stage, "news", "two.mp4", "Chess")
    post(stage, "clips", "three.mp4", "Go_ban")
    post(stage, "staff", "secret.mp4", "Secret")
    told = look(stage, stage.linus, "stats").text
    assert "**3** clips by **1** people, since <t:" in told
    assert "In the last 30 days: **3**" in told
    assert "Length: **1:00**" in told
    assert f"1. <@{stage.ada.id}> · 3" in told
    assert "1. Chess · 2\n2. Go_ban · 1" in told
    assert "Secret" not in told
    assert stage.discord.requests.count(GET_MESSAGE) == 0


def test_where_there_is_nothing_no_numbers_are_told(stage: Stage) -> None:
    assert look(stage, stage.linus, "stats").text == "I found no clips that you can see."


def test_games_complete_themselves_from_what_somebody_may_see(stage: Stage) -> None:
    post(stage, "clips", "one.mp4", "Rocket League")
    post(stage, "news", "two.mp4", "rocket science")
    post(stage, "staff", "three.mp4", "Secret Rocket")
    post(stage, "after-dark", "four.mp4", "Wild Rocket")
    post(stage, "Judges", "five.mp4", "Private Rocket")
    assert suggested(stage, stage.linus, "ROCK") == ["Rocket League", "rocket science"]
    assert suggested(stage, stage.linus, "chess") == []
    requests = len(stage.discord.requests)
    assert len(suggested(stage, stage.linus, "")) == 2
    assert len(stage.discord.requests) == requests, "what was read a moment ago is read again"


def test_without_discord_there_are_no_suggestions_and_no_waiting(stage: Stage) -> None:
    post(stage, "clips", "one.mp4", "Chess")
    fault = stage.discord.faults.add("GET /guilds/{guild_id}/channels", delay=10)
    started = time.monotonic()
    assert suggested(stage, stage.linus, "ch") == []
    assert time.monotonic() - started < 2.5
    stage.discord.faults.remove(fault)
    assert suggested(stage, stage.linus, "ch") == ["Chess"]
