from urllib.parse import urlsplit

import httpx
import pytest

from clipsaver.emulator import messages
from clipsaver.emulator.channels import Channel
from clipsaver.emulator.messages import Attachment
from clipsaver.emulator.people import User
from clipsaver.emulator.world import World


@pytest.fixture
def clips(world: World, ada: User) -> Channel:
    clips = world.add_guild("Arcade", owner=ada).add_channel("clips")
    attachment = Attachment("my clip.mp4", 10, "video/mp4", content=b"0123456789")
    clips.post(ada, "", [attachment])
    return clips


@pytest.fixture
def link(bot: httpx.Client, clips: Channel) -> str:
    url: str = bot.get(f"/channels/{clips.id}/messages").json()[0]["attachments"][0]["url"]
    return url


def test_a_link_serves_the_file_without_any_token(link: str) -> None:
    answer = httpx.get(link, trust_env=False)

    assert (answer.status_code, answer.content) == (200, b"0123456789")
    assert answer.headers["Content-Type"] == "video/mp4"


@pytest.mark.parametrize(
    ("wanted", "served", "told"),
    [
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=5-99", b"56789", "bytes 5-9/10"),
    ],
)
def test_ranges_are_served(link: str, wanted: str, served: bytes, told: str) -> None:
    answer = httpx.get(link, headers={"Range": wanted}, trust_env=False)

    assert (answer.status_code, answer.content) == (206, served)
    assert answer.headers["Content-Range"] == told


def test_a_range_behind_the_end_is_refused(link: str) -> None:
    answer = httpx.get(link, headers={"Range": "bytes=10-"}, trust_env=False)

    assert answer.status_code == 416


def test_expired_unsigned_and_tampered_links_are_gone(world: World, link: str) -> None:
    unsigned, tampered = link.partition("?")[0], link.replace("&hm=", "&hm=0")
    for url in (unsigned, tampered):
        answer = httpx.get(url, trust_env=False)
        assert answer.status_code == 404
        assert answer.text == "This content is no longer available."

    world.clock.advance(86_401)

    assert httpx.get(link, trust_env=False).status_code == 404


def test_refreshed_links_work_again(bot: httpx.Client, world: World, link: str) -> None:
    world.clock.advance(86_401)

    answer = bot.post("/attachments/refresh-urls", json={"attachment_urls": [link]}).json()

    refreshed = answer["refreshed_urls"][0]
    assert refreshed["original"] == link
    assert httpx.get(refreshed["refreshed"], trust_env=False).status_code == 200


@pytest.mark.parametrize("number", [0, 51])
def test_no_more_than_fifty_links_are_refreshed(bot: httpx.Client, number: int) -> None:
    urls = {"attachment_urls": ["https://cdn.discordapp.com/attachments/1/2/a"] * number}

    assert bot.post("/attachments/refresh-urls", json=urls).json()["code"] == 50035


def test_files_go_with_their_message(clips: Channel, link: str) -> None:
    clips.delete_message(clips.history.all()[0])

    assert httpx.get(link, trust_env=False).status_code == 404


def test_a_clip_is_told_from_an_upload(bot: httpx.Client, world: World, ada: User) -> None:
    channel = world.add_guild("Arcade", owner=ada).add_channel("clips")
    taken = messages.clip("a.mp4", taken_at=world.clock.now(), participants=[ada], game="Chess")
    channel.post(ada, "", [taken, messages.video("b.mp4")])

    first, second = bot.get(f"/channels/{channel.id}/messages").json()[0]["attachments"]

    assert first["flags"] & 1
    assert first["application"]["name"] == "Chess"
    assert [user["username"] for user in first["clip_participants"]] == ["ada"]
    assert "flags" not in second
    assert urlsplit(first["url"]).path.startswith(f"/attachments/{channel.id}/")
