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
