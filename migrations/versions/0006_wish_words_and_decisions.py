"""Wishes are found by their words, and keep who decided on them and when."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("wish", sa.Column("decided_at", sa.DateTime(timezone=True)))
    op.add_column("wish", sa.Column("decided_by_id", sa.BigInteger))
    op.create_foreign_key("fk_wish_decided_by_id_person", "wish", "person", ["decided_by_id"], ["id"])
    words = sa.text("to_tsvector('english', title || ' ' || problem || ' ' || idea)")
    op.create_index("ix_wish_words", "wish", [words], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_wish_words", table_name="wish")
    op.drop_constraint("fk_wish_decided_by_id_person", "wish")
    op.drop_column("wish", "decided_by_id")
    op.drop_column("wish", "decided_at")
