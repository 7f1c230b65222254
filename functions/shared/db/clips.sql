-- insert_clips
-- Clips of one channel; those that are known already are left as they are, and not returned. Nothing
-- brings back what was deleted, and nothing is kept of those who asked for that.
INSERT INTO clips (
    guild_id, channel_id, message_id, attachment_id, author_id, author_name, message_text, filename,
    title, content_type, size, width, height, duration_seconds, placeholder, is_spoiler,
    is_native_clip, is_forward, clip_created_at, participant_ids, game_id, game, posted_at, saved_by
)
SELECT %(guild_id)s, %(channel_id)s, %(message_id)s, attachment_id, %(author_id)s, %(author_name)s,
       %(message_text)s, filename, title, content_type, size, width, height, duration_seconds,
       placeholder, is_spoiler, is_native_clip, %(is_forward)s, clip_created_at,
       ARRAY(SELECT jsonb_array_elements_text(participant_ids)::bigint), game_id, game,
       %(posted_at)s, %(saved_by)s
FROM jsonb_to_recordset(%(clips)s) AS given (
    attachment_id bigint, filename text, title text, content_type text, size bigint, width integer,
    height integer, duration_seconds double precision, placeholder text, is_spoiler boolean,
    is_native_clip boolean,
    clip_created_at timestamptz, participant_ids jsonb, game_id bigint, game text
)
WHERE EXISTS (
    SELECT FROM bot_channels WHERE guild_id = %(guild_id)s AND channel_id = %(channel_id)s
)
AND NOT EXISTS (
    SELECT FROM clip_opt_outs WHERE guild_id = %(guild_id)s AND user_id = %(author_id)s
)
AND NOT EXISTS (
    SELECT
    FROM clip_tombstones AS buried
    WHERE buried.guild_id = %(guild_id)s
      AND buried.channel_id = %(channel_id)s
      AND buried.message_id = %(message_id)s
      AND buried.attachment_id = given.attachment_id
)
ON CONFLICT (guild_id, channel_id, message_id, attachment_id) DO NOTHING
RETURNING attachment_id;

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
