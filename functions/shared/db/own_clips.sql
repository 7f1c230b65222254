-- select_summary
-- How many clips of one author there are, and how many of them they hid.
SELECT count(*) AS clips, count(hidden_at) AS hidden
FROM clips
WHERE guild_id = %(guild_id)s AND author_id = %(author_id)s;

-- select_page
-- Clips of one author, newest first; only as many as one person posted are passed over.
SELECT channel_id, message_id, attachment_id, filename, size, duration_seconds, posted_at, hidden_at
FROM clips
WHERE guild_id = %(guild_id)s AND author_id = %(author_id)s
ORDER BY message_id DESC, attachment_id DESC
LIMIT %(batch_size)s
OFFSET %(offset)s;

-- select_clip
-- One clip, if it is this author's.
SELECT channel_id, message_id, attachment_id, filename, size, duration_seconds, posted_at, hidden_at
FROM clips
WHERE guild_id = %(guild_id)s AND author_id = %(author_id)s
  AND message_id = %(message_id)s AND attachment_id = %(attachment_id)s;

-- set_hidden
-- Hide one clip of this author, or show it again; no row where that changes nothing.
UPDATE clips
SET hidden_at = CASE WHEN %(is_hidden)s THEN now() END
WHERE guild_id = %(guild_id)s AND author_id = %(author_id)s
  AND message_id = %(message_id)s AND attachment_id = %(attachment_id)s
  AND (hidden_at IS NULL) = %(is_hidden)s;

-- bury
-- Delete clips of one author, the newest first, or one of them, for good: a tombstone for each keeps
-- it from being saved again.
WITH gone AS (
    DELETE FROM clips
    WHERE guild_id = %(guild_id)s AND (channel_id, message_id, attachment_id) IN (
        SELECT channel_id, message_id, attachment_id
        FROM clips
        WHERE guild_id = %(guild_id)s AND author_id = %(author_id)s
          AND (%(message_id)s::bigint IS NULL
               OR (message_id, attachment_id) = (%(message_id)s::bigint, %(attachment_id)s::bigint))
        ORDER BY message_id DESC, attachment_id DESC
        LIMIT %(batch_size)s
    )
    RETURNING channel_id, message_id, attachment_id
)
INSERT INTO clip_tombstones (guild_id, channel_id, message_id, attachment_id, reason)
SELECT %(guild_id)s, channel_id, message_id, attachment_id, 'deleted_by_author'
FROM gone
ON CONFLICT (guild_id, channel_id, message_id, attachment_id) DO NOTHING;

-- select_records
-- All that is kept of clips of one author, newest first, in batches from where the last one ended.
SELECT channel_id, message_id, attachment_id, author_id, author_name, filename, title, content_type,
       size, width, height, duration_seconds, placeholder, is_spoiler, is_forward, is_native_clip,
       clip_created_at, participant_ids, game_id, game, message_text, posted_at, saved_at, saved_by,
       hidden_at
FROM clips
WHERE guild_id = %(guild_id)s AND author_id = %(author_id)s
  AND (message_id, attachment_id) < (%(message_id)s, %(attachment_id)s)
ORDER BY message_id DESC, attachment_id DESC
LIMIT %(batch_size)s;
