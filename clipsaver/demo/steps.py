"""The steps of the demo, in order. Each does a part of the main job, shows it, and checks it."""

import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import httpx
import psycopg

from clipsaver import jobs
from clipsaver.demo.report import Report
from clipsaver.emulator.channels import deny
from clipsaver.emulator.guilds import Guild
from clipsaver.emulator.people import User
from clipsaver.emulator.permissions import Permission
from clipsaver.local.stack import LocalStack
from functions.shared import commands, errors

_FORBIDDEN: Final = 403
_QUEUE_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.1


class Stage:
    """The stack, and whom the demo acts as."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.discord = stack.discord
        world = stack.discord.world
        self.arcade = self.guild("Arcade")
        self.ada = self._user("ada")
        self.linus = self._user("linus")
        self.application = world.application

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database, as an operator would."""
        with psycopg.connect(self.stack.database_url) as connection:
            return connection.execute(sql.encode()).fetchall()

    def value(self, sql: str) -> Any:  # noqa: ANN401 -- SQL decides
        """The first column of the first row."""
        return self.rows(sql)[0][0]

    def wait_for(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query, as soon as there are some; the queue takes a moment."""
        deadline = time.monotonic() + _QUEUE_SECONDS
        while not (found := self.rows(sql)) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        return found

    def guild(self, name: str) -> Guild:
        """A guild of the samples."""
        return next(g for g in self.discord.world.guilds.values() if g.name == name)

    def _user(self, name: str) -> User:
        return next(u for u in self.discord.world.users.values() if u.username == name)


def register_commands(stage: Stage, report: Report) -> None:
    """Register the slash commands."""
    first = jobs.commands(stage.stack.variables, push=True)
    again = jobs.commands(stage.stack.variables, push=True)
    declared = tuple(command.name for command in commands.COMMANDS)
    report.table(
        "Commands",
        ("name", "description"),
        [(command.name, command.description) for command in commands.COMMANDS],
    )
    report.check("every declared command is registered", first.added == declared, first)
    report.check("registering again writes nothing", not again, again)


def verify_endpoint(stage: Stage, report: Report) -> None:
    """Save the interactions endpoint; Discord verifies it with a good and a forged PING."""
    url = f"{stage.stack.gateway.url}/interactions"
    refused = _save_endpoint(stage, f"{stage.stack.gateway.url}/health")
    report.check(
        "an endpoint that does not check signatures is refused",
        isinstance(refused, errors.BadRequest),
        refused,
    )
    saved = _save_endpoint(stage, url)
    report.check("Discord accepts ours", saved is None, saved)
    report.check(
        "and sends interactions there from now on",
        stage.application.interactions_endpoint_url == url,
        stage.application.interactions_endpoint_url,
    )
    ping = stage.discord.interactions.ping()
    report.check('a signed PING is answered {"type": 1}', ping.json() == {"type": 1}, ping)
    report.check("a forged one is answered 401", stage.discord.interactions.probe())


def _save_endpoint(stage: Stage, url: str) -> errors.DiscordError | None:
    """Why Discord refused it; None if it did not."""
    try:
        jobs.save_endpoint(stage.stack.variables, url)
    except errors.DiscordError as error:
        return error
    return None


def sync_everything(stage: Stage, report: Report) -> None:
    """Sync: every guild and channel that the bot can see, into PostgreSQL."""
    stage.discord.requests.clear()
    summary = stage.stack.sync.invoke({})
    report.table(
        "bot_guilds",
        ("name", "state", "owner", "channels", "settings"),
        stage.rows(
            """
            SELECT guild.name, guild.state, guild.owner_user_id, count(channel.channel_id),
                   settings.settings::text
            FROM bot_guilds AS guild
            JOIN bot_channels AS channel USING (guild_id)
            JOIN guild_settings AS settings USING (guild_id)
            GROUP BY guild.guild_id, settings.settings
            ORDER BY guild.name
            """
        ),
    )
    report.table(
        "bot_channels of Arcade",
        ("name", "type", "state", "age-restricted", "read for clips"),
        stage.rows(
            f"""
            SELECT name, type, state, is_nsfw, is_reading
            FROM bot_channels
            WHERE guild_id = {stage.arcade.id}
            ORDER BY position NULLS LAST, channel_id
            """  # noqa: S608 -- an id that this process made
        ),
    )
    seen = summary["guilds"]["seen"]
    report.check("the run is complete", summary["complete"], summary)
    report.check("both guilds are stored", seen == summary["guilds"]["added"] == 2, summary)  # noqa: PLR2004 -- as the samples have it
    names = {row[0] for row in stage.rows("SELECT name FROM bot_channels")}
    report.check("the hidden channel is not known by name", "staff" not in names, names)
    report.check("active threads are known", "Clip of the week" in names, names)
    reads_nsfw = stage.value("SELECT count(*) FROM bot_channels WHERE is_nsfw AND is_reading")
    report.check("age-restricted channels are not read", reads_nsfw == 0, reads_nsfw)
    report.check(
        "Discord was asked no more than counted",
        len(stage.discord.requests) == summary["requests"],
        (len(stage.discord.requests), summary["requests"]),
    )


def sync_again(stage: Stage, report: Report) -> None:
    """Sync again: one channel was hidden from the bot, one deleted, one added."""
    clips = stage.value("SELECT xmin::text FROM bot_channels WHERE name = 'clips'")
    channels = {channel.name: channel for channel in stage.arcade.channels.values()}
    channels["Lobby"].overwrites = (deny(stage.arcade.everyone, Permission.VIEW_CHANNEL),)
    stage.arcade.delete_channel(channels["Finals"])
    stage.arcade.add_channel("highlights")
    summary = stage.stack.sync.invoke({})
    counts = summary["channels"]
    report.table("Changes", ("change", "channels"), list(counts.items()))
    states = dict(stage.rows("SELECT name, state FROM bot_channels"))
    report.check("hidden, not deleted: Lobby", states["Lobby"] == "hidden", states)
    report.check("deleted, because Discord says so: Finals", states["Finals"] == "deleted", states)
    report.check("added: highlights", states["highlights"] == "visible", states)
    untouched = stage.value("SELECT xmin::text FROM bot_channels WHERE name = 'clips'")
    report.check("rows of unchanged channels are not rewritten", clips == untouched)


def sync_by_command(stage: Stage, report: Report) -> None:
    """Use /sync in Discord: deferred, handed over through the queue, answered by an edit."""
    too_soon = stage.discord.interactions.command(stage.arcade, stage.ada, "sync")
    report.check("Ada is told at once that it takes a moment", too_soon.is_waiting)
    too_soon.wait_for_edit()
    report.quote("Ada", too_soon.text)
    report.check("a sync moments ago is enough", "synced" in too_soon.text, too_soon.text)
    with psycopg.connect(stage.stack.database_url) as connection:
        connection.execute("UPDATE bot_guilds SET synced_at = now() - interval '1 hour'")
    stage.arcade.add_channel("late-news")
    used = stage.discord.interactions.command(stage.arcade, stage.ada, "sync")
    report.check("the reply is edited", used.wait_for_edit(), used.text)
    report.quote("Ada", used.text)
    report.check("with what the sync found", "1 added" in used.text, used.text)
    stage.discord.interactions.replay(used)
    report.check("nothing is left for a human", stage.stack.queue.dead_letters() == 0)


def change_settings(stage: Stage, report: Report) -> None:
    """Use /settings in Discord: see, change, get it wrong, undo."""
    act = stage.discord.interactions
    shown = act.command(stage.arcade, stage.ada, "settings")
    report.quote("Ada", shown.text)
    chosen = act.click(shown, stage.ada, "settings:edit:0", ["max_file_size_mb"])
    wrong = act.submit(chosen, stage.ada, {"value": "lots"})
    report.quote("Ada, after entering `lots`,", wrong.text)
    report.check("a wrong value is explained", "from 1 to 500" in wrong.text, wrong.text)
    saved = act.submit(chosen, stage.ada, {"value": "50"})
    size = "SELECT settings ->> 'max_file_size_mb' FROM guild_settings WHERE guild_id = "
    stored = stage.value(f"{size}{stage.arcade.id}")
    report.check("a right one is stored", stored == "50", stored)
    undone = act.click(saved, stage.ada, "settings:undo:0")
    report.quote("Ada, after Undo,", undone.text.splitlines()[1])
    stored = stage.value(f"{size}{stage.arcade.id}")
    report.check("and can be undone", stored == "100", stored)
    report.table(
        "setting_changes",
        ("key", "old", "new", "by", "undone"),
        stage.rows(
            "SELECT key, old_value, new_value, changed_by, undone_at IS NOT NULL "
            "FROM setting_changes ORDER BY id"
        ),
    )


def save_clip(stage: Stage, report: Report) -> None:
    """Use Save clip on messages: a native clip, a forward, and one without a video."""
    clips = next(c for c in stage.arcade.channels.values() if c.name == "clips")
    used = [
        stage.discord.interactions.message_command(stage.arcade, stage.linus, "Save clip", message)
        for message in clips.history.all()
    ]
    for each in used:
        report.quote("Linus", each.text)
    report.table(
        "clips",
        ("file", "seconds", "taken with Discord", "forwarded", "game", "participants"),
        stage.rows(
            "SELECT filename, duration_seconds, is_native_clip, is_forward, game, "
            "cardinality(participant_ids) FROM clips ORDER BY message_id"
        ),
    )
    saved = stage.value("SELECT count(*) FROM clips")
    report.check("three videos were saved", saved == 3, saved)  # noqa: PLR2004 -- as the samples have it
    again = stage.discord.interactions.replay(used[1])
    unchanged = stage.value("SELECT count(*) FROM clips") == saved
    report.check("delivered twice, nothing doubles", unchanged, again)


def install(stage: Stage, report: Report) -> None:
    """Install the bot from its page, as Grace in a browser, into a server of hers."""
    club = stage.guild("Chess Club")
    stage.application.redirect_uris.append(f"{stage.stack.gateway.url}/install/callback")
    with httpx.Client(base_url=stage.stack.gateway.url, trust_env=False) as browser:
        landing = browser.get("/")
        report.check("the landing page offers it", "/install" in landing.text, landing.status_code)
        consent = browser.get("/install").headers["location"]
        form = dict(parse_qsl(urlsplit(consent).query))
        form |= {"guild_id": str(club.id), "decision": "authorize"}
        back = browser.post(consent.partition("?")[0], data=form).headers["location"]
        stolen = httpx.get(back, trust_env=False)
        report.check("another browser gets nowhere with her link", stolen.status_code == _FORBIDDEN)
        page = browser.get(back)
        report.check("Grace reads that it worked", "Clip Saver is in Chess Club" in page.text, page)
        again = browser.get(back)
        report.check("the link works once", again.status_code != page.status_code, again)
    sql = f"SELECT name FROM bot_channels WHERE guild_id = {club.id}"  # noqa: S608 -- our own id
    found = stage.wait_for(sql)
    report.table("bot_channels of Chess Club", ("name",), found)
    report.check("its channels are synced without waiting for the schedule", bool(found), found)


def use_status(stage: Stage, report: Report) -> None:
    """Use /status in Discord."""
    used = stage.discord.interactions.command(stage.arcade, stage.ada, "status")
    report.quote("Ada", used.text)
    report.check("the owner sees the state of the server", "Clip Saver in Arcade" in used.text)
    report.check("nobody else does", used.is_ephemeral)
    refused = stage.discord.interactions.command(
        stage.arcade, stage.linus, "status", overridden=True
    )
    report.quote("Linus", refused.text)
    report.check("a member without Manage Server is refused", "Manage Server" in refused.text)


def purge_intents(stage: Stage, report: Report) -> None:
    """Purge: expired install intents go, fresh ones stay."""
    with psycopg.connect(stage.stack.database_url) as connection:
        connection.execute(
            """
            INSERT INTO install_intents (state, created_at, expires_at) VALUES
                ('expired yesterday', now() - interval '1 day', now() - interval '23 hours'),
                ('within its grace', now() - interval '1 hour', now() - interval '1 minute'),
                ('fresh', now(), now() + interval '1 hour')
            """
        )
    counted = stage.stack.purge.invoke({"dry_run": True})
    summary = stage.stack.purge.invoke({})
    left = [row[0] for row in stage.rows("SELECT state FROM install_intents ORDER BY state")]
    report.table("install_intents after the purge", ("state",), [(state,) for state in left])
    report.check("a dry run counts and deletes nothing", counted["install_intents"] == 1, counted)
    report.check("one intent was deleted", summary["install_intents"] == 1, summary)
    report.check("the others stay", left == ["fresh", "within its grace"], left)


def ask_ready(stage: Stage, report: Report) -> None:
    """Ask the API whether it is ready."""
    answer = httpx.get(f"{stage.stack.gateway.url}/ready")
    checks = answer.json()["checks"]
    report.table("GET /ready", ("check", "result"), list(checks.items()))
    report.check("it is", answer.status_code == httpx.codes.OK, answer.text)
    report.check("sync and purge ran in time", checks["sync"] == checks["purge"] == "ok", checks)


STEPS: Final[tuple[Callable[[Stage, Report], None], ...]] = (
    register_commands,
    verify_endpoint,
    sync_everything,
    sync_again,
    use_status,
    install,
    sync_by_command,
    change_settings,
    save_clip,
    purge_intents,
    ask_ready,
)
