"""Two guilds with a million clips each, made by PostgreSQL itself: quick, the same each time.

One is searched. The other has the same words, people and games, because some indexes are not by
guild.
"""

from typing import Final

import psycopg

from functions.shared.models import ChannelId, GuildId

CLIPS: Final = 1_000_000
CHANNELS: Final = 500
WORDS: Final = 20_000
AUTHORS: Final = 5_000
GAMES: Final = 40
HERE: Final = GuildId(1 << 60)
ELSEWHERE: Final = GuildId((1 << 60) + (1 << 20))
FIRST_AUTHOR: Final = 1 << 59
FIRST_MESSAGE: Final = 1 << 59
MESSAGE_STEP: Final = 900_000 << 22
"""A clip every quarter of an hour or so, for almost thirty years: none shares its moment."""

_GUILD: Final = "INSERT INTO bot_guilds (guild_id, name) VALUES (%s, 'Arcade')"
_CHANNELS: Final = """
    INSERT INTO bot_channels (channel_id, guild_id, name)
    SELECT id, %s, 'channel' FROM unnest(%s::bigint[]) AS id
"""
_SEED: Final = "SELECT setseed(0.5)"
# A power of a random number makes some words, authors and games much more frequent than others.
_CLIPS: Final = """
    INSERT INTO clips (
        guild_id, channel_id, message_id, attachment_id, author_id, author_name, filename, title,
        size, width, height, duration_seconds, participant_ids, game, posted_at, message_text,
        is_native_clip
    )
    SELECT %(guild_id)s, (%(channel_ids)s::bigint[])[1 + floor(500 * channel)::int],
           %(first_message)s + n * %(step)s, %(first_message)s + n * %(step)s - (n %% 4000000),
           %(first_author)s + author, 'player' || author, 'clip_' || n || '.mp4',
           CASE WHEN is_native THEN 'Game ' || game || ' highlight' END,
           1000000 + n, 1920, 1080, round((5 + 100 * length)::numeric, 2),
           CASE WHEN is_native THEN ARRAY[%(first_author)s + author, %(first_author)s + friend]
                ELSE '{}' END,
           CASE WHEN is_native THEN 'Game ' || game END,
           '2016-01-01'::timestamptz + n * interval '15 minutes',
           substr(md5(first::text), 1, 7) || ' ' || substr(md5(second::text), 1, 7) || ' '
               || substr(md5(third::text), 1, 7),
           is_native
    FROM (
        SELECT n::bigint AS n, random() AS channel, random() ^ 2 AS length,
               floor(5000 * random() ^ 3)::bigint AS author,
               floor(5000 * random() ^ 2)::bigint AS friend,
               floor(40 * random() ^ 2)::int AS game, random() < 0.4 AS is_native,
               floor(20000 * random() ^ 4)::int AS first,
               floor(20000 * random() ^ 3)::int AS second,
               floor(20000 * random())::int AS third
        FROM generate_series(1, %(clips)s) AS n
    ) AS made
"""


def channel_ids(guild_id: GuildId) -> list[ChannelId]:
    """The channels of a guild."""
    return [ChannelId(guild_id + 1 + number) for number in range(CHANNELS)]


def fill(connection: psycopg.Connection) -> None:
    """Make the guilds, their channels and clips, and let PostgreSQL look at them once."""
    connection.execute(_SEED)
    for guild_id in (HERE, ELSEWHERE):
        connection.execute(_GUILD, (guild_id,))
        connection.execute(_CHANNELS, (guild_id, channel_ids(guild_id)))
        connection.execute(
            _CLIPS,
            {
                "guild_id": guild_id,
                "channel_ids": channel_ids(guild_id),
                "first_message": FIRST_MESSAGE,
                "step": MESSAGE_STEP,
                "first_author": FIRST_AUTHOR,
                "clips": CLIPS,
            },
        )
    # What autovacuum would have done long ago must not happen while something is timed.
    connection.execute("VACUUM (ANALYZE) clips")
