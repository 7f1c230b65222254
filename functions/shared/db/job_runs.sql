-- note_start
-- A scheduled job began.
INSERT INTO job_runs (job, last_started_at)
VALUES (%(job)s, now())
ON CONFLICT (job) DO UPDATE SET last_started_at = EXCLUDED.last_started_at;

-- note_success
-- A scheduled job ended well, with what it did.
INSERT INTO job_runs (job, last_started_at, last_succeeded_at, summary)
VALUES (%(job)s, now(), now(), %(summary)s)
ON CONFLICT (job) DO UPDATE
SET last_succeeded_at = EXCLUDED.last_succeeded_at, summary = EXCLUDED.summary;

-- select_last_success
-- When a job last ended well; null if it never did.
SELECT last_succeeded_at
FROM job_runs
WHERE job = %(job)s;

-- select_ages
-- Seconds since each job last succeeded.
SELECT job, extract(epoch FROM now() - last_succeeded_at)::float8 AS seconds
FROM job_runs
WHERE last_succeeded_at IS NOT NULL;

-- select_summary
-- What a job said when it last ended well.
SELECT summary
FROM job_runs
WHERE job = %(job)s;
