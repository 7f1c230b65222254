"""The catalogue of clips, searchable, and the ledger of what was read for it."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

oldest_release = "0.1.0"
"""Releases older than this cannot work on the schema that this migration leaves."""

STATEMENTS = r"""
-- The generated column rewrites the table, which holds only what people saved by hand so far.
ALTER TABLE clips
    ADD COLUMN message_text text,
    ADD COLUMN is_spoiler   boolean NOT NULL DEFAULT false,
    ADD COLUMN hidden_at    timestamptz,
    ADD COLUMN document     tsvector GENERATED ALWAYS AS (to_tsvector(
        'simple',
        regexp_replace(
            coalesce(title, '') || ' ' || filename || ' ' || coalesce(game, '') || ' '
                || coalesce(author_name, '') || ' ' || coalesce(message_text, ''),
            '[^[:alnum:]]+', ' ', 'g'
        )
    )) STORED;

CREATE TABLE clip_tombstones (
    guild_id      bigint      NOT NULL REFERENCES bot_guilds ON DELETE CASCADE,
    channel_id    bigint      NOT NULL,
    message_id    bigint      NOT NULL,
    attachment_id bigint      NOT NULL,
    reason        text        NOT NULL
                  CHECK (reason IN ('message_deleted', 'attachment_removed', 'deleted_by_author')),
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (guild_id, channel_id, message_id, attachment_id)
);

CREATE TABLE clip_opt_outs (
    guild_id   bigint      NOT NULL REFERENCES bot_guilds ON DELETE CASCADE,
    user_id    bigint      NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (guild_id, user_id)
);

-- Message ids of a channel, both ends included, between which every message was read.
CREATE TABLE scan_coverage (
    guild_id         bigint NOT NULL REFERENCES bot_guilds ON DELETE CASCADE,
    channel_id       bigint NOT NULL REFERENCES bot_channels ON DELETE CASCADE,
    first_message_id bigint NOT NULL,
    last_message_id  bigint NOT NULL,
    PRIMARY KEY (channel_id, first_message_id),
    CHECK (first_message_id <= last_message_id)
);
CREATE INDEX idx_scan_coverage_guild ON scan_coverage (guild_id);

-- A scan of a whole guild: its search, for videos and then for forwards, and then the proof of its
-- history, whose channels are in bot_channel_scan_runs.
CREATE TABLE guild_scans (
    id                 uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    guild_id           bigint      NOT NULL REFERENCES bot_guilds ON DELETE CASCADE,
    status             scan_status NOT NULL DEFAULT 'queued',
    requested_by       bigint,
    predicted_requests integer,
    requests           integer     NOT NULL DEFAULT 0,
    searching_for      text        NOT NULL DEFAULT 'video'
                       CHECK (searching_for IN ('video', 'snapshot', 'history')),
    total_results      bigint,
    total_messages     bigint,
    results_seen       bigint      NOT NULL DEFAULT 0,
    clips_saved        bigint      NOT NULL DEFAULT 0,
    before_message_id  bigint,
    oldest_message_id  bigint,
    result_offset      integer     NOT NULL DEFAULT 0,
    paused_until       timestamptz,
    error_message      text,
    created_at         timestamptz NOT NULL DEFAULT now(),
    started_at         timestamptz,
    updated_at         timestamptz NOT NULL DEFAULT now(),
    finished_at        timestamptz
);
CREATE INDEX idx_guild_scans_guild ON guild_scans (guild_id, created_at DESC);
CREATE UNIQUE INDEX idx_guild_scans_open ON guild_scans (guild_id)
    WHERE status IN ('queued', 'running');

CREATE TABLE scan_requests (
    guild_id bigint  NOT NULL REFERENCES bot_guilds ON DELETE CASCADE,
    day      date    NOT NULL,
    requests integer NOT NULL DEFAULT 0,
    PRIMARY KEY (guild_id, day)
);

ALTER TABLE bot_channels
    ADD COLUMN archived_threads_read_at  timestamptz,
    ADD COLUMN archived_threads_begun_at timestamptz,
    ADD COLUMN archived_threads_cursor   text;

-- Until when a message to the scan function may be under way; another is sent only after that.
ALTER TABLE bot_guilds ADD COLUMN scan_queued_until timestamptz;

-- Discord's judgement of the whole guild (Discord docs, Guild NSFW Level); unknown until the next
-- sync reads it.
ALTER TABLE bot_guilds ADD COLUMN nsfw_level smallint;

ALTER TABLE bot_channel_scan_runs
    ADD COLUMN kind       text NOT NULL DEFAULT 'history' CHECK (kind IN ('live', 'history')),
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
CREATE UNIQUE INDEX idx_bot_scan_runs_running ON bot_channel_scan_runs (channel_id)
    WHERE status = 'running';
CREATE INDEX idx_bot_scan_runs_failed ON bot_channel_scan_runs (channel_id, finished_at)
    WHERE status = 'failed';

-- What may be read for clips: switched on, a thread's channel too, and open to the bot. The bits
-- are VIEW_CHANNEL with READ_MESSAGE_HISTORY, and CONNECT for voice. A guild whose level is
-- explicit (1) or age-restricted (3) is so in every channel. A forum post's first
-- message has the post's own id, so a thread of which no message is known may still have that one.
CREATE VIEW scannable_channels AS
SELECT channel.guild_id, channel.channel_id, channel.name, channel.type,
       channel.is_nsfw OR coalesce(guild.nsfw_level IN (1, 3), false) AS is_nsfw,
       channel.settings,
       coalesce(
           channel.last_message_id,
           CASE
               WHEN channel.type IN ('announcement_thread', 'public_thread', 'private_thread')
                   THEN channel.channel_id
           END
       ) AS last_message_id,
       channel.last_activity_at, channel.created_at,
       to_timestamp(((channel.channel_id >> 22) + 1420070400000) / 1000.0) AS made_at,
       channel.type NOT IN ('forum', 'media') AS has_messages,
       channel.archived_threads_read_at, channel.archived_threads_begun_at,
       channel.archived_threads_cursor,
       channel.state, channel.state_changed_at, channel.last_scanned_at
FROM bot_channels AS channel
JOIN bot_guilds AS guild ON guild.guild_id = channel.guild_id
LEFT JOIN bot_channels AS parent
    ON channel.type IN ('announcement_thread', 'public_thread', 'private_thread')
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
-- history holds up history alone. Archived threads are listed again a day after something happened
-- in their channel, and weekly in any case: what happens in a thread does not show there.
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
       channel.type IN ('text', 'announcement', 'forum', 'media') AND (
           channel.archived_threads_read_at IS NULL
           OR channel.archived_threads_read_at < now() - interval '7 days'
           OR channel.archived_threads_read_at < now() - interval '1 day'
              AND coalesce(channel.last_activity_at > channel.archived_threads_read_at, false)
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
    """Create everything; rows that exist keep what they hold."""
    op.get_bind().exec_driver_sql(STATEMENTS)
