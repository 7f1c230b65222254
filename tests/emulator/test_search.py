import httpx
import pytest

from clipsaver.emulator import messages
from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.people import User
from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.world import World


@pytest.fixture
def guild(discord: DiscordServer, world: World, ada: User) -> Guild:
    discord.search.rounds = 0
    return world.add_guild("Arcade", owner=ada)


def _search(bot: httpx.Client, guild: Guild, query: str = "") -> httpx.Response:
    return bot.get(f"/guilds/{guild.id}/messages/search?{query}")


def test_the_index_is_built_when_first_asked(
    bot: httpx.Client, discord: DiscordServer, guild: Guild
) -> None:
    discord.search.rounds = 2

    assert [_search(bot, guild).status_code for _ in range(3)] == [202, 202, 200]


def test_only_readable_channels_are_searched(bot: httpx.Client, guild: Guild, ada: User) -> None:
    guild.add_channel("clips").post(ada, "", [messages.video()])
    guild.add_channel("staff", private_to=[]).post(ada, "", [messages.video()])
    guild.add_channel("late", nsfw=True).post(ada, "", [messages.video()])

    assert _search(bot, guild, "has=video").json()["total_results"] == 1
    assert _search(bot, guild, "has=video&include_nsfw=true").json()["total_results"] == 2
    assert _search(bot, guild, "has=-video").json()["total_results"] == 0


def test_deleted_messages_make_pages_short(bot: httpx.Client, guild: Guild, ada: User) -> None:
    clips = guild.add_channel("clips")
    posted = [clips.post(ada, f"clip {number}") for number in range(6)]
    clips.delete_message(posted[4])

    first = _search(bot, guild, "limit=3").json()
    second = _search(bot, guild, "limit=3&offset=3").json()

    assert [hit["content"] for (hit,) in first["messages"]] == ["clip 5", "clip 3"]
    assert [hit["content"] for (hit,) in second["messages"]] == ["clip 2", "clip 1", "clip 0"]
    assert first["total_results"] == 6


def test_filters_narrow_the_result(bot: httpx.Client, guild: Guild, ada: User) -> None:
    clips, other = guild.add_channel("clips"), guild.add_channel("other")
    first = clips.post(ada, "Great SAVE", [messages.video("a.mov")])
    clips.post(ada, "great ace", [messages.video("b.mp4")])
    other.post(ada, "great talk")

    def found(query: str) -> list[str]:
        hits = _search(bot, guild, query).json()["messages"]
        return [hit["content"] for (hit,) in hits]

    assert found("content=save") == ["Great SAVE"]
    assert found("attachment_extension=mp4") == ["great ace"]
    assert found(f"channel_id={other.id}") == ["great talk"]
    assert found(f"max_id={first.id}") == []
    assert found("sort_order=asc")[0] == "Great SAVE"


@pytest.mark.parametrize("query", ["limit=26", "offset=9976", "has=nonsense", "max_id=x"])
def test_wrong_queries_are_refused(bot: httpx.Client, guild: Guild, query: str) -> None:
    assert _search(bot, guild, query).json()["code"] == 50035


def test_search_takes_the_intent(bot: httpx.Client, world: World, guild: Guild) -> None:
    world.application.flags = 0

    assert _search(bot, guild).status_code == 403
