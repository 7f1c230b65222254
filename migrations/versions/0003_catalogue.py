"""The catalogue of clips, searchable, and the ledger of what was read for it."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

oldest_release = "0.1.0"
"""Releases older than this cannot work on the schema that this migration leaves."""

STATEMENTS = r"""
-- The generated column rewrites the table, which holds only what people saved by hand so far.
ALTER TABLE clips
    ADD COLUMN message_text text,
    ADD COLUMN is_spoiler   boolean NOT NULL DEFAULT false,
    ADD COLUMN hidden_at    timestamptz,
    ADD COLUMN document     tsvector GENERATED ALWAYS AS (to_tsvector(
        'simple',
        regexp_replace(
            coalesce(title, '') || ' ' || filename || ' ' || coalesce(game, '') || ' '
                || coalesce(author_name, '') || ' ' || coalesce(message_text, ''),
            '[^[:alnum:]]+', ' ', 'g'
        )
    )) STORED;

CREATE TABLE clip_tombstones (
    guild_id      bigint      NOT NULL REFERENCES bot_guilds ON DELETE CASCADE,
    channel_id    bigint      NOT NULL,
    message_id    bigint      NOT NULL,
    attachment_id bigint      NOT NULL,
    reason        text        NOT NULL
                  CHECK (reason IN ('message_deleted', 'attachment_removed', 'deleted_by_author')),
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (guild_id, channel_id, message_id, attachment_id)
);

CREATE TABLE clip_opt_outs (
    guild_id   bigint      NOT NULL REFERENCES bot_guilds ON DELETE CASCADE,
    user_id    bigint      NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (guild_id, user_id)
);

-- Message ids of a channel, both ends included, between which every message was read.
CREATE TABLE scan_coverage (
    guild_id         bigint NOT NULL REFERENCES bot_guilds ON DELETE CASCADE,
    channel_id       bigint NOT NULL REFERENCES bot_channels ON DELETE CASCADE,
    first_message_id bigint NOT NULL,
    last_message_id  bigint NOT NULL,
    PRIMARY KEY (channel_id, first_message_id),
    CHECK (first_message_id <= last_message_id)
);
CREATE INDEX idx_scan_coverage_guild ON scan_coverage (guild_id);

-- A search of a whole guild's history; what is read channel by channel is in bot_channel_scan_runs.
CREATE TABLE guild_scans (
    id                 uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    guild_id           bigint      NOT NULL REFERENCES bot_guilds ON DELETE CASCADE,
    status             scan_status NOT NULL DEFAULT 'queued',
    requested_by       bigint,
    predicted_requests integer,
    requests           integer     NOT NULL DEFAULT 0,
    searching_for      text        NOT NULL DEFAULT 'video',
    total_results      bigint,
    results_seen       bigint      NOT NULL DEFAULT 0,
    clips_saved        bigint      NOT NULL DEFAULT 0,
    before_message_id  bigint,
    result_offset      integer     NOT NULL DEFAULT 0,
    paused_until       timestamptz,
    error_message      text,
    created_at         timestamptz NOT NULL DEFAULT now(),
    started_at         timestamptz,
    updated_at         timestamptz NOT NULL DEFAULT now(),
    finished_at        timestamptz
);
CREATE INDEX idx_guild_scans_guild ON guild_scans (guild_id, created_at DESC);
CREATE UNIQUE INDEX idx_guild_scans_open ON guild_scans (guild_id)
    WHERE status IN ('queued', 'running');

CREATE TABLE scan_requests (
    guild_id bigint  NOT NULL REFERENCES bot_guilds ON DELETE CASCADE,
    day      date    NOT NULL,
    requests integer NOT NULL DEFAULT 0,
    PRIMARY KEY (guild_id, day)
);

ALTER TABLE bot_channels ADD COLUMN archived_threads_read_at timestamptz;

ALTER TABLE bot_channel_scan_runs
    ADD COLUMN kind       text NOT NULL DEFAULT 'history' CHECK (kind IN ('live', 'history')),
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
CREATE UNIQUE INDEX idx_bot_scan_runs_running ON bot_channel_scan_runs (channel_id)
    WHERE status = 'running';
"""


def upgrade() -> None:
    """Create everything; rows that exist keep what they hold."""
    op.get_bind().exec_driver_sql(STATEMENTS)
