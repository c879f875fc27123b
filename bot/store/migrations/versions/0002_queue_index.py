"""Queue index that also orders what was read and holds the columns of the filters

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COLUMNS = ["drill", "status", "level", "unread_since", "last_at", "id"]
_FILTERS = ["channel", "audience", "country", "language", "main_category"]


def upgrade() -> None:
    op.drop_index("ix_conversations_queue", table_name="conversations")
    op.create_index("ix_conversations_queue", "conversations", _COLUMNS + _FILTERS)


def downgrade() -> None:
    op.drop_index("ix_conversations_queue", table_name="conversations")
    op.create_index("ix_conversations_queue", "conversations", ["drill", sa.text("level DESC"), "last_at", "id"])
