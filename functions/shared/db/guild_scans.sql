-- insert_scan
-- A scan of a guild, unless one is open. Before Discord was asked for totals, the prediction is the
-- least that is known to be needed: two questions, the pages of what was found before, one of
-- forwards, and one of each channel.
INSERT INTO guild_scans (guild_id, requested_by, predicted_requests)
SELECT %(guild_id)s, %(requested_by)s,
       3 + ceil((SELECT count(*) FROM clips WHERE guild_id = %(guild_id)s) / 25.0)
         + (
             SELECT count(*)
             FROM scannable_channels
             WHERE guild_id = %(guild_id)s AND (NOT is_nsfw OR %(with_nsfw)s)
         )
WHERE EXISTS (SELECT FROM bot_guilds WHERE guild_id = %(guild_id)s)
ON CONFLICT (guild_id) WHERE status IN ('queued', 'running') DO NOTHING;

-- forget_listings
-- Whoever asks for a scan asks for all archived threads, too.
UPDATE bot_channels
SET archived_threads_read_at = NULL, archived_threads_begun_at = NULL,
    archived_threads_cursor = NULL
WHERE guild_id = %(guild_id)s AND archived_threads_read_at IS NOT NULL;

-- select_latest
-- The open scan, or the one that ended last.
SELECT id, status, predicted_requests, requests, searching_for, total_results, results_seen,
       clips_saved, before_message_id, oldest_message_id, result_offset, paused_until,
       error_message, created_at, started_at, finished_at,
       extract(epoch FROM coalesce(paused_at, now()) - started_at)::double precision
           - paused_seconds AS seconds_at_work
FROM guild_scans
WHERE guild_id = %(guild_id)s
ORDER BY status IN ('queued', 'running') DESC, created_at DESC
LIMIT 1;

-- lock_latest
-- The same, and nobody cancels it until the transaction ends.
SELECT status
FROM guild_scans
WHERE guild_id = %(guild_id)s
ORDER BY status IN ('queued', 'running') DESC, created_at DESC
LIMIT 1
FOR SHARE;

-- start_scan
-- What it will take is stated before the first page is read.
UPDATE guild_scans
SET status = 'running', started_at = now(), updated_at = now(), paused_until = NULL,
    paused_at = NULL,
    predicted_requests = %(predicted_requests)s, total_results = %(total_results)s,
    total_messages = %(total_messages)s, before_message_id = %(before_message_id)s
WHERE guild_id = %(guild_id)s AND id = %(id)s AND status = 'queued';

-- advance_scan
-- A page of the search is done with; only from where it was read, so that no page counts twice.
UPDATE guild_scans
SET searching_for = %(searching_for)s, before_message_id = %(before_message_id)s,
    oldest_message_id = %(oldest_message_id)s, result_offset = %(result_offset)s,
    results_seen = results_seen + %(results)s, updated_at = now()
WHERE guild_id = %(guild_id)s AND id = %(id)s AND status = 'running'
  AND searching_for = %(was_searching_for)s AND before_message_id = %(was_before_message_id)s
  AND result_offset = %(was_result_offset)s;

-- skip_search
-- Discord does not let the bot search this guild: history alone has to do.
UPDATE guild_scans
SET status = 'running', searching_for = 'history', error_message = %(reason)s,
    started_at = coalesce(started_at, now()), updated_at = now(), paused_until = NULL,
    paused_at = NULL,
    paused_seconds = paused_seconds + coalesce(extract(epoch FROM now() - paused_at), 0)
WHERE guild_id = %(guild_id)s AND id = %(id)s AND status IN ('queued', 'running');

-- add_effect
-- What was sent for the open scan, and saved; work goes on, so that no pause is told any more.
UPDATE guild_scans
SET requests = requests + %(requests)s, clips_saved = clips_saved + %(clips)s,
    error_message = CASE WHEN paused_until IS NULL THEN error_message END,
    paused_until = NULL, paused_at = NULL, updated_at = now(),
    paused_seconds = paused_seconds + coalesce(extract(epoch FROM now() - paused_at), 0)
WHERE guild_id = %(guild_id)s AND status IN ('queued', 'running');

-- pause_latest
-- Why nothing happens, and until when.
UPDATE guild_scans
SET paused_until = %(until)s, error_message = %(reason)s, updated_at = now(),
    paused_at = CASE WHEN started_at IS NOT NULL THEN coalesce(paused_at, now()) END
WHERE guild_id = %(guild_id)s AND id = (
    SELECT id FROM guild_scans
    WHERE guild_id = %(guild_id)s
    ORDER BY status IN ('queued', 'running') DESC, created_at DESC
    LIMIT 1
);

-- finish_open
-- Everything is read.
UPDATE guild_scans
SET status = 'succeeded', finished_at = now(), updated_at = now(), paused_until = NULL
WHERE guild_id = %(guild_id)s AND status = 'running' AND searching_for = 'history';

-- cancel_open
-- Nobody wants the rest of it.
UPDATE guild_scans
SET status = 'canceled', finished_at = now(), updated_at = now(), paused_until = NULL
WHERE guild_id = %(guild_id)s AND status IN ('queued', 'running');
