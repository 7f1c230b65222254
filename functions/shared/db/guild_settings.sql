-- insert_defaults
-- Defaults for a guild that has no settings yet.
INSERT INTO guild_settings (guild_id, settings)
VALUES (%(guild_id)s, %(settings)s)
ON CONFLICT (guild_id) DO NOTHING;

-- select_settings
-- What is stored for one guild, unknown keys included.
SELECT settings
FROM guild_settings
WHERE guild_id = %(guild_id)s;

-- lock_settings
-- The settings of one guild, which nobody else changes until the transaction ends. What an operator
-- stored that is no object holds none.
SELECT CASE WHEN jsonb_typeof(settings) = 'object' THEN settings ELSE '{}' END
FROM guild_settings
WHERE guild_id = %(guild_id)s
FOR UPDATE;

-- set_value
-- One key; what else is in the object, known or not, stays.
UPDATE guild_settings
SET settings = CASE WHEN jsonb_typeof(settings) = 'object' THEN settings ELSE '{}' END
               || jsonb_build_object(%(key)s::text, %(value)s::jsonb),
    updated_at = now()
WHERE guild_id = %(guild_id)s;

-- remove_value
-- One key goes back to the default.
UPDATE guild_settings
SET settings = settings - %(key)s::text, updated_at = now()
WHERE guild_id = %(guild_id)s AND jsonb_typeof(settings) = 'object';
