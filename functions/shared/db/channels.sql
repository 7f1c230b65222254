-- select_channels
-- All channels of one guild, as the sync compares them.
SELECT channel_id, name, type, parent_id, position, is_nsfw, is_reading, last_message_id, state,
       permissions, probed_at
FROM bot_channels
WHERE guild_id = %(guild_id)s;

-- upsert_channels
-- New and changed channels in one statement; is_reading is set once and belongs to people then.
INSERT INTO bot_channels AS stored (
    channel_id, guild_id, name, type, parent_id, position, is_nsfw, is_reading, last_message_id,
    last_activity_at, state, permissions, probed_at
)
SELECT channel_id, %(guild_id)s, name, type, parent_id, position, is_nsfw, is_reading,
       last_message_id, last_activity_at, state, permissions, probed_at
FROM jsonb_to_recordset(%(channels)s) AS given (
    channel_id bigint, name text, type text, parent_id bigint, position integer, is_nsfw boolean,
    is_reading boolean, last_message_id bigint, last_activity_at timestamptz, state text,
    permissions bigint, probed_at timestamptz
)
ON CONFLICT (channel_id) DO UPDATE
SET name = EXCLUDED.name,
    type = EXCLUDED.type,
    parent_id = EXCLUDED.parent_id,
    position = EXCLUDED.position,
    is_nsfw = EXCLUDED.is_nsfw,
    last_message_id = EXCLUDED.last_message_id,
    last_activity_at = EXCLUDED.last_activity_at,
    state = EXCLUDED.state,
    state_changed_at = CASE
        WHEN stored.state = EXCLUDED.state THEN stored.state_changed_at ELSE now()
    END,
    permissions = EXCLUDED.permissions,
    probed_at = EXCLUDED.probed_at,
    updated_at = now()
WHERE stored.guild_id = %(guild_id)s;

-- count_channels_by_state
-- The numbers behind /status.
SELECT state, count(*) AS channels, count(*) FILTER (WHERE is_reading) AS reading
FROM bot_channels
WHERE guild_id = %(guild_id)s
GROUP BY state
ORDER BY state;

-- delete_channels
-- A batch of the channels of a guild that is being purged, once their scan runs are gone.
DELETE FROM bot_channels
WHERE guild_id = %(guild_id)s AND channel_id = ANY (ARRAY(
    SELECT channel_id
    FROM bot_channels AS channel
    WHERE guild_id = %(guild_id)s
      AND NOT EXISTS (
          SELECT FROM bot_channel_scan_runs AS run WHERE run.channel_id = channel.channel_id
      )
    LIMIT %(batch_size)s
    FOR UPDATE SKIP LOCKED
));

-- insert_channel
-- A channel met before any sync listed it; the next sync completes it, but is_reading stays. A thread
-- is read for clips if its channel is.
INSERT INTO bot_channels (channel_id, guild_id, name, type, parent_id, is_nsfw, is_reading, state)
VALUES (
    %(channel_id)s, %(guild_id)s, %(name)s, %(type)s, %(parent_id)s, %(is_nsfw)s,
    coalesce(
        (
            SELECT is_reading FROM bot_channels
            WHERE guild_id = %(guild_id)s AND channel_id = %(thread_of)s
        ),
        %(is_reading)s
    ),
    'unknown'
)
ON CONFLICT (channel_id) DO NOTHING;

-- select_reading_channels
-- The channels that are to be read for clips, with what the bot may do in them.
SELECT channel_id, channel.name, type, channel.permissions,
       is_nsfw OR coalesce(nsfw_level IN (1, 3), false) AS is_nsfw
FROM bot_channels AS channel
JOIN bot_guilds USING (guild_id)
WHERE guild_id = %(guild_id)s AND is_reading AND channel.state IN ('visible', 'hidden', 'unknown')
ORDER BY position NULLS LAST, channel_id;

-- select_channel_choices
-- Channels whose name contains what somebody has typed so far.
SELECT channel_id, name, type, permissions, is_nsfw
FROM bot_channels
WHERE guild_id = %(guild_id)s
  AND state <> 'deleted'
  AND type <> 'category'
  AND strpos(lower(name), lower(%(typed)s)) > 0
ORDER BY position NULLS LAST, name
LIMIT %(batch_size)s;

-- select_channel_settings
-- One channel's name and settings.
SELECT name, is_reading, settings
FROM bot_channels
WHERE guild_id = %(guild_id)s AND channel_id = %(channel_id)s;

-- select_parent_settings
-- Settings of the channel that a thread is in, which hold where the thread has none.
SELECT parent.settings
FROM bot_channels AS thread
JOIN bot_channels AS parent
    ON parent.channel_id = thread.parent_id AND parent.guild_id = thread.guild_id
WHERE thread.guild_id = %(guild_id)s AND thread.channel_id = %(channel_id)s
  AND is_thread(thread.type);

-- lock_channel_settings
-- The same, and nobody else changes them until the transaction ends.
SELECT name, is_reading, settings
FROM bot_channels
WHERE guild_id = %(guild_id)s AND channel_id = %(channel_id)s
FOR UPDATE;

-- set_channel_value
-- One key; what else is in the object, known or not, stays.
UPDATE bot_channels
SET settings = CASE WHEN jsonb_typeof(settings) = 'object' THEN settings ELSE '{}' END
               || jsonb_build_object(%(key)s::text, %(value)s::jsonb),
    updated_at = now()
WHERE guild_id = %(guild_id)s AND channel_id = %(channel_id)s;

-- remove_channel_value
-- One key goes back to the guild's value.
UPDATE bot_channels
SET settings = settings - %(key)s::text, updated_at = now()
WHERE guild_id = %(guild_id)s AND channel_id = %(channel_id)s
  AND jsonb_typeof(settings) = 'object';

-- set_is_reading
-- Whether the channel is read for clips, and its threads with it: an admin's word.
UPDATE bot_channels
SET is_reading = %(is_reading)s, updated_at = now()
WHERE guild_id = %(guild_id)s
  AND (
      channel_id = %(channel_id)s
      OR parent_id = %(channel_id)s AND is_thread(type)
  );
