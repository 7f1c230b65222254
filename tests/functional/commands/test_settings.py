"""`/settings`: the panel, the form, saving, resetting, undoing; for a server and for a channel."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from clipsaver.emulator.interaction_record import Interaction
from clipsaver.emulator.offers import NotOffered
from tests.factories import Rows
from tests.functional.commands.stage import WHOLE_GUILD, Stage

SIZE = "max_file_size_mb"
UNACCEPTABLE: tuple[tuple[str, str | list[str], str], ...] = (
    (SIZE, "lots", "must be a whole number from 1 to 500; `lots` is not. Nothing was changed."),
    (SIZE, "0", "from 1 to 500; `0` is not"),
    (SIZE, "501", "from 1 to 500; `501` is not"),
    (SIZE, "-1", "from 1 to 500; `-1` is not"),
    (SIZE, "1.5", "from 1 to 500; `1.5` is not"),
    (SIZE, "9" * 4_000, "from 1 to 500; `999"),
    (SIZE, "\N{ARABIC-INDIC DIGIT THREE}", "from 1 to 500"),
    ("prefix", "too long", "must have 1 to 5 characters; `too long` does not. Nothing was changed"),
    ("prefix", "`" * 6, "must have 1 to 5 characters"),
    ("prefix", "a\nb", "must have 1 to 5 characters"),
    ("auto_scan", ["maybe"], "must be on or off; `maybe` is neither. Nothing was changed."),
)


def fields(shown: Interaction) -> dict[str, str]:
    assert shown.shown is not None
    (embed,) = shown.shown["embeds"]
    return {field["name"]: field["value"] for field in embed["fields"]}


def outcome(shown: Interaction) -> str:
    """What has just happened, as the panel begins with it."""
    assert shown.shown is not None
    return str(shown.shown["embeds"][0]["description"]).splitlines()[0]


def recorded(rows: Rows) -> list[tuple[Any, ...]]:
    return rows.connection.execute(
        "SELECT guild_id, channel_id, key, old_value, new_value, changed_by, undone_by,"
        " undone_at IS NOT NULL FROM setting_changes ORDER BY id"
    ).fetchall()


def edit(stage: Stage, key: str, value: str | list[str], channel: str = WHOLE_GUILD) -> Interaction:
    """Open the panel, choose a setting, and enter a value."""
    options = None if channel == WHOLE_GUILD else {"channel": channel}
    shown = stage.command("settings", options)
    return stage.enter(stage.click(shown, f"settings:edit:{channel}", (key,)), value)


def test_the_panel_tells_each_value_and_where_it_comes_from(stage: Stage) -> None:
    stage.rows.sql(
        """UPDATE guild_settings SET settings = '{"prefix": "?", "own": 1}' WHERE guild_id = %s""",
        stage.arcade.id,
    )
    shown = stage.command("settings")
    assert fields(shown) == {
        "For typed commands; there are none so far": "`?` · this server",
        "Read new channels for clips": "`on` · default",
        "Read age-restricted channels too": "`off` · default",
        "Largest file to save, in MB": "`100` · default",
        "Keep the text of messages with clips": "`on` · default",
    }
    assert "Settings of Arcade" in shown.text


def test_the_panel_of_a_channel_tells_what_it_has_from_the_server(stage: Stage) -> None:
    clips = stage.channel("clips")
    edit(stage, SIZE, "50")
    shown = stage.command("settings", {"channel": str(clips.id)})
    assert "Settings of #clips" in shown.text
    assert fields(shown) == {
        "Read this channel for clips": "`on` · this channel",
        "Largest file to save, in MB": "`50` · this server",
    }
    shown = edit(stage, SIZE, "20", str(clips.id))
    assert fields(shown)["Largest file to save, in MB"] == "`20` · this channel"
    assert stage.settings()[SIZE] == 50


@pytest.mark.parametrize(
    ("key", "entered", "stored", "told"),
    [
        (SIZE, "50", 50, "✅ `max_file_size_mb` is now `50`."),
        (SIZE, " 500 ", 500, "✅ `max_file_size_mb` is now `500`."),
        ("prefix", "$$", "$$", "✅ `prefix` is now `$$`."),
        ("auto_scan", ["off"], False, "✅ `auto_scan` is now `off`."),
        ("scan_nsfw", ["on"], True, "✅ `scan_nsfw` is now `on`."),
    ],
)
def test_what_is_entered_is_stored_recorded_and_shown_where_the_panel_was(
    stage: Stage, key: str, entered: Any, stored: Any, told: str
) -> None:
    elsewhere = stage.rows.of_guild(stage.basement.id)
    before = stage.settings()
    shown = stage.command("settings")
    saved = stage.enter(stage.click(shown, "settings:edit:0", (key,)), entered)
    assert saved.message is shown.message
    assert outcome(saved) == told
    assert f"Last change: `{key}` by <@{stage.ada.id}>" in saved.text
    assert stage.settings() == before | {key: stored}
    assert recorded(stage.rows) == [
        (stage.arcade.id, None, key, before[key], stored, stage.ada.id, None, False)
    ]
    assert stage.rows.of_guild(stage.basement.id) == elsewhere


def test_what_cannot_be_is_explained_and_changes_nothing(stage: Stage) -> None:
    before = stage.stored()
    for key, entered, told in UNACCEPTABLE:
        answer = edit(stage, key, entered)
        assert told in answer.text, entered
        assert f"`{key}`" in answer.text
        assert len(answer.text) < 300
    assert stage.stored() == before


def test_an_empty_value_goes_back_to_the_default(stage: Stage) -> None:
    edit(stage, SIZE, "50")
    assert outcome(edit(stage, SIZE, "")) == "✅ `max_file_size_mb` is back to `100`."
    assert SIZE not in stage.settings()
    edit(stage, "auto_scan", ["off"])
    assert outcome(edit(stage, "auto_scan", [])) == "✅ `auto_scan` is back to `on`."
    assert "auto_scan" not in stage.settings()
    assert [row[2:5] for row in recorded(stage.rows)] == [
        (SIZE, 100, 50),
        (SIZE, 50, None),
        ("auto_scan", True, False),
        ("auto_scan", False, None),
    ]


def test_an_empty_value_of_a_channel_goes_back_to_the_servers(stage: Stage) -> None:
    clips = str(stage.channel("clips").id)
    edit(stage, SIZE, "50")
    edit(stage, SIZE, "20", clips)
    assert outcome(edit(stage, SIZE, "", clips)) == "✅ `max_file_size_mb` is back to `50`."


def test_a_thread_tells_what_it_has_from_the_channel_above(stage: Stage) -> None:
    clips, week = (str(stage.channel(name).id) for name in ("clips", "Clip of the week"))
    edit(stage, SIZE, "50", clips)
    shown = stage.command("settings", {"channel": week})
    assert "`50` · the channel above" in fields(shown).values()
    edit(stage, SIZE, "60", week)
    shown = stage.command("settings", {"channel": week})
    assert "`60` · this channel" in fields(shown).values()


def test_the_same_value_again_is_no_change(stage: Stage) -> None:
    assert outcome(edit(stage, SIZE, "100")) == "`max_file_size_mb` was `100` already."
    assert recorded(stage.rows) == []


def test_a_value_that_an_operator_stored_wrongly_is_mended(stage: Stage) -> None:
    for stored in ("100.0", "true", '"100"', "null"):
        stage.rows.sql(
            "UPDATE guild_settings SET settings = settings"
            " || jsonb_build_object('max_file_size_mb', %s::jsonb)",
            stored,
        )
        assert outcome(edit(stage, SIZE, "100")) == "✅ `max_file_size_mb` is now `100`."
        assert type(stage.settings()[SIZE]) is int


def test_settings_that_are_no_object_become_one(stage: Stage) -> None:
    for stored in ("null", "[]", '"text"', "{}"):
        stage.rows.sql("UPDATE guild_settings SET settings = %s::jsonb", stored)
        edit(stage, SIZE, "50")
        assert stage.settings() == {SIZE: 50}


def test_keys_of_the_operators_own_survive_every_change(stage: Stage) -> None:
    clips = stage.channel("clips")
    own = '{"their_key": {"nested": [1, null]}}'
    stage.rows.sql("UPDATE guild_settings SET settings = settings || %s::jsonb", own)
    stage.rows.sql("UPDATE bot_channels SET settings = %s::jsonb", own)
    for channel in (WHOLE_GUILD, str(clips.id)):
        edit(stage, SIZE, "50", channel)
        edit(stage, SIZE, "", channel)
        stage.click(edit(stage, SIZE, "60", channel), f"settings:undo:{channel}")
    kept = {"nested": [1, None]}
    assert stage.settings()["their_key"] == kept
    (row,) = stage.rows.sql("SELECT settings FROM bot_channels WHERE channel_id = %s", clips.id)
    assert row["settings"]["their_key"] == kept


def test_changes_are_undone_one_after_the_other(stage: Stage) -> None:
    stage.click(edit(stage, "prefix", "?"), "settings:undo:0")
    edit(stage, SIZE, "50")
    shown = edit(stage, SIZE, "60")
    first = stage.click(shown, "settings:undo:0")
    assert outcome(first) == "↩️ `max_file_size_mb` is `50` again."
    second = stage.click(first, "settings:undo:0")
    assert outcome(second) == "↩️ `max_file_size_mb` is `100` again."
    assert stage.settings() == {
        "prefix": "!",
        "auto_scan": True,
        "scan_nsfw": False,
        SIZE: 100,
        "keep_message_text": True,
    }
    assert [row[5:] for row in recorded(stage.rows)] == [(stage.ada.id, stage.ada.id, True)] * 3
    with pytest.raises(NotOffered, match="disabled"):
        stage.click(second, "settings:undo:0")


def test_a_reset_is_undone_too(stage: Stage) -> None:
    edit(stage, SIZE, "50")
    shown = edit(stage, SIZE, "")
    assert outcome(stage.click(shown, "settings:undo:0")).endswith("is `50` again.")
    assert stage.settings()[SIZE] == 50


def test_an_undo_that_somebody_else_was_quicker_with_says_so(stage: Stage) -> None:
    shown = edit(stage, SIZE, "50")
    stage.click(shown, "settings:undo:0")
    late = stage.send_again(shown, type=3, data={"custom_id": "settings:undo:0"})
    assert late.json()["data"]["embeds"][0]["description"].splitlines()[0] == (
        "There is no change to undo."
    )
    assert stage.settings()[SIZE] == 100


def test_an_undo_takes_back_what_somebody_changed_while_it_waited(stage: Stage) -> None:
    shown = edit(stage, SIZE, "50")
    with ThreadPoolExecutor(1) as pool:
        stage.rows.sql("BEGIN")
        stage.rows.sql('UPDATE guild_settings SET settings = settings || \'{"prefix": "?"}\'')
        undone = pool.submit(stage.click, shown, "settings:undo:0")
        assert until_somebody_waits(stage.rows)
        stage.rows.insert(
            "setting_changes",
            guild_id=stage.arcade.id,
            key="prefix",
            old_value=Jsonb("!"),
            new_value=Jsonb("?"),
        )
        stage.rows.sql("COMMIT")
        assert outcome(undone.result()) == "↩️ `prefix` is `!` again."
    assert (stage.settings()["prefix"], stage.settings()[SIZE]) == ("!", 50)


def until_somebody_waits(rows: Rows) -> bool:
    """Wait until a transaction waits for a lock."""
    for _ in range(200):
        if rows.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"):
            return True
        time.sleep(0.01)
    return False


def test_an_undo_in_one_channel_leaves_the_server_and_other_channels_alone(stage: Stage) -> None:
    clips, lobby = stage.channel("clips"), stage.channel("Lobby")
    shown = edit(stage, SIZE, "30", str(clips.id))
    edit(stage, SIZE, "60")
    edit(stage, SIZE, "20", str(lobby.id))
    stage.click(shown, f"settings:undo:{clips.id}")
    found = stage.rows.sql(
        "SELECT channel_id FROM bot_channels WHERE settings ? 'max_file_size_mb'"
    )
    assert [row["channel_id"] for row in found] == [lobby.id]
    assert stage.settings()[SIZE] == 60
    assert [(row[1], row[7]) for row in recorded(stage.rows)] == [
        (clips.id, True),
        (None, False),
        (lobby.id, False),
    ]


def test_reading_a_channel_is_switched_off_and_back_on_by_undo(stage: Stage) -> None:
    clips = stage.channel("clips")

    def is_reading() -> bool:
        (row,) = stage.rows.sql(
            "SELECT is_reading FROM bot_channels WHERE channel_id = %s", clips.id
        )
        return bool(row["is_reading"])

    shown = edit(stage, "is_reading", ["off"], str(clips.id))
    assert outcome(shown) == "✅ `is_reading` is now `off`."
    assert not is_reading()
    assert outcome(stage.click(shown, f"settings:undo:{clips.id}")).endswith("is `on` again.")
    assert is_reading()
    assert recorded(stage.rows) == [
        (stage.arcade.id, clips.id, "is_reading", True, False, stage.ada.id, stage.ada.id, True)
    ]


def test_reading_a_channel_is_never_left_open(stage: Stage) -> None:
    clips = stage.channel("clips")
    before = stage.stored()
    assert "must be on or off" in edit(stage, "is_reading", [], str(clips.id)).text
    assert stage.stored() == before


def test_the_option_key_opens_the_form_at_once(stage: Stage) -> None:
    opened = stage.command("settings", {"key": SIZE})
    assert opened.modal is not None
    (label,) = opened.modal["components"]
    assert label["label"] == "Largest file to save, in MB"
    assert label["description"] == "Leave it empty to go back to default."
    assert label["component"]["placeholder"] == "100"
    saved = stage.enter(opened, "50")
    assert outcome(saved) == "✅ `max_file_size_mb` is now `50`."
    assert saved.is_ephemeral


def test_the_options_key_and_channel_open_the_form_of_the_channel(stage: Stage) -> None:
    clips = stage.channel("clips")
    opened = stage.command("settings", {"key": SIZE, "channel": str(clips.id)})
    assert opened.modal is not None
    assert opened.modal["custom_id"] == f"settings:save:max_file_size_mb:{clips.id}"
    stage.enter(opened, "20")
    assert recorded(stage.rows)[0][:5] == (stage.arcade.id, clips.id, SIZE, None, 20)


def test_a_setting_that_is_not_there_is_named(stage: Stage) -> None:
    clips = {"channel": str(stage.channel("clips").id)}
    for key, where in (("own", {}), ("is_reading", {}), ("prefix", clips)):
        answer = stage.command("settings", {"key": key, **where})
        assert answer.text == f"There is no setting `{key}` here."


def test_settings_complete_themselves_by_key_and_by_meaning(stage: Stage) -> None:
    def suggested(typed: str, **before: str) -> list[str]:
        given = {**before, "key": typed}
        used = stage.act.autocomplete(stage.arcade, stage.ada, "settings", given)
        assert not used.failed, used.problem
        return [choice["value"] for choice in used.choices]

    assert suggested("") == ["prefix", "auto_scan", "scan_nsfw", SIZE, "keep_message_text"]
    assert suggested("LARGEST") == suggested("max") == [SIZE]
    assert suggested("nothing like it") == []
    assert suggested("", channel=str(stage.channel("clips").id)) == ["is_reading", SIZE]
    stage.ada.locale = "de"
    assert suggested("größte") == [SIZE]


def test_channels_complete_themselves_by_name(stage: Stage) -> None:
    def suggested(typed: str) -> list[str]:
        used = stage.act.autocomplete(stage.arcade, stage.ada, "settings", {"channel": typed})
        assert not used.failed, used.problem
        return [choice["name"] for choice in used.choices]

    assert set(suggested("")) >= {"#clips", "#news", "#Lobby", "#Clip of the week"}
    assert not {"#Play", "#general", "#Couch"} & set(suggested(""))
    assert suggested("LOB") == ["#Lobby"]
    assert suggested("%") == suggested("general") == []


def test_a_channel_that_was_typed_instead_of_chosen_is_explained(stage: Stage) -> None:
    for typed in ("clips", "#clips", "0x1", "1", str(1 << 63), "-1", "\N{SUPERSCRIPT TWO}"):
        answer = stage.command("settings", {"channel": typed})
        assert answer.text == "I do not know this channel. /sync may help if it is new.", typed


def test_a_server_that_was_never_synced_is_told_so(bare_stage: Stage) -> None:
    for options in (None, {"key": "prefix"}):
        assert "not been synced yet" in bare_stage.command("settings", options).text


def test_a_server_without_a_row_of_settings_is_shown_and_told_when_it_changes(
    stage: Stage,
) -> None:
    stage.rows.sql("DELETE FROM guild_settings")
    assert (
        fields(stage.command("settings"))["For typed commands; there are none so far"]
        == "`!` · default"
    )
    assert "not been synced yet" in edit(stage, "prefix", "?").text
    assert recorded(stage.rows) == []


def test_a_backtick_does_not_end_its_quotation(stage: Stage) -> None:
    shown = edit(stage, "prefix", "`")
    assert stage.settings()["prefix"] == "`"
    assert outcome(shown) == "✅ `prefix` is now `\N{MODIFIER LETTER GRAVE ACCENT}`."


def test_a_replay_of_the_signed_form_changes_nothing(stage: Stage) -> None:
    first = edit(stage, SIZE, "50")
    edit(stage, SIZE, "60")
    before = stage.stored()
    replayed = stage.act.replay(first)
    assert replayed.status == 200
    assert replayed.json()["type"] == 7
    assert "is now" not in replayed.body.decode()
    assert stage.stored() == before


def test_a_replay_of_an_undo_undoes_nothing_more(stage: Stage) -> None:
    edit(stage, SIZE, "50")
    undone = stage.click(edit(stage, SIZE, "60"), "settings:undo:0")
    before = stage.stored()
    assert stage.act.replay(undone).status == 200
    assert stage.stored() == before
    assert stage.settings()[SIZE] == 50
