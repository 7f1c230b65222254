-- select_tables
-- Every table with the columns that can be written, its primary key, and what its rows hang on.
SELECT class.relname::text AS name,
       (
           SELECT array_agg(attname::text ORDER BY attnum)
           FROM pg_attribute
           WHERE attrelid = class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
       ) AS columns,
       coalesce((
           SELECT array_agg(attname::text ORDER BY attnum)
           FROM pg_index
           JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
           WHERE indrelid = class.oid AND indisprimary
       ), '{}') AS key,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object(
               'column', own.attname, 'table', parent.relname, 'key', other.attname,
               'is_optional', NOT own.attnotnull
           ))
           FROM pg_constraint
           JOIN pg_class AS parent ON parent.oid = confrelid
           JOIN pg_attribute AS own ON own.attrelid = conrelid AND own.attnum = conkey[1]
           JOIN pg_attribute AS other ON other.attrelid = confrelid AND other.attnum = confkey[1]
           WHERE conrelid = class.oid AND contype = 'f'
       ), '[]') AS parents,
       greatest(pg_relation_size(class.oid) / current_setting('block_size')::integer, 0) AS pages
FROM pg_class AS class
WHERE class.relkind = 'r' AND class.relnamespace = current_schema()::regnamespace
ORDER BY 1;

-- select_server
-- The clock and the version of the server.
SELECT now(), current_setting('server_version'), current_setting('server_version_num')::integer;

-- select_revisions
-- What was migrated.
SELECT revision, oldest_release FROM schema_revisions;

-- select_movable
-- Everything of ours in the schema, with the words that move it elsewhere; what belongs to a table
-- moves along.
SELECT kind || ' ' || name
FROM (
    SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                        WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
           oid::regclass::text AS name, oid, 'pg_class'::regclass AS catalogue
    FROM pg_class
    WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND relnamespace = current_schema()::regnamespace
    UNION ALL
    SELECT 'TYPE', format_type(oid, NULL), oid, 'pg_type'::regclass
    FROM pg_type
    WHERE typtype IN ('e', 'd') AND typnamespace = current_schema()::regnamespace
    UNION ALL
    SELECT 'FUNCTION', oid::regprocedure::text, oid, 'pg_proc'::regclass
    FROM pg_proc
    WHERE prokind = 'f' AND pronamespace = current_schema()::regnamespace
) AS ours
WHERE NOT EXISTS (
    SELECT FROM pg_depend
    WHERE classid = catalogue AND objid = ours.oid AND deptype IN ('e', 'a', 'i')
)
ORDER BY 1;

-- end_loading
-- Our own sessions of that name, told to end.
SELECT pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE application_name = %(name)s AND datname = current_database() AND usename = current_user;

-- count_foreign_channels
-- Channels beside their table that are another guild's in it.
SELECT count(*)
FROM staged
JOIN bot_channels AS target USING (channel_id)
WHERE target.guild_id <> %(guild_id)s;
