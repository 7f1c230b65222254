-- settings_not_objects
-- Settings that operators made something else of; they are read as none at all.
SELECT count(*) AS found, (array_agg('guild ' || guild_id ORDER BY guild_id))[1:3] AS examples
FROM guild_settings
WHERE jsonb_typeof(settings) <> 'object';

-- channel_settings_not_objects
-- The same of channels.
SELECT count(*) AS found, (array_agg('channel ' || channel_id ORDER BY channel_id))[1:3] AS examples
FROM bot_channels
WHERE jsonb_typeof(settings) <> 'object';

-- guilds_without_settings
-- Present guilds whose defaults were never stored.
SELECT count(*) AS found, (array_agg('guild ' || guild_id ORDER BY guild_id))[1:3] AS examples
FROM bot_guilds AS guild
WHERE state = 'present'
  AND NOT EXISTS (SELECT FROM guild_settings WHERE guild_id = guild.guild_id);

-- clips_elsewhere
-- Clips whose channel is another guild's: a foreign key cannot see that.
SELECT count(*) AS found, (array_agg('message ' || message_id ORDER BY message_id))[1:3] AS examples
FROM clips AS clip
JOIN bot_channels AS channel USING (channel_id)
WHERE clip.guild_id <> channel.guild_id;

-- coverage_elsewhere
-- The same of what was read.
SELECT count(*) AS found,
       (array_agg('channel ' || channel_id ORDER BY channel_id))[1:3] AS examples
FROM scan_coverage AS covered
JOIN bot_channels AS channel USING (channel_id)
WHERE covered.guild_id <> channel.guild_id;

-- coverage_overlapping
-- Intervals of one channel that overlap: writing one makes it one with all that it touches.
SELECT count(*) AS found,
       (array_agg('channel ' || channel_id ORDER BY channel_id))[1:3] AS examples
FROM (
    SELECT channel_id, first_message_id, lag(last_message_id) OVER (
        PARTITION BY channel_id ORDER BY first_message_id
    ) AS end_before
    FROM scan_coverage
) AS covered
WHERE end_before >= first_message_id;

-- buried_clips
-- Clips that were deleted for good and are there nevertheless.
SELECT count(*) AS found, (array_agg('message ' || message_id ORDER BY message_id))[1:3] AS examples
FROM clips
JOIN clip_tombstones USING (guild_id, channel_id, message_id, attachment_id);

-- stale_channel_runs
-- Scans of a channel that nobody has moved forward for an hour.
SELECT count(*) AS found, (array_agg('run ' || id ORDER BY created_at))[1:3] AS examples
FROM bot_channel_scan_runs
WHERE status = 'running' AND updated_at < now() - interval '1 hour';

-- stale_guild_scans
-- Scans of a guild that nobody has moved forward for a day, and that are not told to wait.
SELECT count(*) AS found, (array_agg('guild ' || guild_id ORDER BY guild_id))[1:3] AS examples
FROM guild_scans
WHERE status = 'running'
  AND updated_at < now() - interval '1 day'
  AND (paused_until IS NULL OR paused_until < now());

-- invalid_indexes
-- Indexes whose building was cut short: they cost writes and serve no reads.
SELECT count(*) AS found, (array_agg(indexrelid::regclass::text))[1:3] AS examples
FROM pg_index
JOIN pg_class AS class ON class.oid = indexrelid
WHERE NOT indisvalid AND class.relnamespace = current_schema()::regnamespace;
