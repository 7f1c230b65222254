from typing import Any

import httpx
import pytest

from clipsaver.emulator.people import User
from clipsaver.emulator.server import DiscordServer
from clipsaver.emulator.world import World

_STATUS = {"name": "status", "description": "How things are"}
_FIND = {"name": "find", "description": "Find clips"}


@pytest.fixture
def base(discord: DiscordServer) -> str:
    return f"/applications/{discord.world.application.id}/commands"


def test_a_new_command_is_201_and_a_repeated_one_200(bot: httpx.Client, base: str) -> None:
    created, repeated = bot.post(base, json=_STATUS), bot.post(base, json=_STATUS)

    assert (created.status_code, repeated.status_code) == (201, 200)
    assert created.json()["id"] == repeated.json()["id"]


def test_what_stays_the_same_in_bulk_keeps_id_and_version(bot: httpx.Client, base: str) -> None:
    status, find = bot.put(base, json=[_STATUS, _FIND]).json()

    same, changed = bot.put(base, json=[_STATUS, _FIND | {"description": "Seek"}]).json()
    renamed = bot.put(base, json=[_STATUS | {"id": status["id"], "name": "health"}]).json()

    assert (same["id"], same["version"]) == (status["id"], status["version"])
    assert changed["id"] == find["id"]
    assert changed["version"] != find["version"]
    assert [(each["id"], each["name"]) for each in renamed] == [(status["id"], "health")]
    assert bot.put(base, json=[]).json() == []


@pytest.mark.parametrize(
    ("command", "where", "code"),
    [
        ({"name": "status"}, "description", "BASE_TYPE_REQUIRED"),
        ({"description": "x"}, "name", "BASE_TYPE_REQUIRED"),
        (_STATUS | {"name": "Status"}, "name", "APPLICATION_COMMAND_INVALID_NAME"),
        (_STATUS | {"name": "two words"}, "name", "APPLICATION_COMMAND_INVALID_NAME"),
        (_STATUS | {"description": "x" * 101}, "description", "BASE_TYPE_BAD_LENGTH"),
        (
            {"name": "Save clip", "type": 3, "description": "x"},
            "description",
            "APPLICATION_COMMAND_INVALID_DESCRIPTION",
        ),
    ],
)
def test_wrong_commands_are_refused(
    bot: httpx.Client, base: str, command: dict[str, Any], where: str, code: str
) -> None:
    body = bot.post(base, json=command).json()

    assert body["code"] == 50035
    assert body["errors"][where]["_errors"][0]["code"] == code


def test_options_are_checked(bot: httpx.Client, base: str) -> None:
    option = {"type": 3, "name": "game", "description": "Which", "choices": []}
    late = option | {"name": "player", "required": True}
    too_many = option | {"choices": [{"name": "a", "value": "a"}] * 26}

    order = bot.post(base, json=_FIND | {"options": [option, late]}).json()
    choices = bot.post(base, json=_FIND | {"options": [too_many]}).json()
    twice = bot.post(base, json=_FIND | {"options": [option, option]}).json()

    assert "REQUIRED_INVALID" in str(order["errors"]["options"])
    assert "BAD_LENGTH" in str(choices["errors"]["options"]["0"]["choices"])
    assert "NAME_ALREADY_EXISTS" in str(twice["errors"]["options"])


def test_one_wrong_command_refuses_the_whole_list(bot: httpx.Client, base: str) -> None:
    wrong = bot.put(base, json=[_STATUS, _FIND | {"name": "!"}]).json()
    double = bot.put(base, json=[_STATUS, _STATUS]).json()
    too_large = [_STATUS | {"options": _many_options()}]

    assert "1" in wrong["errors"]
    assert double["errors"]["_errors"][0]["code"] == "APPLICATION_COMMANDS_DUPLICATE_NAME"
    assert "TOO_LARGE" in str(bot.put(base, json=too_large).json())
    assert bot.get(base).json() == []


def test_a_scope_holds_a_hundred_commands_and_takes_two_hundred_a_day(
    bot: httpx.Client, base: str, world: World
) -> None:
    def commands(number: int, prefix: str) -> list[dict[str, str]]:
        return [{"name": f"{prefix}{index}", "description": "x"} for index in range(number)]

    assert bot.put(base, json=commands(101, "a")).json()["code"] == 30032
    assert bot.put(base, json=commands(100, "a")).status_code == 200
    assert bot.put(base, json=commands(100, "b")).status_code == 200
    assert bot.put(base, json=commands(1, "c")).json()["code"] == 30034
    assert bot.put(base, json=commands(100, "b")).status_code == 200

    world.clock.advance(86_400)

    assert bot.put(base, json=commands(1, "c")).status_code == 200


def test_guild_commands_are_a_scope_of_their_own(
    bot: httpx.Client, base: str, world: World, ada: User
) -> None:
    guild = world.add_guild("Arcade", owner=ada)
    scoped = base.replace("/commands", f"/guilds/{guild.id}/commands")
    bot.post(base, json=_STATUS)

    assert bot.get(scoped).json() == []
    assert bot.post(scoped, json=_STATUS).json()["guild_id"] == str(guild.id)
    world.remove_bot(guild)
    assert bot.get(scoped).json()["code"] == 50001


def test_unknown_commands_and_foreign_applications(bot: httpx.Client, base: str) -> None:
    assert bot.get(f"{base}/5").json()["code"] == 10063
    assert bot.get("/applications/5/commands").json()["code"] == 10002


def _many_options() -> list[dict[str, Any]]:
    choices = [{"name": "n" * 100, "value": f"{index:0100}"} for index in range(25)]
    return [
        {"type": 3, "name": f"o{index}", "description": "x", "choices": choices}
        for index in range(2)
    ]
