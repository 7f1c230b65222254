-- add_interval
-- One more interval of message ids of which every message was read; what it overlaps or touches
-- becomes one with it.
WITH touched AS (
    DELETE FROM scan_coverage
    WHERE guild_id = %(guild_id)s
      AND channel_id = %(channel_id)s
      AND first_message_id - 1 <= %(last_message_id)s::bigint
      AND last_message_id + 1 >= %(first_message_id)s::bigint
    RETURNING first_message_id, last_message_id
)
INSERT INTO scan_coverage (guild_id, channel_id, first_message_id, last_message_id)
SELECT %(guild_id)s, %(channel_id)s,
       least(min(first_message_id), %(first_message_id)s::bigint),
       greatest(max(last_message_id), %(last_message_id)s::bigint)
FROM touched;

-- select_progress
-- Of each channel that is read, how much of the time since it was made is proven, and back to when
-- without a gap. A channel without messages has nothing to prove. Ids grow with time, so shares of
-- ids are shares of time; all of it is proven only when the first id of all is reached.
SELECT channel.channel_id,
       CASE
           WHEN coalesce(bool_or(
               covered.first_message_id = 0
               AND covered.last_message_id >= channel.last_message_id
           ), false) THEN 1.0
           ELSE least(
               0.99,
               coalesce(sum(greatest(
                   0,
                   least(covered.last_message_id, channel.last_message_id)
                   - greatest(covered.first_message_id, channel.channel_id)
               )) FILTER (WHERE covered.channel_id IS NOT NULL), 0)
                   / greatest(channel.last_message_id - channel.channel_id, 1)
           )
       END::double precision AS share,
       to_timestamp(((min(covered.first_message_id) FILTER (
           WHERE covered.last_message_id >= channel.last_message_id
       ) >> 22) + 1420070400000) / 1000.0) AS proven_since
FROM scannable_channels AS channel
LEFT JOIN scan_coverage AS covered ON covered.channel_id = channel.channel_id
WHERE channel.guild_id = %(guild_id)s
  AND (NOT channel.is_nsfw OR %(with_nsfw)s)
  AND channel.has_messages
  AND channel.last_message_id IS NOT NULL
GROUP BY channel.channel_id, channel.last_message_id
ORDER BY share, channel.channel_id;
