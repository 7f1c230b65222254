"""Guilds, channels, their settings and scan runs, install intents, leases and job runs."""

from alembic import op
from sqlalchemy import text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

oldest_release = "0.1.0"
"""Releases older than this cannot work on the schema that this migration leaves."""

# gen_random_uuid() is built in from PostgreSQL 13 on.
FIRST_VERSION_WITH_UUID = 130000

STATEMENTS = """
CREATE TABLE schema_revisions (
    revision       text        PRIMARY KEY,
    oldest_release text        NOT NULL,
    applied_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
    discord_user_id bigint PRIMARY KEY,
    username        text,
    global_name     text,
    avatar          text,
    last_login_at   timestamptz
);

CREATE TABLE bot_guilds (
    guild_id         bigint      PRIMARY KEY,
    name             text        NOT NULL,
    icon             text,
    owner_user_id    bigint      REFERENCES users ON DELETE SET NULL,
    joined_at        timestamptz NOT NULL DEFAULT now(),
    last_seen_at     timestamptz NOT NULL DEFAULT now(),
    state            text        NOT NULL DEFAULT 'present' CHECK (state IN ('present', 'left')),
    state_changed_at timestamptz NOT NULL DEFAULT now(),
    synced_at        timestamptz,
    permissions      bigint,
    bot_role_ids     bigint[],
    timed_out_until  timestamptz,
    member_read_at   timestamptz,
    overwrites_hash  text
);
CREATE INDEX idx_bot_guilds_owner ON bot_guilds (owner_user_id);

CREATE TABLE guild_settings (
    guild_id   bigint      PRIMARY KEY REFERENCES bot_guilds ON DELETE CASCADE,
    settings   jsonb       NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE bot_channels (
    channel_id       bigint      PRIMARY KEY,
    guild_id         bigint      NOT NULL REFERENCES bot_guilds ON DELETE CASCADE,
    name             text        NOT NULL,
    type             text        NOT NULL DEFAULT 'text',
    parent_id        bigint,
    position         integer,
    is_nsfw          boolean     NOT NULL DEFAULT false,
    is_reading       boolean     NOT NULL DEFAULT false,
    last_message_id  bigint,
    last_scanned_at  timestamptz,
    last_activity_at timestamptz,
    message_count    bigint      NOT NULL DEFAULT 0,
    settings         jsonb       NOT NULL DEFAULT '{}',
    state            text        NOT NULL DEFAULT 'visible'
                     CHECK (state IN ('visible', 'hidden', 'archived', 'deleted', 'unknown')),
    state_changed_at timestamptz NOT NULL DEFAULT now(),
    probed_at        timestamptz,
    permissions      bigint,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_bot_channels_guild ON bot_channels (guild_id);
CREATE INDEX idx_bot_channels_isreading ON bot_channels (guild_id) WHERE is_reading;
CREATE INDEX idx_bot_channels_last_message_id ON bot_channels (last_message_id);
CREATE INDEX idx_bot_channels_work ON bot_channels (guild_id, is_reading, last_scanned_at);

CREATE TYPE scan_status AS ENUM ('queued', 'running', 'succeeded', 'failed', 'canceled');

CREATE TABLE bot_channel_scan_runs (
    id                uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    channel_id        bigint      NOT NULL REFERENCES bot_channels ON DELETE CASCADE,
    after_message_id  bigint,
    before_message_id bigint,
    status            scan_status NOT NULL DEFAULT 'queued',
    messages_scanned  bigint      NOT NULL DEFAULT 0,
    messages_matched  bigint      NOT NULL DEFAULT 0,
    error_message     text,
    started_at        timestamptz,
    finished_at       timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_bot_scan_runs_channel ON bot_channel_scan_runs (channel_id, created_at DESC);
CREATE INDEX idx_bot_scan_runs_ended ON bot_channel_scan_runs (coalesce(finished_at, created_at))
    WHERE status IN ('succeeded', 'failed', 'canceled');

CREATE TABLE install_intents (
    state      text        PRIMARY KEY,
    user_id    bigint      REFERENCES users ON DELETE CASCADE,
    guild_id   bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL DEFAULT now() + interval '1 hour'
);
CREATE INDEX idx_install_intents_expires ON install_intents (expires_at);
CREATE INDEX idx_install_intents_user ON install_intents (user_id);

CREATE TABLE leases (
    name       text        PRIMARY KEY,
    holder     uuid        NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE job_runs (
    job               text        PRIMARY KEY,
    last_started_at   timestamptz,
    last_succeeded_at timestamptz,
    summary           jsonb
);
"""


def upgrade() -> None:
    """Create everything."""
    connection = op.get_bind()
    version = connection.execute(text("SHOW server_version_num")).scalar_one()
    if int(version) < FIRST_VERSION_WITH_UUID:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS pgcrypto"))
    # Past text(), which would take the colons of a statement for parameters.
    connection.exec_driver_sql(STATEMENTS)
