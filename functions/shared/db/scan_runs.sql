-- delete_expired
-- A batch of scan runs that ended longer ago than they are kept.
DELETE FROM bot_channel_scan_runs
WHERE id = ANY (ARRAY(
    SELECT id
    FROM bot_channel_scan_runs
    WHERE status IN ('succeeded', 'failed', 'canceled')
      AND coalesce(finished_at, created_at) < now() - make_interval(days => %(retention_days)s)
    ORDER BY coalesce(finished_at, created_at)
    LIMIT %(batch_size)s
    FOR UPDATE SKIP LOCKED
));

-- count_expired
-- How many scan runs a purge would delete.
SELECT count(*)
FROM bot_channel_scan_runs
WHERE status IN ('succeeded', 'failed', 'canceled')
  AND coalesce(finished_at, created_at) < now() - make_interval(days => %(retention_days)s);

-- delete_of_guild
-- A batch of the scan runs of a guild that is being purged.
DELETE FROM bot_channel_scan_runs
WHERE id = ANY (ARRAY(
    SELECT run.id
    FROM bot_channel_scan_runs AS run
    JOIN bot_channels AS channel USING (channel_id)
    WHERE channel.guild_id = %(guild_id)s
    LIMIT %(batch_size)s
    FOR UPDATE OF run SKIP LOCKED
));

-- count_running
-- How many scans of one guild are under way.
SELECT count(*)
FROM bot_channel_scan_runs AS run
JOIN bot_channels AS channel USING (channel_id)
WHERE channel.guild_id = %(guild_id)s AND run.status = 'running';

-- requeue_running
-- Runs that say they are running although nobody holds the guild's lease: they are taken up again.
UPDATE bot_channel_scan_runs AS run
SET status = 'queued', updated_at = now()
FROM bot_channels AS channel
WHERE channel.guild_id = %(guild_id)s
  AND run.channel_id = channel.channel_id
  AND run.status = 'running';

-- resume_run
-- A run of this channel that waits, or for new messages today's, so that there is one row a day.
UPDATE bot_channel_scan_runs
SET status = 'running', started_at = coalesce(started_at, now()), updated_at = now(),
    finished_at = NULL, error_message = NULL,
    before_message_id = CASE
        WHEN kind = 'live' THEN %(before_message_id)s ELSE before_message_id
    END
WHERE id = (
    SELECT run.id
    FROM bot_channel_scan_runs AS run
    JOIN bot_channels AS channel USING (channel_id)
    WHERE channel.guild_id = %(guild_id)s
      AND run.channel_id = %(channel_id)s
      AND run.kind = %(kind)s
      AND (
          run.status = 'queued'
          OR run.kind = 'live' AND run.status = 'succeeded' AND run.created_at > now() - interval '1 day'
      )
    ORDER BY run.created_at DESC
    LIMIT 1
)
RETURNING id;

-- insert_run
-- A run that begins now.
INSERT INTO bot_channel_scan_runs (
    channel_id, kind, status, after_message_id, before_message_id, started_at
)
SELECT channel_id, %(kind)s, 'running', %(after_message_id)s, %(before_message_id)s, now()
FROM bot_channels
WHERE guild_id = %(guild_id)s AND channel_id = %(channel_id)s
RETURNING id;

-- add_progress
-- What a batch of pages brought; counters only ever grow, and a run that ended stays ended.
UPDATE bot_channel_scan_runs AS run
SET messages_scanned = messages_scanned + %(scanned)s,
    messages_matched = messages_matched + %(matched)s,
    updated_at = now()
FROM bot_channels AS channel
WHERE channel.guild_id = %(guild_id)s
  AND channel.channel_id = run.channel_id
  AND run.id = %(id)s
RETURNING run.status <> 'canceled' AS is_wanted;

-- end_run
-- The run is over, or waits for its next turn.
UPDATE bot_channel_scan_runs AS run
SET status = %(status)s::scan_status, error_message = %(reason)s, updated_at = now(),
    finished_at = CASE WHEN %(status)s::scan_status <> 'queued' THEN now() END
FROM bot_channels AS channel
WHERE channel.guild_id = %(guild_id)s
  AND channel.channel_id = run.channel_id
  AND run.id = %(id)s
  AND run.status = 'running';

-- cancel_open
-- Nobody wants the rest of the history.
UPDATE bot_channel_scan_runs AS run
SET status = 'canceled', finished_at = now(), updated_at = now()
FROM bot_channels AS channel
WHERE channel.guild_id = %(guild_id)s
  AND channel.channel_id = run.channel_id
  AND run.kind = 'history'
  AND run.status IN ('queued', 'running');

-- select_refused
-- Channels that could not be read when it was tried last, of those that are still to be read.
SELECT channel.channel_id, latest.error_message
FROM bot_channels AS channel
CROSS JOIN LATERAL (
    SELECT status, error_message
    FROM bot_channel_scan_runs AS run
    WHERE run.channel_id = channel.channel_id
    ORDER BY created_at DESC
    LIMIT 1
) AS latest
WHERE channel.guild_id = %(guild_id)s AND channel.is_reading AND latest.status = 'failed'
ORDER BY channel.channel_id;
