"""An install that goes well, and all the ways in which it still should."""

import threading
import time
from datetime import UTC, datetime

import pytest

from clipsaver.emulator.permissions import Permission
from clipsaver.local.lambda_environment import LambdaEnvironment
from functions.interactions.install import callback, redirect_uris
from functions.shared import commands, settings
from functions.shared.catalogue import access_reader
from tests.factories import HERE, ago
from tests.functional.install.conftest import NewVisitor
from tests.functional.install.stage import Stage, Visitor, changed, heading, parameters


def test_an_install_stores_the_guild_its_settings_and_the_installer(
    stage: Stage, visitor: Visitor
) -> None:
    started = datetime.now(UTC)
    page = visitor.install(stage.chess_club)
    assert page.status_code == 200
    assert heading(page) == "Clip Saver is in Chess Club"
    (guild,) = stage.rows.sql("SELECT * FROM bot_guilds")
    assert (guild["guild_id"], guild["name"], guild["state"]) == (
        stage.chess_club.id,
        "Chess Club",
        "present",
    )
    assert guild["owner_user_id"] == stage.grace.id
    assert guild["synced_at"] is None
    (user,) = stage.rows.sql("SELECT * FROM users")
    assert (user["discord_user_id"], user["username"], user["global_name"]) == (
        stage.grace.id,
        "grace",
        "Grace",
    )
    assert started <= user["last_login_at"] <= datetime.now(UTC)
    (stored,) = stage.rows.sql("SELECT * FROM guild_settings")
    assert stored["settings"] == settings.GuildSettings().model_dump()
    assert stage.rows.count("install_intents") == 0


def test_the_way_to_discord_asks_for_no_more_than_needed(stage: Stage, visitor: Visitor) -> None:
    consent_url = visitor.start(f"?guild_id={stage.chess_club.id}")
    assert consent_url.startswith(f"{stage.discord.url}/oauth2/authorize?")
    asked = parameters(consent_url)
    state = asked.pop("state")
    assert asked == {
        "client_id": str(stage.discord.world.application.id),
        "scope": "bot applications.commands identify",
        "permissions": str(1024 + 65536 + 1048576),
        "response_type": "code",
        "redirect_uri": stage.callback_url,
        "guild_id": str(stage.chess_club.id),
    }
    (intent,) = stage.rows.sql("SELECT *, expires_at - created_at AS life FROM install_intents")
    assert intent["state"] == state
    assert intent["guild_id"] == stage.chess_club.id
    assert intent["life"].total_seconds() == 3600


def test_states_are_never_alike(visitor: Visitor) -> None:
    states = {parameters(visitor.start())["state"] for _ in range(5)}
    assert len(states) == 5
    # The random half holds 256 bits.
    assert {len(state.partition(".")[0]) for state in states} == {43}


def test_the_token_is_revoked_and_the_code_used_once(stage: Stage, visitor: Visitor) -> None:
    visitor.install(stage.chess_club)
    assert stage.discord.world.application.grants == []
    assert stage.discord.requests.count("POST /oauth2/token") == 1


def test_several_installs_in_one_browser_end_in_any_order(stage: Stage, visitor: Visitor) -> None:
    first = visitor.consent(visitor.start(), stage.chess_club)
    second = visitor.consent(visitor.start(), stage.guild("Arcade"))
    assert heading(visitor.get(second)) == "Clip Saver is in Arcade"
    assert heading(visitor.get(first)) == "Clip Saver is in Chess Club"


def test_called_twice_at_once_both_calls_end_well_and_the_rows_are_there_once(
    stage: Stage, visitor: Visitor
) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    stage.discord.faults.add("GET /guilds/{guild_id}", delay=0.4)
    pages = []
    calls = [threading.Thread(target=lambda: pages.append(visitor.get(url))) for _ in range(2)]
    for call in calls:
        call.start()
    for call in calls:
        call.join()
    assert [page.status_code for page in pages] == [200, 200]
    assert {heading(page) for page in pages} == {
        "Clip Saver is in Chess Club",
        "Clip Saver is in your server",
    }
    assert stage.guild_ids() == [stage.chess_club.id]
    assert stage.rows.count("users") == stage.rows.count("guild_settings") == 1


def test_the_guild_of_the_query_is_nobodys_word(stage: Stage, visitor: Visitor) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    forged = changed(url, guild_id=str(stage.guild("Basement").id))
    assert heading(visitor.get(forged)) == "Clip Saver is in Chess Club"
    assert stage.guild_ids() == [stage.chess_club.id]


def test_another_guild_stays_as_it_was(stage: Stage, visitor: Visitor) -> None:
    stage.rows.two_guilds()
    before = stage.rows.of_guild(HERE)
    visitor.install(stage.chess_club)
    assert stage.rows.of_guild(HERE) == before


def test_whoever_manages_the_server_may_install(stage: Stage, visitor: Visitor) -> None:
    arcade = stage.guild("Arcade")
    assert arcade.owner.user is not stage.grace
    assert visitor.install(arcade).status_code == 200


def test_an_administrator_may_install(stage: Stage, visitor: Visitor) -> None:
    basement = stage.guild("Basement")
    boss = basement.add_role("Boss", Permission.ADMINISTRATOR)
    basement.add_member(stage.grace, boss)
    # Discord's consent page of this world asks for the permission by name.
    helper = basement.add_role("Helper", Permission.MANAGE_GUILD)
    basement.member(stage.grace).add_role(helper)
    url = visitor.consent(visitor.start(), basement)
    basement.delete_role(helper)
    assert visitor.get(url).status_code == 200


def test_a_bot_that_joins_only_by_the_exchange_is_found(stage: Stage, visitor: Visitor) -> None:
    stage.discord.world.application.bot_require_code_grant = True
    assert visitor.install(stage.chess_club).status_code == 200


def test_a_bot_that_is_a_moment_late_is_waited_for(stage: Stage, visitor: Visitor) -> None:
    stage.discord.faults.add(
        "GET /guilds/{guild_id}",
        times=2,
        status=403,
        body={"message": "Missing Access", "code": 50001},
    )
    assert visitor.install(stage.chess_club).status_code == 200


def test_a_guild_that_returns_keeps_its_settings_and_counts_as_never_synced(
    stage: Stage, visitor: Visitor
) -> None:
    guild_id = stage.chess_club.id
    stage.rows.guild(
        guild_id,
        state="left",
        state_changed_at=ago(days=2),
        last_seen_at=ago(days=3),
        synced_at=ago(days=2),
        member_read_at=ago(hours=1),
    )
    stage.rows.channel(guild_id, 77)
    visitor.install(stage.chess_club)
    (guild,) = stage.rows.sql("SELECT * FROM bot_guilds")
    assert (guild["state"], guild["name"]) == ("present", "Chess Club")
    assert guild["synced_at"] is guild["member_read_at"] is None
    assert stage.rows.sql("SELECT settings FROM guild_settings") == [{"settings": {"prefix": "!"}}]
    assert stage.rows.count("bot_channels") == 1


def test_an_installed_guild_stays_as_synced_as_it_was(stage: Stage, visitor: Visitor) -> None:
    synced_at = ago(minutes=3)
    stage.rows.guild(stage.chess_club.id, last_seen_at=synced_at, synced_at=synced_at)
    visitor.install(stage.chess_club)
    assert stage.rows.sql("SELECT synced_at FROM bot_guilds") == [{"synced_at": synced_at}]


def test_settings_that_cannot_be_applied_stop_no_install(
    stage: Stage, visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.rows.sql("ALTER TABLE guild_settings ADD CONSTRAINT no_tests CHECK (settings ? 'real')")
    page = visitor.install(stage.chess_club)
    stage.rows.sql("ALTER TABLE guild_settings DROP CONSTRAINT no_tests")
    assert page.status_code == 200
    assert stage.guild_ids() == [stage.chess_club.id]
    logged = capsys.readouterr().out
    assert f"Skipping default settings for guild {stage.chess_club.id}" in logged
    assert "Applied default guild settings" not in logged


def test_the_next_sync_finds_what_was_installed(stage: Stage, visitor: Visitor) -> None:
    visitor.install(stage.chess_club)
    with LambdaEnvironment("sync", stage.variables) as sync:
        sync.invoke({"guild_ids": [str(stage.chess_club.id)]})
    (guild,) = stage.rows.sql("SELECT * FROM bot_guilds")
    assert guild["synced_at"] is not None
    assert stage.rows.sql("SELECT name FROM bot_channels") == [{"name": "games"}]


def test_a_purge_takes_what_has_expired_and_leaves_what_is_under_way(
    stage: Stage, visitor: Visitor, new_visitor: NewVisitor
) -> None:
    stage.rows.intent("long ago", expires_at=ago(hours=1))
    url = visitor.consent(visitor.start(), stage.chess_club)
    with LambdaEnvironment("purge", stage.variables) as purge:
        assert purge.invoke({})["install_intents"] == 1
    assert visitor.get(url).status_code == 200


def test_a_guild_may_be_called_anything(stage: Stage, visitor: Visitor) -> None:
    stage.chess_club.name = "<script>alert(1)</script> {0} {{ 7 * 7 }} %s"
    page = visitor.install(stage.chess_club)
    assert heading(page) == f"Clip Saver is in {stage.chess_club.name}"
    assert "<script" not in page.text
    assert stage.rows.sql("SELECT name FROM bot_guilds") == [{"name": stage.chess_club.name}]


def test_nothing_secret_is_logged(
    stage: Stage, visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    url = visitor.consent(visitor.start(), stage.chess_club)
    visitor.get(url)
    visitor.get(url)
    logged = capsys.readouterr().out
    assert "Database operation: insert_intent" in logged
    query = parameters(url)
    cookies = list(visitor.http.cookies.jar)
    secrets = [query["code"], query["state"], *(cookie.value for cookie in cookies)]
    secrets += [stage.variables["DISCORD_CLIENT_SECRET"], stage.variables["BOT_TOKEN"]]
    assert [secret for secret in secrets if secret and secret in logged] == []


def test_whoever_types_later_is_not_held_to_an_installs_time(
    stage: Stage, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redirect_uris, "_DISCORD_SECONDS", 1.0)
    monkeypatch.setattr(callback, "_DISCORD_SECONDS", 1.0)
    monkeypatch.setattr(access_reader, "FRESH_SECONDS", 0.5)
    application = stage.discord.world.application
    application.interactions_endpoint_url = f"{stage.gateway.url}/interactions"
    for each in commands.COMMANDS:
        application.commands.put(None, each.payload(), stage.discord.world.mint, day=0)
    (games,) = stage.chess_club.channels.values()
    url = visitor.consent(visitor.start(), stage.chess_club)
    stage.rows.guild(stage.chess_club.id)
    stage.rows.channel(stage.chess_club.id, games.id)
    stage.rows.insert(
        "clips", guild_id=stage.chess_club.id, channel_id=games.id, message_id=1, attachment_id=1,
        author_id=stage.grace.id, filename="mate.mp4", size=1, posted_at=ago(), game="Chess",
    )  # fmt: skip

    def suggested() -> list[str]:
        used = stage.discord.interactions.autocomplete(
            stage.chess_club, stage.grace, "clips search", {"game": "ch"}, channel=games
        )
        return [choice["value"] for choice in used.choices]

    time.sleep(1)
    assert suggested() == ["Chess"]
    assert visitor.get(url).status_code == 200
    time.sleep(1)
    assert suggested() == ["Chess"]
