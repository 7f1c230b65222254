"""Archived threads that nobody saw, settings of threads, and what outlives its guild."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

oldest_release = "0.1.0"
"""Releases older than this cannot work on the schema that this migration leaves."""

STATEMENTS = r"""
-- A guild that is purged may invite the bot again: what was deleted there, and who wants none of
-- theirs saved, holds then, too.
ALTER TABLE clip_tombstones DROP CONSTRAINT clip_tombstones_guild_id_fkey;
ALTER TABLE clip_opt_outs DROP CONSTRAINT clip_opt_outs_guild_id_fkey;

-- Since when Discord refuses to list the archived threads, and when a thread was met last that is
-- not known, so that it may be one of them.
ALTER TABLE bot_channels
    ADD COLUMN archived_threads_refused_at timestamptz,
    ADD COLUMN archived_threads_missed_at  timestamptz;

-- How long a scan was paused so far, and since when it is.
ALTER TABLE guild_scans
    ADD COLUMN paused_at      timestamptz,
    ADD COLUMN paused_seconds double precision NOT NULL DEFAULT 0;

CREATE FUNCTION is_thread(type text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT type IN ('announcement_thread', 'public_thread', 'private_thread') $$;

-- Words, each of which begins one of a clip's; cut exactly as its `document` is.
CREATE FUNCTION words_query(words text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT to_tsquery('simple', replace(
            nullif(btrim(regexp_replace(words, '[^[:alnum:]]+', ' ', 'g')), ''), ' ', ':* & '
        ) || ':*')
    $$;

DROP VIEW scan_work;
DROP VIEW scannable_channels;

-- What may be read for clips: switched on, a thread's channel too, and open to the bot. The bits
-- are VIEW_CHANNEL with READ_MESSAGE_HISTORY, and CONNECT for voice. A guild whose level is
-- explicit (1) or age-restricted (3) is so in every channel. A forum post's first
-- message has the post's own id, so a thread of which no message is known may still have that one.
-- What is set for a channel holds in its threads, where they have no setting of their own.
CREATE VIEW scannable_channels AS
SELECT channel.guild_id, channel.channel_id, channel.name, channel.type,
       channel.is_nsfw OR coalesce(guild.nsfw_level IN (1, 3), false) AS is_nsfw,
       CASE jsonb_typeof(parent.settings) WHEN 'object' THEN parent.settings ELSE '{}' END
           || CASE jsonb_typeof(channel.settings) WHEN 'object' THEN channel.settings ELSE '{}' END
           AS settings,
       coalesce(
           channel.last_message_id, CASE WHEN is_thread(channel.type) THEN channel.channel_id END
       ) AS last_message_id,
       channel.last_activity_at, channel.created_at,
       to_timestamp(((channel.channel_id >> 22) + 1420070400000) / 1000.0) AS made_at,
       channel.type NOT IN ('forum', 'media') AS has_messages,
       channel.archived_threads_read_at, channel.archived_threads_begun_at,
       channel.archived_threads_cursor, channel.archived_threads_refused_at,
       channel.archived_threads_missed_at,
       channel.state, channel.state_changed_at, channel.last_scanned_at
FROM bot_channels AS channel
JOIN bot_guilds AS guild ON guild.guild_id = channel.guild_id
LEFT JOIN bot_channels AS parent
    ON is_thread(channel.type)
   AND parent.channel_id = channel.parent_id
   AND parent.guild_id = channel.guild_id
WHERE channel.is_reading
  AND coalesce(parent.is_reading, true)
  AND channel.state IN ('visible', 'archived')
  AND channel.permissions & 66560 = 66560
  AND (channel.type NOT IN ('voice', 'stage') OR channel.permissions & 1048576 <> 0);

-- What is left to do in each of them. Unread are messages newer than all that was read; in one of
-- which nothing was read, those since an hour before it was known, or since yesterday. What is
-- older is history's. A thread that was archived since it was read is looked at once more, for
-- nobody told what was its last message. A refusal is not asked for again within the hour; one of
-- history holds up history alone. Archived threads are listed again when a thread was met that no
-- sync has seen (of a forum, its newest post), a day after something happened in their channel, and
-- weekly in any case: what happens in a thread does not show there.
CREATE VIEW scan_work AS
SELECT channel.*, coverage.covered_to, live.live_since,
       channel.made_at >= live.live_since AS is_new,
       channel.has_messages AND (
           coalesce(
               channel.last_message_id > coverage.covered_to,
               channel.last_activity_at >= live.live_since,
               false
           )
           OR channel.state = 'archived'
              AND channel.last_message_id IS NOT NULL
              AND coverage.covered_to IS NOT NULL
              AND channel.state_changed_at
                  > greatest(channel.last_scanned_at, now() - interval '1 day')
       ) AND NOT refusal.is_of_live AS is_unread,
       channel.has_messages AND channel.last_message_id IS NOT NULL
           AND NOT coverage.is_whole AND NOT refusal.is_recent AS is_unproven,
       channel.type IN ('text', 'announcement', 'forum', 'media')
       AND coalesce(channel.archived_threads_refused_at < now() - interval '1 hour', true)
       AND (
           channel.archived_threads_read_at IS NULL
           OR channel.archived_threads_read_at < now() - interval '7 days'
           OR channel.archived_threads_read_at < now() - interval '1 day'
              AND coalesce(channel.last_activity_at > channel.archived_threads_read_at, false)
           OR coalesce(
               channel.archived_threads_missed_at > channel.archived_threads_read_at, false
           )
           OR NOT channel.has_messages
              AND coalesce(channel.last_activity_at > channel.archived_threads_read_at, false)
              AND NOT EXISTS (
                  SELECT FROM bot_channels AS post
                  WHERE post.channel_id = channel.last_message_id
              )
       ) AS is_unlisted
FROM scannable_channels AS channel
CROSS JOIN LATERAL (
    SELECT max(covered.last_message_id) AS covered_to,
           coalesce(bool_or(
               covered.first_message_id = 0
               AND covered.last_message_id >= channel.last_message_id
           ), false) AS is_whole
    FROM scan_coverage AS covered
    WHERE covered.channel_id = channel.channel_id
) AS coverage
CROSS JOIN LATERAL (
    SELECT greatest(
        now() - interval '1 day', channel.created_at - interval '1 hour'
    ) AS live_since
) AS live
CROSS JOIN LATERAL (
    SELECT count(*) > 0 AS is_recent,
           coalesce(bool_or(run.kind = 'live'), false) AS is_of_live
    FROM bot_channel_scan_runs AS run
    WHERE run.channel_id = channel.channel_id
      AND run.status = 'failed'
      AND run.finished_at > now() - interval '1 hour'
) AS refusal;
"""


def upgrade() -> None:
    """Change what there is; rows that exist keep what they hold."""
    op.get_bind().exec_driver_sql(STATEMENTS)
