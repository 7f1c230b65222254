"""`/status`, for those who manage a server."""

from typing import Any

import pytest

from tests.functional.interactions.database import ELSEWHERE, HERE, Database
from tests.functional.interactions.function import Answer, Function


def _fields(answer: Answer) -> dict[str, str]:
    (embed,) = answer.message["embeds"]
    return {field["name"]: field["value"] for field in embed["fields"]}


def test_it_shows_channels_settings_and_the_last_sync(
    function: Function, database: Database
) -> None:
    database.synced_guild(HERE, "Arcade", "visible", "visible", "hidden", "archived", "deleted")
    database.sql("UPDATE bot_channels SET is_reading = false WHERE channel_id = %s", HERE + 1)
    answer = function.send("command")
    (embed,) = answer.message["embeds"]
    assert embed["title"] == "Clip Saver in Arcade"
    seconds = database.sql("SELECT floor(extract(epoch FROM synced_at)) AS at FROM bot_guilds")
    assert embed["description"] == f"Last synced <t:{seconds[0]['at']}:R>"
    assert _fields(answer)["Channels"].splitlines() == [
        "archived threads: **1**",
        "deleted: **1**",
        "hidden from me: **1**",
        "visible: **2**",
        "read for clips: **1**",
    ]
    assert _fields(answer)["Settings"].splitlines() == [
        "prefix: `!`",
        "auto_scan: `True`",
        "scan_nsfw: `False`",
        "max_file_size_mb: `100`",
        "keep_message_text: `True`",
    ]


def test_a_second_guild_never_shows(function: Function, database: Database) -> None:
    database.synced_guild(ELSEWHERE, "Secret Lair", "visible", "visible", "visible", "hidden")
    assert "not been synced yet" in function.send("command").sentence
    database.synced_guild(HERE, "Arcade", "visible")
    before = database.of_guild(ELSEWHERE)
    answer = function.send("command")
    assert "Secret Lair" not in str(answer.document)
    assert _fields(answer)["Channels"] == "visible: **1**\nread for clips: **1**"
    assert database.of_guild(ELSEWHERE) == before


def test_it_changes_nothing(function: Function, database: Database) -> None:
    database.synced_guild(HERE, "Arcade", "visible")
    before = database.everything()
    function.send("command")
    assert database.everything() == before


def test_a_guild_that_was_never_synced_is_told_so(function: Function, database: Database) -> None:
    assert "not been synced yet" in function.send("command").sentence
    database.guild(HERE)
    assert "not been synced yet" in function.send("command").sentence


def test_a_guild_that_just_invited_the_bot_again_is_told_to_wait_for_the_sync(
    function: Function, database: Database
) -> None:
    database.synced_guild(HERE, "Arcade", "visible", state="left")
    assert "not been synced yet" in function.send("command").sentence


def test_a_guild_without_channels_or_settings_is_shown_all_the_same(
    function: Function, database: Database
) -> None:
    database.synced_guild(HERE, "Arcade")
    database.sql("DELETE FROM guild_settings")
    fields = _fields(function.send("command"))
    assert fields["Channels"] == "none seen yet"
    assert "prefix: `!`" in fields["Settings"]


@pytest.mark.parametrize(
    ("stored", "shown", "told"),
    [
        ('{"prefix": "?", "own_key": [1]}', "prefix: `?`", []),
        ('{"prefix": "far too long"}', "prefix: `!`", ["prefix"]),
        ('{"auto_scan": "yes", "scan_nsfw": true}', "scan_nsfw: `True`", ["auto_scan"]),
        (
            '{"max_file_size_mb": 100000, "prefix": 1}',
            "prefix: `!`",
            ["prefix", "max_file_size_mb"],
        ),
        ("[]", "prefix: `!`", ["settings"]),
        ('"prefix"', "prefix: `!`", ["settings"]),
        ("null", "prefix: `!`", []),
    ],
)
def test_an_invalid_stored_setting_is_reported_and_has_its_default(
    function: Function, database: Database, stored: str, shown: str, told: list[str]
) -> None:
    database.synced_guild(HERE, "Arcade")
    database.sql("UPDATE guild_settings SET settings = %s::jsonb", stored)
    fields = _fields(function.send("command"))
    assert shown in fields["Settings"].splitlines()
    problems = fields["What is wrong, and how to fix it"].splitlines()
    warnings = [line for line in problems if line.startswith("⚠️")]
    assert [line.split()[1].strip("`") for line in warnings] == told


@pytest.mark.parametrize("name", ["x" * 5_000, "🎮" * 300, "@everyone", "<@1>`", "\u202e", " "])
def test_no_name_of_a_guild_breaks_the_answer(
    function: Function, database: Database, name: str
) -> None:
    database.synced_guild(HERE, name, "visible", "hidden", "archived", "deleted", "unknown")
    database.sql("""UPDATE guild_settings SET settings = '{"prefix": 1, "auto_scan": 1,
        "scan_nsfw": 1, "max_file_size_mb": true}'""")
    (embed,) = function.send("command").message["embeds"]
    _check_limits(embed)
    assert embed["title"].startswith(f"Clip Saver in {name}"[:200])


def _check_limits(embed: dict[str, Any]) -> None:
    """Discord docs, Embed Limits."""
    assert 0 < len(embed["title"]) <= 256
    assert 0 < len(embed["description"]) <= 4096
    for field in embed["fields"]:
        assert 0 < len(field["name"]) <= 256
        assert 0 < len(field["value"]) <= 1024
    texts = [text for field in embed["fields"] for text in (field["name"], field["value"])]
    assert sum(map(len, [embed["title"], embed["description"], *texts])) <= 6000
