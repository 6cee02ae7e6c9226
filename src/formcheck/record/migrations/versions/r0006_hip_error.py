"""The standard error of the hip beside the hip; `migrate` derives it from the stored documents."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE result ADD COLUMN hip_se_deg FLOAT")
