-- select_unread
-- Channels with messages newer than all that was read, those with the newest first.
SELECT channel_id, settings, last_message_id, covered_to, live_since, is_new
FROM scan_work
WHERE guild_id = %(guild_id)s AND is_unread AND (NOT is_nsfw OR %(with_nsfw)s)
ORDER BY last_message_id DESC
LIMIT %(batch_size)s;

-- select_unproven
-- Channels whose history has gaps, with what is covered of it; those with the newest messages first.
SELECT channel_id, settings, last_message_id,
       ARRAY(
           SELECT ARRAY[first_message_id, covered.last_message_id]
           FROM scan_coverage AS covered
           WHERE covered.channel_id = work.channel_id
       ) AS covered
FROM scan_work AS work
WHERE guild_id = %(guild_id)s AND is_unproven AND (NOT is_nsfw OR %(with_nsfw)s)
ORDER BY last_message_id DESC
LIMIT %(batch_size)s;

-- select_unlisted
-- Channels whose archived threads were never listed, or not since something speaks for new ones.
SELECT channel_id, type, archived_threads_cursor AS cursor, archived_threads_read_at AS read_at,
       coalesce(archived_threads_begun_at, now()) AS begun_at
FROM scan_work
WHERE guild_id = %(guild_id)s AND is_unlisted AND (NOT is_nsfw OR %(with_nsfw)s)
ORDER BY channel_id
LIMIT %(batch_size)s;

-- count_channels
-- How many channels of a guild may be read.
SELECT count(*)
FROM scannable_channels
WHERE guild_id = %(guild_id)s AND (NOT is_nsfw OR %(with_nsfw)s);

-- select_sources
-- Which of these channels are read at all, and with which settings of their own.
SELECT channel_id, settings
FROM scannable_channels
WHERE guild_id = %(guild_id)s
  AND channel_id = ANY (%(channel_ids)s)
  AND (NOT is_nsfw OR %(with_nsfw)s);

-- insert_threads
-- Threads that no sync has listed, because they are archived. Each is as its channel is.
INSERT INTO bot_channels (
    channel_id, guild_id, name, type, parent_id, is_nsfw, is_reading, last_message_id,
    last_activity_at, state, permissions
)
SELECT given.channel_id, %(guild_id)s, given.name, given.type, given.parent_id, parent.is_nsfw,
       parent.is_reading, given.last_message_id,
       to_timestamp(((given.last_message_id >> 22) + 1420070400000) / 1000.0), 'archived',
       parent.permissions
FROM jsonb_to_recordset(%(threads)s) AS given (
    channel_id bigint, name text, type text, parent_id bigint, last_message_id bigint
)
JOIN bot_channels AS parent
    ON parent.channel_id = given.parent_id AND parent.guild_id = %(guild_id)s
ON CONFLICT (channel_id) DO NOTHING;

-- update_threads
-- What moved in archived threads since they were stored.
UPDATE bot_channels AS thread
SET last_message_id = given.last_message_id,
    last_activity_at = to_timestamp(((given.last_message_id >> 22) + 1420070400000) / 1000.0),
    updated_at = now()
FROM jsonb_to_recordset(%(threads)s) AS given (channel_id bigint, last_message_id bigint)
WHERE thread.guild_id = %(guild_id)s
  AND thread.channel_id = given.channel_id
  AND given.last_message_id > coalesce(thread.last_message_id, 0);

-- set_listing
-- How far the list of a channel's archived threads was read.
UPDATE bot_channels
SET archived_threads_cursor = %(cursor)s, archived_threads_begun_at = %(begun_at)s
WHERE guild_id = %(guild_id)s AND channel_id = %(channel_id)s
  AND archived_threads_cursor IS DISTINCT FROM %(cursor)s;

-- set_listed
-- The list was read to its end. It is as old as its beginning: what was archived since is not on it.
UPDATE bot_channels
SET archived_threads_cursor = NULL, archived_threads_begun_at = NULL,
    archived_threads_read_at = %(begun_at)s, archived_threads_refused_at = NULL
WHERE guild_id = %(guild_id)s AND channel_id = %(channel_id)s;

-- set_listing_refused
-- Discord does not list them; what was read of the list before counts no less.
UPDATE bot_channels
SET archived_threads_refused_at = now()
WHERE guild_id = %(guild_id)s AND channel_id = %(channel_id)s;

-- note_missed_threads
-- Threads were met in a channel that nobody has listed: they were archived before a sync came by.
UPDATE bot_channels
SET archived_threads_missed_at = now()
WHERE guild_id = %(guild_id)s AND channel_id = %(channel_id)s
  AND EXISTS (
      SELECT
      FROM unnest(%(thread_ids)s::bigint[]) AS met (thread_id)
      WHERE NOT EXISTS (SELECT FROM bot_channels AS thread WHERE thread.channel_id = met.thread_id)
  );

-- mark_thread_deleted
-- Discord says that a thread is gone; no sync would ask for it, for it was not among the active ones.
UPDATE bot_channels
SET state = 'deleted', state_changed_at = now(), permissions = 0, updated_at = now()
WHERE guild_id = %(guild_id)s
  AND channel_id = %(channel_id)s
  AND is_thread(type);

-- note_scanned
-- A channel was read just now, and so many of its messages for the first time.
UPDATE bot_channels
SET last_scanned_at = now(), message_count = message_count + %(scanned)s
WHERE guild_id = %(guild_id)s AND channel_id = %(channel_id)s;

-- queue_due
-- Guilds with something to do that no message is under way for; they are marked as queued. Behind a
-- scan that was canceled or is paused, only new messages are something to do.
UPDATE bot_guilds AS guild
SET scan_queued_until = now() + make_interval(secs => %(seconds)s)
WHERE guild.state = 'present'
  AND coalesce(guild.scan_queued_until, '-infinity') < now()
  AND (%(guild_ids)s::bigint[] IS NULL OR guild.guild_id = ANY (%(guild_ids)s::bigint[]))
  AND (
      EXISTS (
          SELECT
          FROM guild_scans AS scan
          WHERE scan.guild_id = guild.guild_id
            AND scan.status IN ('queued', 'running')
            AND coalesce(scan.paused_until, '-infinity') < now()
      )
      OR EXISTS (
          SELECT
          FROM scan_work AS work
          LEFT JOIN guild_settings AS own USING (guild_id)
          LEFT JOIN LATERAL (
              SELECT status <> 'canceled'
                     AND coalesce(paused_until, '-infinity') < now() AS goes_on
              FROM guild_scans
              WHERE guild_scans.guild_id = work.guild_id
              ORDER BY status IN ('queued', 'running') DESC, created_at DESC
              LIMIT 1
          ) AS scan ON true
          WHERE work.guild_id = guild.guild_id
            AND (NOT work.is_nsfw OR coalesce(own.settings -> 'scan_nsfw' = 'true', %(with_nsfw)s))
            AND (
                work.is_unread
                OR scan.goes_on IS NULL
                OR scan.goes_on AND (work.is_unproven OR work.is_unlisted)
            )
      )
  )
RETURNING guild.guild_id;

-- clear_queued
-- Messages for these guilds have come in, or were never taken: the next ones may be sent.
UPDATE bot_guilds
SET scan_queued_until = NULL
WHERE guild_id = ANY (%(guild_ids)s::bigint[]) AND scan_queued_until IS NOT NULL;
