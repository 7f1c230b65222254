-- select_sync_order
-- Every guild ever seen, for deciding whose turn it is and who is missing from Discord's list.
SELECT guild_id, state, synced_at, member_read_at, last_seen_at
FROM bot_guilds
ORDER BY synced_at NULLS FIRST, guild_id;

-- select_sync_turn
-- The same of one guild, so that what is written of it later can be told from this.
SELECT guild_id, state, synced_at, member_read_at, last_seen_at
FROM bot_guilds
WHERE guild_id = %(guild_id)s;

-- select_guild
-- One guild as it is stored.
SELECT guild_id, name, icon, owner_user_id, state, permissions, bot_role_ids, timed_out_until,
       member_read_at, overwrites_hash, nsfw_level, synced_at
FROM bot_guilds
WHERE guild_id = %(guild_id)s;

-- insert_guild
-- A guild seen for the first time; somebody else may have been quicker.
INSERT INTO bot_guilds (guild_id, name)
VALUES (%(guild_id)s, %(name)s)
ON CONFLICT (guild_id) DO NOTHING;

-- upsert_installed_guild
-- A guild that the bot was added to. What is told late, or twice, changes nothing any more. A guild
-- that returns counts as never synced: what is stored of it is from back then.
INSERT INTO bot_guilds AS stored (
    guild_id, name, icon, owner_user_id, joined_at, last_seen_at, state_changed_at
)
SELECT %(guild_id)s, %(name)s, %(icon)s, %(owner_user_id)s, told.at, told.at, told.at
FROM (SELECT least(%(at)s::timestamptz, now()) AS at) AS told
ON CONFLICT (guild_id) DO UPDATE
SET name = EXCLUDED.name,
    icon = EXCLUDED.icon,
    owner_user_id = coalesce(EXCLUDED.owner_user_id, stored.owner_user_id),
    state = 'present',
    state_changed_at = CASE
        WHEN stored.state = 'present' THEN stored.state_changed_at ELSE EXCLUDED.state_changed_at
    END,
    last_seen_at = EXCLUDED.last_seen_at,
    synced_at = CASE WHEN stored.state = 'present' THEN stored.synced_at END,
    member_read_at = CASE WHEN stored.state = 'present' THEN stored.member_read_at END
WHERE stored.last_seen_at < EXCLUDED.last_seen_at
  AND (stored.state = 'present' OR stored.state_changed_at < EXCLUDED.last_seen_at);

-- lock_guild
-- The guild for this transaction alone; no row if another run is writing it at this moment.
SELECT guild_id, name, icon, owner_user_id, state, permissions, bot_role_ids, timed_out_until,
       member_read_at, overwrites_hash, nsfw_level, synced_at
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
    nsfw_level = coalesce(%(nsfw_level)s, nsfw_level),
    last_seen_at = now(),
    synced_at = clock_timestamp()
WHERE guild_id = %(guild_id)s;

-- mark_left
-- The bot is no longer in this guild, confirmed by Discord; its rows stay until they are purged. A
-- sync or an install that wrote it since it was read knows better.
UPDATE bot_guilds
SET state = 'left', state_changed_at = now(), synced_at = clock_timestamp()
WHERE guild_id = %(guild_id)s AND state = 'present'
  AND synced_at IS NOT DISTINCT FROM %(synced_at)s::timestamptz
  AND last_seen_at = %(last_seen_at)s;

-- select_expired_guilds
-- Guilds that were left longer ago than they are kept, in the order of their ids.
SELECT guild_id
FROM bot_guilds
WHERE state = 'left' AND state_changed_at < now() - make_interval(days => %(retention_days)s)
  AND guild_id > %(after)s
ORDER BY guild_id
LIMIT %(batch_size)s;

-- count_expired_guilds
-- How many guilds a purge would remove.
SELECT count(*)
FROM bot_guilds
WHERE state = 'left' AND state_changed_at < now() - make_interval(days => %(retention_days)s);

-- delete_left_guild
-- A guild that is still left, once its channels are gone.
DELETE FROM bot_guilds
WHERE guild_id = %(guild_id)s AND state = 'left'
  AND NOT EXISTS (SELECT FROM bot_channels WHERE guild_id = %(guild_id)s);
