"""Questions that wait for an answer, and red flags among the answers."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add a table and a column; nothing that is there changes."""
    op.execute("ALTER TABLE answer ADD COLUMN red_flags TEXT")
    op.execute(
        "CREATE TABLE question (id INTEGER NOT NULL PRIMARY KEY,"
        " session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,"
        " asked_at TEXT NOT NULL, name TEXT NOT NULL)"
    )
    op.execute("CREATE INDEX ix_question_session_id ON question (session_id)")
