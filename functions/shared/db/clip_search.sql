-- select_clips
-- Clips of a search next to a place in its results. Whatever a search does without folds away when
-- PostgreSQL plans it with the values, so that one index gives the order and reading ends with the
-- first rows. Frequent words do not go through the index, which would have to bring along every clip
-- that has them: what the others find is sifted by them (a function is no condition of an index).
SELECT clips.channel_id, message_id, attachment_id, author_id, author_name, message_text, filename,
       title, duration_seconds, is_spoiler, is_forward, participant_ids, game, posted_at,
       hidden_at IS NOT NULL AS is_hidden, coalesce(rank, 0) AS rank
FROM clips
CROSS JOIN LATERAL (
    SELECT CASE %(rank)s::text
               WHEN 'length' THEN coalesce(duration_seconds, 0)
               WHEN 'chance' THEN mod(attachment_id, 1000003)::double precision
           END AS rank
) AS ranked
WHERE guild_id = %(guild_id)s
  AND channel_id = ANY (%(channel_ids)s::bigint[])
  AND (hidden_at IS NULL OR author_id = %(viewer_id)s)
  AND (%(author_id)s::bigint IS NULL OR author_id = %(author_id)s)
  AND (%(participant_id)s::bigint IS NULL OR participant_ids @> ARRAY[%(participant_id)s::bigint])
  AND (%(game)s::text IS NULL OR lower(game) = lower(%(game)s))
  AND (%(first_id)s::bigint IS NULL OR message_id >= %(first_id)s)
  AND (%(end_id)s::bigint IS NULL OR message_id < %(end_id)s)
  AND (%(words)s::text IS NULL OR document @@ words_query(%(words)s))
  AND (%(frequent_words)s::text IS NULL OR ts_match_vq(document, words_query(%(frequent_words)s)))
  AND CASE
          WHEN %(place_message_id)s::bigint IS NULL THEN true
          WHEN %(rank)s = 'none' AND %(descending)s::boolean
          THEN (message_id, attachment_id) < (%(place_message_id)s, %(place_attachment_id)s::bigint)
          WHEN %(rank)s = 'none'
          THEN (message_id, attachment_id) > (%(place_message_id)s, %(place_attachment_id)s)
          WHEN %(descending)s
          THEN (rank, message_id, attachment_id)
               < (%(place_rank)s::float8, %(place_message_id)s, %(place_attachment_id)s)
          ELSE (rank, message_id, attachment_id)
               > (%(place_rank)s, %(place_message_id)s, %(place_attachment_id)s)
      END
ORDER BY CASE WHEN %(descending)s THEN rank END DESC,
         CASE WHEN %(descending)s THEN message_id END DESC,
         CASE WHEN %(descending)s THEN attachment_id END DESC,
         CASE WHEN NOT %(descending)s THEN rank END,
         CASE WHEN NOT %(descending)s THEN message_id END,
         CASE WHEN NOT %(descending)s THEN attachment_id END
LIMIT %(batch_size)s;

-- expect_no_cache
-- Until the transaction ends, PostgreSQL reckons with a table that no cache holds. By length, clips
-- come from all over it: a reading that ends early hardly sees a page twice, which it otherwise takes
-- for granted, and so reads the whole order in search of a word that few have.
SELECT set_config('effective_cache_size', '8MB', true);

-- select_words
-- The words of a text, and which of them more than a fiftieth of all clips have words that begin so,
-- as far as PostgreSQL's statistics tell.
WITH common AS MATERIALIZED (
    SELECT lexeme, frequency
    FROM pg_stats
    CROSS JOIN unnest(most_common_elems::text::text[], most_common_elem_freqs)
        AS each (lexeme, frequency)
    WHERE schemaname = current_schema() AND tablename = 'clips' AND attname = 'document'
)
SELECT word, coalesce((
    SELECT sum(frequency) > 0.02 FROM common WHERE starts_with(lexeme, lower(word))
), false) AS is_frequent
FROM regexp_split_to_table(
    btrim(regexp_replace(%(words)s, '[^[:alnum:]]+', ' ', 'g')), ' '
) AS word
WHERE word <> '';

-- select_totals
-- The numbers of /clips stats, over everything somebody may see.
SELECT count(*) AS clips,
       count(DISTINCT author_id) AS authors,
       count(*) FILTER (WHERE posted_at >= now() - interval '30 days') AS clips_of_month,
       coalesce(sum(duration_seconds), 0) AS seconds,
       coalesce(sum(size), 0)::bigint AS bytes,
       min(posted_at) AS first_at
FROM clips
WHERE guild_id = %(guild_id)s
  AND channel_id = ANY (%(channel_ids)s::bigint[])
  AND (hidden_at IS NULL OR author_id = %(viewer_id)s);

-- select_top_authors
-- Whose clips there are most of.
SELECT author_id::text AS name, count(*) AS clips
FROM clips
WHERE guild_id = %(guild_id)s
  AND channel_id = ANY (%(channel_ids)s::bigint[])
  AND (hidden_at IS NULL OR author_id = %(viewer_id)s)
  AND author_id IS NOT NULL
GROUP BY author_id
ORDER BY clips DESC, author_id
LIMIT %(batch_size)s;

-- select_top_games
-- Which games there are most clips of.
SELECT min(game) AS name, count(*) AS clips
FROM clips
WHERE guild_id = %(guild_id)s
  AND channel_id = ANY (%(channel_ids)s::bigint[])
  AND (hidden_at IS NULL OR author_id = %(viewer_id)s)
  AND game IS NOT NULL
GROUP BY lower(game)
ORDER BY clips DESC, lower(game)
LIMIT %(batch_size)s;

-- select_games
-- Names of games for autocompletion: jumps from one to the next in the index, however many clips
-- each has, and never names one that is only in channels closed to whoever types.
WITH RECURSIVE found AS (
    (
        SELECT game, lower(game) AS name
        FROM clips
        WHERE guild_id = %(guild_id)s
          AND channel_id = ANY (%(channel_ids)s::bigint[])
          AND (hidden_at IS NULL OR author_id = %(viewer_id)s)
          AND game IS NOT NULL
        ORDER BY lower(game)
        LIMIT 1
    )
    UNION ALL
    SELECT following.game, following.name
    FROM found
    CROSS JOIN LATERAL (
        SELECT game, lower(game) AS name
        FROM clips
        WHERE guild_id = %(guild_id)s
          AND channel_id = ANY (%(channel_ids)s::bigint[])
          AND (hidden_at IS NULL OR author_id = %(viewer_id)s)
          AND game IS NOT NULL
          AND lower(game) > found.name
        ORDER BY lower(game)
        LIMIT 1
    ) AS following
)
SELECT game
FROM found
WHERE strpos(name, lower(%(typed)s)) > 0
LIMIT %(batch_size)s;

-- select_threads
-- The threads of a guild, archived ones too: whoever may see their channel may see most of them.
SELECT channel_id, type, parent_id
FROM bot_channels
WHERE guild_id = %(guild_id)s
  AND state <> 'deleted'
  AND is_thread(type);

-- select_progress
-- How much of its history a guild's clips are known of: an open scan, and since when every message
-- of the channels somebody may see was read.
SELECT scan.results_seen, scan.total_results, scan.id IS NOT NULL AS is_scanning,
       proven.first_message_id
FROM (SELECT) AS always
LEFT JOIN LATERAL (
    SELECT id, results_seen, total_results
    FROM guild_scans
    WHERE guild_id = %(guild_id)s AND status IN ('queued', 'running')
    ORDER BY created_at DESC
    LIMIT 1
) AS scan ON true
LEFT JOIN LATERAL (
    SELECT max(first_message_id) AS first_message_id
    FROM (
        SELECT DISTINCT ON (channel_id) first_message_id
        FROM scan_coverage
        WHERE guild_id = %(guild_id)s AND channel_id = ANY (%(channel_ids)s::bigint[])
        ORDER BY channel_id, last_message_id DESC
    ) AS newest
) AS proven ON true;
