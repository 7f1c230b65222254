-- insert_user_id
-- A user known only by id so far, as guild owners are.
INSERT INTO users (discord_user_id)
VALUES (%(user_id)s)
ON CONFLICT (discord_user_id) DO NOTHING;

-- upsert_user
-- Somebody who logged in or installed. What is told late, or twice, changes nothing any more.
INSERT INTO users AS stored (discord_user_id, username, global_name, avatar, last_login_at)
VALUES (
    %(user_id)s, %(username)s, %(global_name)s, %(avatar)s, least(%(at)s::timestamptz, now())
)
ON CONFLICT (discord_user_id) DO UPDATE
SET username = EXCLUDED.username,
    global_name = EXCLUDED.global_name,
    avatar = EXCLUDED.avatar,
    last_login_at = EXCLUDED.last_login_at
WHERE stored.last_login_at IS NULL OR stored.last_login_at < EXCLUDED.last_login_at;
