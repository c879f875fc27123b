"""Index by which the newest entry of a kind is found in the audit trail

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_action", "audit_entries", ["action", "id"])


def downgrade() -> None:
    op.drop_index("ix_audit_action", table_name="audit_entries")
