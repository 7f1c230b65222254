-- delete_expired
-- A batch of intents whose time and grace are over; rows in use elsewhere wait for the next batch.
DELETE FROM install_intents
WHERE state IN (
    SELECT state
    FROM install_intents
    WHERE expires_at < now() - make_interval(secs => %(grace_seconds)s)
    ORDER BY expires_at
    LIMIT %(batch_size)s
    FOR UPDATE SKIP LOCKED
);

-- count_expired
-- How many intents a purge would delete.
SELECT count(*)
FROM install_intents
WHERE expires_at < now() - make_interval(secs => %(grace_seconds)s);
