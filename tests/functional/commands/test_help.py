"""`/help`, and what answers have in common: the reader's language, and limits."""

from clipsaver.emulator.interaction_record import Interaction
from tests.functional.commands.stage import Stage, answered

EXTREME = "\N{LATIN SMALL LETTER A WITH DIAERESIS}@everyone `<@1>` **" * 4


def shown_fields(shown: Interaction) -> dict[str, str]:
    assert shown.shown is not None
    (embed,) = shown.shown["embeds"]
    return {each["name"]: each["value"] for each in embed["fields"]}


def test_everybody_gets_the_commands_they_may_use(bare_stage: Stage) -> None:
    stage = bare_stage
    shown = stage.command("help")
    catalogue = ["/clips search", "/clips random", "/clips stats", "/clips mine"]
    scan = ["/scan start", "/scan status", "/scan cancel"]
    names = [*catalogue, "/status", "/sync", *scan, "/settings", "Save clip", "/help"]
    assert [*shown_fields(shown)] == names
    assert shown.is_ephemeral
    of_member = answered(stage.act.command(stage.arcade, stage.linus, "help"))
    assert [*shown_fields(of_member)] == [*catalogue, "Save clip", "/help"]


def test_in_german_the_names_are_those_that_a_german_client_shows(bare_stage: Stage) -> None:
    bare_stage.ada.locale = "de"
    shown = bare_stage.command("help")
    catalogue = ["/clips suche", "/clips zufall", "/clips zahlen", "/clips meine"]
    scan = ["/suchlauf start", "/suchlauf status", "/suchlauf abbrechen"]
    names = [*catalogue, "/status", "/sync", *scan, "/einstellungen", "Clip sichern", "/hilfe"]
    assert [*shown_fields(shown)] == names
    assert "Was Clip Saver macht" in shown.text


def test_other_languages_read_english(bare_stage: Stage) -> None:
    for locale in ("en-GB", "fr", "pt-BR", "xx", ""):
        bare_stage.ada.locale = locale
        assert "What Clip Saver does" in bare_stage.command("help").text


def test_names_of_any_length_and_shape_keep_discords_limits(stage: Stage) -> None:
    stage.arcade.name = EXTREME[:100]
    for number in range(30):
        stage.arcade.add_channel(f"{EXTREME[:97]}{number:03}")
    stage.forget_sync()
    stage.sync()
    name = f"{EXTREME[:97]}000"
    channel = str(stage.channel(name).id)
    for locale in ("en-US", "de"):
        stage.ada.locale = locale
        stage.command("status")
        stage.command("help")
        shown = stage.command("settings")
        for key in ("prefix", "auto_scan", "scan_nsfw", "max_file_size_mb"):
            assert stage.click(shown, "settings:edit:0", (key,)).modal
        shown = stage.command("settings", {"channel": channel})
        for key in ("is_reading", "max_file_size_mb"):
            assert stage.click(shown, f"settings:edit:{channel}", (key,)).modal
        typed = stage.act.autocomplete(stage.arcade, stage.ada, "settings", {"channel": "every"})
        assert not typed.failed, typed.problem
        assert len(typed.choices) == 25
        assert all(len(choice["name"]) <= 100 for choice in typed.choices)
