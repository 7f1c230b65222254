-- insert_opt_out
-- From now on nothing of this user is saved in this guild.
INSERT INTO clip_opt_outs (guild_id, user_id)
VALUES (%(guild_id)s, %(user_id)s)
ON CONFLICT (guild_id, user_id) DO NOTHING;

-- delete_opt_out
-- What this user posts may be saved again.
DELETE FROM clip_opt_outs
WHERE guild_id = %(guild_id)s AND user_id = %(user_id)s;

-- is_opted_out
-- Does this user not want their clips to be saved here?
SELECT EXISTS (
    SELECT FROM clip_opt_outs WHERE guild_id = %(guild_id)s AND user_id = %(user_id)s
);
