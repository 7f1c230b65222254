-- select_sync_order
-- Every guild ever seen, for deciding whose turn it is and who is missing from Discord's list.
SELECT guild_id, state, synced_at, member_read_at
FROM bot_guilds
ORDER BY synced_at NULLS FIRST, guild_id;

-- select_guild
-- One guild as it is stored.
SELECT guild_id, name, icon, owner_user_id, state, permissions, bot_role_ids, timed_out_until,
       member_read_at, overwrites_hash, synced_at
FROM bot_guilds
WHERE guild_id = %(guild_id)s;

-- insert_guild
-- A guild seen for the first time; somebody else may have been quicker.
INSERT INTO bot_guilds (guild_id, name)
VALUES (%(guild_id)s, %(name)s)
ON CONFLICT (guild_id) DO NOTHING;

-- lock_guild
-- The guild for this transaction alone; no row if another run is writing it at this moment.
SELECT guild_id, name, icon, owner_user_id, state, permissions, bot_role_ids, timed_out_until,
       member_read_at, overwrites_hash, synced_at
FROM bot_guilds
WHERE guild_id = %(guild_id)s
FOR NO KEY UPDATE SKIP LOCKED;

-- update_guild
-- What Discord says about a guild the bot is in.
UPDATE bot_guilds
SET name = %(name)s,
    icon = %(icon)s,
    owner_user_id = coalesce(%(owner_user_id)s, owner_user_id),
    state = 'present',
    state_changed_at = CASE WHEN state = 'present' THEN state_changed_at ELSE now() END,
    permissions = %(permissions)s,
    bot_role_ids = %(bot_role_ids)s,
    timed_out_until = %(timed_out_until)s,
    member_read_at = CASE WHEN %(member_was_read)s THEN now() ELSE member_read_at END,
    overwrites_hash = %(overwrites_hash)s,
    last_seen_at = now(),
    synced_at = clock_timestamp()
WHERE guild_id = %(guild_id)s;

-- mark_left
-- The bot is no longer in this guild, confirmed by Discord; its rows stay until they are purged.
UPDATE bot_guilds
SET state = 'left', state_changed_at = now(), synced_at = clock_timestamp()
WHERE guild_id = %(guild_id)s AND state = 'present';

-- select_expired_guilds
-- Guilds that were left longer ago than they are kept.
SELECT guild_id
FROM bot_guilds
WHERE state = 'left' AND state_changed_at < now() - make_interval(days => %(retention_days)s)
ORDER BY guild_id
LIMIT %(batch_size)s;

-- count_expired_guilds
-- How many guilds a purge would remove.
SELECT count(*)
FROM bot_guilds
WHERE state = 'left' AND state_changed_at < now() - make_interval(days => %(retention_days)s);

-- delete_left_guild
-- A guild without channels; the check of its state is repeated, because it may have returned.
DELETE FROM bot_guilds
WHERE guild_id = %(guild_id)s AND state = 'left';
