-- insert_clips
-- Clips of any channels of a guild; those that are known already are left as they are, and not
-- returned. Nothing brings back what was deleted, and nothing is kept of those who asked for that.
INSERT INTO clips (
    guild_id, channel_id, message_id, attachment_id, author_id, author_name, message_text, filename,
    title, content_type, size, width, height, duration_seconds, placeholder, is_spoiler,
    is_native_clip, is_forward, clip_created_at, participant_ids, game_id, game, posted_at, saved_by
)
SELECT %(guild_id)s, channel_id, message_id, attachment_id, author_id, author_name,
       message_text, filename, title, content_type, size, width, height, duration_seconds,
       placeholder, is_spoiler, is_native_clip, is_forward, clip_created_at,
       ARRAY(SELECT jsonb_array_elements_text(participant_ids)::bigint), game_id, game,
       posted_at, %(saved_by)s
FROM jsonb_to_recordset(%(clips)s) AS given (
    channel_id bigint, message_id bigint, attachment_id bigint, author_id bigint, author_name text,
    message_text text, filename text, title text, content_type text, size bigint, width integer,
    height integer, duration_seconds double precision, placeholder text, is_spoiler boolean,
    is_native_clip boolean, is_forward boolean, clip_created_at timestamptz, participant_ids jsonb,
    game_id bigint, game text, posted_at timestamptz
)
WHERE EXISTS (
    SELECT FROM bot_channels AS channel
    WHERE channel.guild_id = %(guild_id)s AND channel.channel_id = given.channel_id
)
AND NOT EXISTS (
    SELECT FROM clip_opt_outs AS unwanted
    WHERE unwanted.guild_id = %(guild_id)s AND unwanted.user_id = given.author_id
)
AND NOT EXISTS (
    SELECT
    FROM clip_tombstones AS buried
    WHERE buried.guild_id = %(guild_id)s
      AND buried.channel_id = given.channel_id
      AND buried.message_id = given.message_id
      AND buried.attachment_id = given.attachment_id
)
ON CONFLICT (guild_id, channel_id, message_id, attachment_id) DO NOTHING
RETURNING message_id, attachment_id;

-- update_texts
-- Texts that were edited since they were saved; only where a text is kept. Of those who want nothing
-- more of theirs to be, the new one is not taken, and the old one, which they took back, goes.
UPDATE clips
SET message_text = CASE
    WHEN NOT EXISTS (
        SELECT FROM clip_opt_outs AS unwanted
        WHERE unwanted.guild_id = %(guild_id)s AND unwanted.user_id = clips.author_id
    ) THEN nullif(given.message_text, '')
END
FROM jsonb_to_recordset(%(texts)s) AS given (
    channel_id bigint, message_id bigint, message_text text
)
WHERE clips.guild_id = %(guild_id)s
  AND clips.channel_id = given.channel_id
  AND clips.message_id = given.message_id
  AND clips.message_text <> given.message_text;

-- delete_of_guild
-- A batch of the clips of a guild that is being purged, so that no cascade becomes long.
DELETE FROM clips
WHERE guild_id = %(guild_id)s AND ctid = ANY (ARRAY(
    SELECT ctid
    FROM clips
    WHERE guild_id = %(guild_id)s
    LIMIT %(batch_size)s
    FOR UPDATE SKIP LOCKED
));

-- lock_for_saving
-- Whoever saves clips of a guild waits here for those who are deleting some or opting out, and only
-- then looks for their tombstones. Others who save do not disturb.
SELECT pg_advisory_xact_lock_shared(hashtextextended('catalogue', %(guild_id)s));

-- lock_against_saving
-- Nobody saves a clip of this guild until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('catalogue', %(guild_id)s));
