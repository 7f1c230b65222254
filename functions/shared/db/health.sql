-- select_health
-- What the server says of itself, for the metrics; every guild shares it.
SELECT
    pg_database_size(current_database()) AS bytes,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
    current_setting('max_connections')::int AS max_connections,
    (SELECT 100.0 * sum(idx_scan) / nullif(sum(coalesce(idx_scan, 0) + seq_scan), 0)
       FROM pg_stat_user_tables)::float AS index_percent,
    (SELECT count(*) FROM bot_channel_scan_runs WHERE status = 'running') AS active_scans;
