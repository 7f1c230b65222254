-- insert_user_id
-- A user known only by id so far, as guild owners are.
INSERT INTO users (discord_user_id)
VALUES (%(user_id)s)
ON CONFLICT (discord_user_id) DO NOTHING;
