"""Clips, the record of settings changes, and the interactions that were acted upon."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

oldest_release = "0.1.0"
"""Releases older than this cannot work on the schema that this migration leaves."""

STATEMENTS = """
CREATE TABLE processed_interactions (
    interaction_id bigint      PRIMARY KEY,
    processed_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_processed_interactions_at ON processed_interactions (processed_at);

CREATE TABLE setting_changes (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    guild_id   bigint      NOT NULL REFERENCES bot_guilds ON DELETE CASCADE,
    channel_id bigint      REFERENCES bot_channels ON DELETE CASCADE,
    key        text        NOT NULL,
    old_value  jsonb,
    new_value  jsonb,
    changed_by bigint,
    changed_at timestamptz NOT NULL DEFAULT now(),
    undone_at  timestamptz,
    undone_by  bigint
);
CREATE INDEX idx_setting_changes_guild ON setting_changes (guild_id, id DESC);
CREATE INDEX idx_setting_changes_channel ON setting_changes (channel_id);

CREATE TABLE clips (
    guild_id         bigint      NOT NULL REFERENCES bot_guilds ON DELETE CASCADE,
    channel_id       bigint      NOT NULL REFERENCES bot_channels ON DELETE CASCADE,
    message_id       bigint      NOT NULL,
    attachment_id    bigint      NOT NULL,
    author_id        bigint,
    author_name      text,
    filename         text        NOT NULL,
    title            text,
    content_type     text,
    size             bigint,
    width            integer,
    height           integer,
    duration_seconds double precision,
    placeholder      text,
    is_native_clip   boolean     NOT NULL DEFAULT false,
    is_forward       boolean     NOT NULL DEFAULT false,
    clip_created_at  timestamptz,
    participant_ids  bigint[]    NOT NULL DEFAULT '{}',
    game_id          bigint,
    game             text,
    posted_at        timestamptz NOT NULL DEFAULT now(),
    saved_by         bigint,
    saved_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (guild_id, channel_id, message_id, attachment_id)
);
CREATE INDEX idx_clips_channel ON clips (channel_id, message_id);
CREATE INDEX idx_clips_posted ON clips (guild_id, posted_at DESC);
"""


def upgrade() -> None:
    """Create everything; nothing that exists is touched."""
    op.get_bind().exec_driver_sql(STATEMENTS)
