-- select_guilds
-- The guilds that the rest may speak of. Like each part, with where its rows are, so that it can be
-- read page by page.
SELECT ctid, guild_id, name FROM bot_guilds;

-- select_tombstones
-- What was deleted for good.
SELECT ctid, guild_id, channel_id, message_id, attachment_id, reason, created_at
FROM clip_tombstones;

-- select_opt_outs
-- Who is never to be saved.
SELECT ctid, guild_id, user_id, created_at FROM clip_opt_outs;

-- select_hidden
-- What its authors hid.
SELECT ctid, guild_id, channel_id, message_id, attachment_id, hidden_at
FROM clips
WHERE hidden_at IS NOT NULL;

-- select_setting_changes
-- Who changed what.
SELECT ctid, id, guild_id, channel_id, key, old_value, new_value, changed_by, changed_at,
       undone_at, undone_by
FROM setting_changes;

-- insert_guilds
-- Guilds that came since: what was deleted there must not come back either.
INSERT INTO bot_guilds (guild_id, name)
SELECT guild_id, name
FROM jsonb_to_recordset(%(rows)s) AS given (guild_id bigint, name text)
ON CONFLICT DO NOTHING;

-- insert_tombstones
-- Deletions that are not known here, whether their guild is or not: it may come back.
INSERT INTO clip_tombstones (guild_id, channel_id, message_id, attachment_id, reason, created_at)
SELECT guild_id, channel_id, message_id, attachment_id, reason, created_at
FROM jsonb_to_recordset(%(rows)s) AS given (
    guild_id bigint, channel_id bigint, message_id bigint, attachment_id bigint, reason text,
    created_at timestamptz
)
ON CONFLICT DO NOTHING;

-- delete_buried
-- What the deletions are about.
DELETE FROM clips
USING clip_tombstones AS buried
WHERE (%(guild_id)s::bigint IS NULL OR clips.guild_id = %(guild_id)s)
  AND (clips.guild_id, clips.channel_id, clips.message_id, clips.attachment_id)
    = (buried.guild_id, buried.channel_id, buried.message_id, buried.attachment_id);

-- insert_opt_outs
-- Opt-outs that are not known here. One that was taken back since is better given twice.
INSERT INTO clip_opt_outs (guild_id, user_id, created_at)
SELECT guild_id, user_id, created_at
FROM jsonb_to_recordset(%(rows)s) AS given (
    guild_id bigint, user_id bigint, created_at timestamptz
)
ON CONFLICT DO NOTHING;

-- update_hidden
-- Clips that were hidden since.
UPDATE clips
SET hidden_at = given.hidden_at
FROM jsonb_to_recordset(%(rows)s) AS given (
    guild_id bigint, channel_id bigint, message_id bigint, attachment_id bigint,
    hidden_at timestamptz
)
WHERE clips.hidden_at IS NULL
  AND (clips.guild_id, clips.channel_id, clips.message_id, clips.attachment_id)
    = (given.guild_id, given.channel_id, given.message_id, given.attachment_id);

-- insert_setting_changes
-- The record itself, so that a change can still be undone. Channels that came since are not here yet.
-- Two backups may tell of the same change, which one statement does not write twice.
INSERT INTO setting_changes (
    id, guild_id, channel_id, key, old_value, new_value, changed_by, changed_at, undone_at,
    undone_by
)
OVERRIDING SYSTEM VALUE
SELECT DISTINCT ON (given.id) given.id, guild_id, given.channel_id, key, old_value, new_value,
       changed_by, changed_at, undone_at, undone_by
FROM jsonb_to_recordset(%(rows)s) AS given (
    id bigint, guild_id bigint, channel_id bigint, key text, old_value jsonb, new_value jsonb,
    changed_by bigint, changed_at timestamptz, undone_at timestamptz, undone_by bigint
)
JOIN bot_guilds USING (guild_id)
WHERE given.channel_id IS NULL
   OR EXISTS (SELECT FROM bot_channels WHERE channel_id = given.channel_id)
ORDER BY given.id, undone_at
ON CONFLICT (id) DO UPDATE
SET undone_at = EXCLUDED.undone_at, undone_by = EXCLUDED.undone_by
WHERE setting_changes.undone_at IS NULL AND EXCLUDED.undone_at IS NOT NULL;

-- select_last_values
-- What each setting was given last since the backup, by a change or by undoing one.
SELECT DISTINCT ON (guild_id, channel_id, key) guild_id, channel_id, key, value
FROM (
    SELECT guild_id, channel_id, key, new_value AS value, changed_at AS at, id FROM setting_changes
    UNION ALL
    SELECT guild_id, channel_id, key, old_value, undone_at, id
    FROM setting_changes
    WHERE undone_at IS NOT NULL
) AS event
WHERE at >= %(since)s AND at <= coalesce(%(until)s::timestamptz, 'infinity')
  AND (%(guild_id)s::bigint IS NULL OR guild_id = %(guild_id)s)
ORDER BY guild_id, channel_id, key, at DESC, id DESC;

-- continue_numbers
-- The next change gets a number that none has, nor one that is being written now.
SELECT setval(
    numbers,
    greatest((SELECT max(id) FROM setting_changes), pg_sequence_last_value(numbers), 1)
)
FROM (SELECT pg_get_serial_sequence('setting_changes', 'id')::regclass AS numbers) AS sequence;

-- void_intents
-- Whoever was on the way to install starts anew: a state is good for one use.
DELETE FROM install_intents;

-- void_leases
-- Nobody who held one is still at work on this database.
DELETE FROM leases;

-- forget_tombstones
-- Deletions that were a mistake; what its author deleted never is one.
DELETE FROM clip_tombstones
WHERE guild_id = %(guild_id)s AND created_at > %(since)s AND reason <> 'deleted_by_author';

-- clear_queued
-- The messages that were under way are dropped with the queues.
UPDATE bot_guilds SET scan_queued_until = NULL WHERE scan_queued_until IS NOT NULL;

-- forget_coverage
-- What was read is read again: clips of it were lost.
DELETE FROM scan_coverage;

-- requeue_channel_scans
-- A channel that was being read is read on from what is covered of it.
UPDATE bot_channel_scan_runs
SET status = 'queued', updated_at = now()
WHERE status IN ('queued', 'running');

-- requeue_guild_scans
-- The search of a guild begins anew, for its pages may have moved since; so do its time and its
-- requests, which its next prediction does not count. One that is over is not needed again: such a
-- scan goes on by itself.
UPDATE guild_scans
SET status = 'queued', searching_for = 'video', before_message_id = NULL, oldest_message_id = NULL,
    result_offset = 0, results_seen = 0, requests = 0, started_at = NULL, paused_at = NULL,
    paused_seconds = 0, paused_until = NULL, error_message = NULL, updated_at = now()
WHERE status IN ('queued', 'running') AND searching_for <> 'history';

-- pause_guild_scans
-- Where only history is left, the time since the backup is no time at work.
UPDATE guild_scans
SET paused_at = coalesce(paused_at, updated_at)
WHERE status = 'running' AND searching_for = 'history';
