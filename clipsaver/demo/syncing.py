"""Steps that bring guilds and channels into the database."""

from clipsaver.demo.report import Report
from clipsaver.demo.stage import Stage
from clipsaver.emulator.channels import deny
from clipsaver.emulator.permissions import Permission


def sync_everything(stage: Stage, report: Report) -> None:
    """Sync: every guild and channel that the bot can see, into PostgreSQL."""
    stage.discord.requests.clear()
    summary = stage.stack.sync.invoke({})
    # At once: the scan function, which the sync has told of the guilds, asks Discord as well.
    asked = len(stage.discord.requests)
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
        asked == summary["requests"],
        (asked, summary["requests"]),
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
