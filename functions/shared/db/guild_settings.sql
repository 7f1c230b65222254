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
