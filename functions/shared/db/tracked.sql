-- count_by_state
-- All that is tracked, counted for the metrics.
SELECT 'guild' AS noun, state, count(*) AS rows
FROM bot_guilds
GROUP BY state
UNION ALL
SELECT 'channel' AS noun, state, count(*) AS rows
FROM bot_channels
GROUP BY state;
