-- select_connections
-- How many sessions the whole server has, and how many it leaves to ordinary roles.
SELECT
    (SELECT sum(numbackends) FROM pg_stat_database)::int AS used,
    current_setting('max_connections')::int
    - current_setting('superuser_reserved_connections')::int AS allowed,
    current_setting('server_version') AS version;
