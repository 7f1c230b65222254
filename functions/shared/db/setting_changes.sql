-- insert_change
-- Who changed what; null stands for "not set", where the default or the guild's value counts.
INSERT INTO setting_changes (guild_id, channel_id, key, old_value, new_value, changed_by)
VALUES (%(guild_id)s, %(channel_id)s, %(key)s, %(old_value)s, %(new_value)s, %(changed_by)s);

-- select_last_change
-- The newest change that was not undone, of the guild or of one of its channels.
SELECT change.id, change.channel_id, channel.name AS channel_name, change.key, change.old_value,
       change.new_value, change.changed_by, change.changed_at, change.undone_at
FROM setting_changes AS change
LEFT JOIN bot_channels AS channel USING (channel_id)
WHERE change.guild_id = %(guild_id)s
  AND change.channel_id IS NOT DISTINCT FROM %(channel_id)s
  AND change.undone_at IS NULL
ORDER BY change.id DESC
LIMIT 1;

-- mark_undone
-- A change that was undone.
UPDATE setting_changes
SET undone_at = now(), undone_by = %(undone_by)s
WHERE guild_id = %(guild_id)s AND id = %(change_id)s;

-- select_changes
-- The history of a guild's settings, newest first.
SELECT change.id, change.channel_id, channel.name AS channel_name, change.key, change.old_value,
       change.new_value, change.changed_by, change.changed_at, change.undone_at
FROM setting_changes AS change
LEFT JOIN bot_channels AS channel USING (channel_id)
WHERE change.guild_id = %(guild_id)s
ORDER BY change.id DESC
LIMIT %(batch_size)s;
