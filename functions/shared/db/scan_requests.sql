-- add_requests
-- Requests of today, by Greenwich; what is older than a month is forgotten.
WITH forgotten AS (
    DELETE FROM scan_requests
    WHERE guild_id = %(guild_id)s AND day < (now() AT TIME ZONE 'UTC')::date - 31
)
INSERT INTO scan_requests AS stored (guild_id, day, requests)
VALUES (%(guild_id)s, (now() AT TIME ZONE 'UTC')::date, greatest(0, %(requests)s::integer))
ON CONFLICT (guild_id, day) DO UPDATE
SET requests = greatest(0, stored.requests + %(requests)s::integer)
WHERE stored.guild_id = %(guild_id)s;

-- count_today
-- How many requests were sent today for one guild.
SELECT coalesce(sum(requests), 0)::integer
FROM scan_requests
WHERE guild_id = %(guild_id)s AND day = (now() AT TIME ZONE 'UTC')::date;
