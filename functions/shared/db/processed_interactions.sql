-- record
-- This interaction is being acted upon; no row if it was before.
INSERT INTO processed_interactions (interaction_id)
VALUES (%(interaction_id)s)
ON CONFLICT (interaction_id) DO NOTHING;

-- is_recorded
-- Whether an interaction was acted upon.
SELECT EXISTS (SELECT FROM processed_interactions WHERE interaction_id = %(interaction_id)s);

-- delete_old
-- A batch of interactions so old that Discord will not send them again.
DELETE FROM processed_interactions
WHERE interaction_id = ANY (ARRAY(
    SELECT interaction_id
    FROM processed_interactions
    WHERE processed_at < now() - make_interval(days => %(retention_days)s)
    LIMIT %(batch_size)s
    FOR UPDATE SKIP LOCKED
));

-- count_old
-- How many a purge would delete.
SELECT count(*)
FROM processed_interactions
WHERE processed_at < now() - make_interval(days => %(retention_days)s);
