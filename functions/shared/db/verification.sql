-- select_constraint_statements
-- For every foreign key and every check, the statement that counts the rows that break it. Restored
-- and damaged databases can hold such rows, though PostgreSQL lets nobody write them.
SELECT conname AS name, conrelid::regclass::text AS relation,
       CASE contype
           WHEN 'c' THEN format(
               'SELECT count(*) FROM %%s WHERE NOT (%%s)',
               conrelid::regclass, pg_get_expr(conbin, conrelid)
           )
           ELSE format(
               'SELECT count(*) FROM %%s AS child WHERE child.%%I IS NOT NULL'
               ' AND NOT EXISTS (SELECT FROM %%s AS parent WHERE parent.%%I = child.%%I)',
               conrelid::regclass, own.attname, confrelid::regclass, other.attname, own.attname
           )
       END AS statement
FROM pg_constraint
LEFT JOIN pg_attribute AS own ON own.attrelid = conrelid AND own.attnum = conkey[1]
LEFT JOIN pg_attribute AS other ON other.attrelid = confrelid AND other.attnum = confkey[1]
WHERE connamespace = current_schema()::regnamespace
  AND (contype = 'c' AND conrelid <> 0 OR contype = 'f' AND cardinality(conkey) = 1)
ORDER BY 2, 1;

-- select_reading_statements
-- For every table, the statement that reads all of it: what is kept outside its rows, too.
SELECT relname::text AS name, oid::regclass::text AS relation,
       format('SELECT count(*) FROM %%s AS whole WHERE whole::text IS NULL', oid::regclass)
           AS statement
FROM pg_class
WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
ORDER BY 1;

-- select_amcheck_statements
-- Where the extension amcheck is, and ours to call: what pg_amcheck would run, object by object.
SELECT class.relname::text AS name, class.oid::regclass::text AS relation,
       CASE class.relkind
           WHEN 'i' THEN format(
               'SELECT 0 FROM %%I.bt_index_check(%%L::regclass, true)', home.nspname,
               class.oid::regclass
           )
           ELSE format(
               'SELECT count(*) FROM %%I.verify_heapam(%%L::regclass)', home.nspname,
               class.oid::regclass
           )
       END AS statement,
       class.relkind = 'i' AS is_index
FROM pg_extension AS extension
JOIN pg_namespace AS home ON home.oid = extension.extnamespace
JOIN pg_proc AS function ON function.pronamespace = home.oid
JOIN pg_class AS class ON class.relnamespace = current_schema()::regnamespace
LEFT JOIN pg_am AS method ON method.oid = class.relam
LEFT JOIN pg_index AS index ON index.indexrelid = class.oid
WHERE extension.extname = 'amcheck'
  AND has_function_privilege(function.oid, 'EXECUTE')
  AND (
      class.relkind = 'r' AND function.proname = 'verify_heapam'
      OR class.relkind = 'i' AND method.amname = 'btree' AND index.indisvalid
      AND function.proname = 'bt_index_check' AND function.pronargs = 2
  )
ORDER BY class.relkind DESC, 1;

-- select_role
-- Whom an administrator would have to grant something.
SELECT quote_ident(current_user) AS role;

-- select_checksums
-- Whether pages carry checksums, and how many reads of this database found one wrong.
SELECT current_setting('data_checksums') = 'on' AS enabled,
       coalesce(checksum_failures, 0) AS failures,
       checksum_last_failure AS last_failure,
       stats_reset AS counted_since
FROM pg_stat_database
WHERE datname = current_database();
