-- select_tables
-- Every table, the largest first, with what it takes and what of it is dead.
SELECT class.oid::regclass::text AS name,
       pg_table_size(class.oid) AS table_bytes,
       pg_indexes_size(class.oid) AS index_bytes,
       coalesce(stats.n_live_tup, 0) AS live_rows,
       coalesce(stats.n_dead_tup, 0) AS dead_rows
FROM pg_class AS class
LEFT JOIN pg_stat_user_tables AS stats ON stats.relid = class.oid
WHERE class.relkind = 'r' AND class.relnamespace = current_schema()::regnamespace
ORDER BY pg_total_relation_size(class.oid) DESC, 1;

-- select_indexes
-- Every index with its size, how often it was read, and for a B-tree the size it would have if it
-- were built now: keys as wide as the statistics say, 12 bytes for each entry, a tenth of a page
-- free. A unique one is needed whether it is read or not.
SELECT class.oid::regclass::text AS name,
       pg_relation_size(class.oid) AS bytes,
       stats.idx_scan AS scans,
       NOT index.indisunique AS is_optional,
       index.indisvalid AS is_valid,
       CASE WHEN method.amname = 'btree' AND class.reltuples >= 0 THEN 8192 * (
           1 + ceil(class.reltuples * (12 + coalesce(width.bytes, 8)) / (0.9 * 8168))
       )::bigint END AS fresh_bytes
FROM pg_index AS index
JOIN pg_class AS class ON class.oid = index.indexrelid
JOIN pg_am AS method ON method.oid = class.relam
JOIN pg_stat_user_indexes AS stats ON stats.indexrelid = class.oid
LEFT JOIN LATERAL (
    SELECT sum(ceil(coalesce(statistics.avg_width, 8) / 8.0) * 8) AS bytes
    FROM pg_attribute AS key
    LEFT JOIN pg_attribute AS source
        ON source.attrelid = index.indrelid AND source.attnum = index.indkey[key.attnum - 1]
    LEFT JOIN pg_stats AS statistics
        ON statistics.schemaname = stats.schemaname
        AND (statistics.tablename, statistics.attname) IN (
            (stats.relname, source.attname), (stats.indexrelname, key.attname)
        )
    WHERE key.attrelid = class.oid
) AS width ON true
WHERE class.relnamespace = current_schema()::regnamespace
ORDER BY 2 DESC, 1;

-- select_database
-- The size of everything, and since when its use has been counted.
SELECT pg_database_size(datname) AS bytes, stats_reset AS counted_since
FROM pg_stat_database
WHERE datname = current_database();
