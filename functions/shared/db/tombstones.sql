-- bury_clips
-- Clips that are gone, and the notes that keep every scan and restore from bringing them back.
WITH given AS (
    SELECT channel_id, message_id, attachment_id
    FROM jsonb_to_recordset(%(clips)s) AS each (
        channel_id bigint, message_id bigint, attachment_id bigint
    )
),
buried AS (
    INSERT INTO clip_tombstones (guild_id, channel_id, message_id, attachment_id, reason)
    SELECT %(guild_id)s, channel_id, message_id, attachment_id, %(reason)s
    FROM given
    ON CONFLICT (guild_id, channel_id, message_id, attachment_id) DO NOTHING
)
DELETE FROM clips
USING given
WHERE clips.guild_id = %(guild_id)s
  AND clips.channel_id = given.channel_id
  AND clips.message_id = given.message_id
  AND clips.attachment_id = given.attachment_id;

-- bury_messages
-- The same for all clips of messages that are gone, also of those that nobody looked at.
WITH given AS (
    SELECT channel_id, message_id
    FROM jsonb_to_recordset(%(messages)s) AS each (channel_id bigint, message_id bigint)
),
gone AS (
    DELETE FROM clips
    USING given
    WHERE clips.guild_id = %(guild_id)s
      AND clips.channel_id = given.channel_id
      AND clips.message_id = given.message_id
    RETURNING clips.channel_id, clips.message_id, clips.attachment_id
)
INSERT INTO clip_tombstones (guild_id, channel_id, message_id, attachment_id, reason)
SELECT %(guild_id)s, channel_id, message_id, attachment_id, 'message_deleted'
FROM gone
ON CONFLICT (guild_id, channel_id, message_id, attachment_id) DO NOTHING;

-- select_tombstones
-- The files of a message that were saved once and are not to be saved again, and why.
SELECT attachment_id, reason
FROM clip_tombstones
WHERE guild_id = %(guild_id)s AND channel_id = %(channel_id)s AND message_id = %(message_id)s;
