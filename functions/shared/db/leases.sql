-- acquire_lease
-- The lease, if nobody holds it or its holder stopped renewing it.
INSERT INTO leases AS held (name, holder, expires_at)
VALUES (%(name)s, %(holder)s, clock_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (name) DO UPDATE
SET holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at
WHERE held.expires_at < clock_timestamp()
RETURNING holder;

-- renew_lease
-- Still ours? The row stays locked until the transaction ends, so nobody takes over in between.
UPDATE leases
SET expires_at = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE name = %(name)s AND holder = %(holder)s;

-- release_lease
-- Done: the next run need not wait for the expiry.
DELETE FROM leases
WHERE name = %(name)s AND holder = %(holder)s;
