"""Indexes by which the clips of a guild are searched."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

oldest_release = "0.1.0"
"""Releases older than this cannot work on the schema that this migration leaves."""

STATEMENTS = """
-- Each gives the order of a search too, so that its first page needs a few rows only.
CREATE INDEX idx_clips_message ON clips (guild_id, message_id, attachment_id);
CREATE INDEX idx_clips_length
    ON clips (guild_id, (coalesce(duration_seconds, 0)), message_id, attachment_id);
CREATE INDEX idx_clips_chance
    ON clips (guild_id, (mod(attachment_id, 1000003)::double precision), message_id, attachment_id);
CREATE INDEX idx_clips_author ON clips (guild_id, author_id, message_id, attachment_id);
CREATE INDEX idx_clips_game ON clips (guild_id, lower(game), message_id, attachment_id)
    WHERE game IS NOT NULL;
CREATE INDEX idx_clips_document ON clips USING gin (document);
CREATE INDEX idx_clips_participants ON clips USING gin (participant_ids);

-- The planner chooses between an order and a word by how frequent the word is. With the usual 100
-- it knows too few words to tell what the beginning of one finds, and too few channels.
ALTER TABLE clips
    ALTER COLUMN document SET STATISTICS 1000,
    ALTER COLUMN channel_id SET STATISTICS 1000;
"""


def upgrade() -> None:
    """Create the indexes. So far the table holds no more than what people saved by hand."""
    op.get_bind().exec_driver_sql(STATEMENTS)
