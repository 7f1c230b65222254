"""Default settings: for new guilds, once, and never over what people set."""

import pytest

from tests.functional.sync.stage import Stage


def settings_of(stage: Stage) -> dict[int, dict[str, object]]:
    return dict(stage.rows("SELECT guild_id, settings FROM guild_settings"))


def test_a_new_guild_gets_the_defaults_once(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.use_settings('guild_settings_defaults: {prefix: "?", max_file_size_mb: 25}')
    stage.sync()
    stage.sync()
    expected = {
        "prefix": "?",
        "auto_scan": True,
        "scan_nsfw": False,
        "max_file_size_mb": 25,
        "keep_message_text": True,
    }
    assert settings_of(stage) == {stage.arcade.id: expected, stage.basement.id: expected}
    for guild in (stage.arcade, stage.basement):
        line = f"Applied default guild settings for guild {guild.id}"
        assert caplog.messages.count(line) == 1


def test_a_guild_that_has_settings_keeps_them_whatever_they_are(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.sync()
    stage.execute("""UPDATE guild_settings SET settings = '{"prefix": "~", "theirs": 1}'""")
    stage.use_settings('guild_settings_defaults: {prefix: "?"}')
    caplog.clear()
    stage.sync()
    own = {"prefix": "~", "theirs": 1}
    assert settings_of(stage) == {stage.arcade.id: own, stage.basement.id: own}
    assert not any("settings" in line for line in caplog.messages)


def test_a_guild_added_by_hand_gets_the_defaults(stage: Stage) -> None:
    stage.execute(f"INSERT INTO bot_guilds (guild_id, name) VALUES ({stage.arcade.id}, 'mine')")
    summary = stage.sync()
    assert summary["guilds"]["added"] == 2
    assert settings_of(stage).keys() == {stage.arcade.id, stage.basement.id}


def test_an_invalid_value_is_told_and_its_default_is_used_and_the_row_stays(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.sync()
    stage.execute("""UPDATE guild_settings SET settings = '{"auto_scan": "perhaps"}'""")
    stage.arcade.add_channel("new")
    stage.sync()
    assert stage.value("SELECT is_reading FROM bot_channels WHERE name = 'new'") is True
    assert settings_of(stage)[stage.arcade.id] == {"auto_scan": "perhaps"}
    assert any("auto_scan" in line for line in caplog.messages)


def test_a_new_channel_is_read_as_its_own_guilds_settings_say(stage: Stage) -> None:
    stage.sync()
    stage.execute(
        """UPDATE guild_settings SET settings = '{"auto_scan": false}'"""
        f" WHERE guild_id = {stage.arcade.id}"
    )
    stage.arcade.add_channel("new here")
    stage.basement.add_channel("new there")
    stage.sync()
    reading = dict(stage.rows("SELECT name, is_reading FROM bot_channels WHERE name LIKE 'new %'"))
    assert reading == {"new here": False, "new there": True}


def test_defaults_that_cannot_be_applied_do_not_keep_the_guild_from_being_synced(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.interfere(
        "BEFORE INSERT ON guild_settings",
        "RAISE EXCEPTION 'not today';",
        when=f"NEW.guild_id = {stage.arcade.id}",
    )
    summary = stage.sync()
    assert (summary["complete"], summary["guilds"]["failed"]) == (True, 0)
    assert stage.states()["clips"] == "visible"
    assert settings_of(stage).keys() == {stage.basement.id}
    skipping = f"Skipping default settings for guild {stage.arcade.id}"
    assert caplog.messages.count(skipping) == 1
    assert f"Applied default guild settings for guild {stage.arcade.id}" not in caplog.messages
    stage.stop_interfering()
    stage.sync()
    assert settings_of(stage).keys() == {stage.arcade.id, stage.basement.id}
