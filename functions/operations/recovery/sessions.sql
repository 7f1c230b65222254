-- try_lock
-- Until the end of the transaction, no other restore begins, nor anything that one would disturb.
SELECT pg_try_advisory_xact_lock(hashtext('clipsaver restore'));

-- try_lock_shared
-- Until the end of the transaction, no restore begins.
SELECT pg_try_advisory_xact_lock_shared(hashtext('clipsaver restore'));

-- notice_soon
-- A holder that was killed is noticed within a minute, and may be idle for as long as it lives.
SELECT set_config('tcp_keepalives_idle', '10', true),
       set_config('tcp_keepalives_interval', '10', true),
       set_config('tcp_keepalives_count', '3', true),
       set_config('idle_in_transaction_session_timeout', '0', true);
