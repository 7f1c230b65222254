-- insert_intent
-- Somebody is on the way to Discord's consent page. The guild is a wish and may not be known yet.
INSERT INTO install_intents (state, guild_id, expires_at)
VALUES (%(intent_state)s, %(guild_id)s, now() + make_interval(secs => %(seconds)s));

-- select_age
-- Whether an intent is still there, and still good.
SELECT CASE WHEN expires_at > now() THEN 'open' ELSE 'expired' END
FROM install_intents
WHERE state = %(intent_state)s;

-- consume_intent
-- Of all who come back with an intent, one gets the row.
DELETE FROM install_intents
WHERE state = %(intent_state)s
RETURNING state;

-- delete_expired
-- A batch of intents whose time and grace are over; rows in use elsewhere wait for the next run.
-- An array is made once; the rows of an IN may be looked for, and locked, again and again.
DELETE FROM install_intents
WHERE state = ANY (ARRAY(
    SELECT state
    FROM install_intents
    WHERE expires_at < now() - make_interval(secs => %(grace_seconds)s)
    ORDER BY expires_at
    LIMIT %(batch_size)s
    FOR UPDATE SKIP LOCKED
));

-- count_expired
-- How many intents a purge would delete.
SELECT count(*)
FROM install_intents
WHERE expires_at < now() - make_interval(secs => %(grace_seconds)s);
