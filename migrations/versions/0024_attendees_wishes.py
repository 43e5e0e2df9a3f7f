"""Attendees add wishes through their event's help page: a wish without an author of the portal (WISH-1)."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("question", sa.Column("kind", sa.Text, nullable=False, server_default="question"))
    op.create_check_constraint(op.f("ck_question_kind"), "question", "kind IN ('question', 'wish')")
    op.create_check_constraint(
        op.f("ck_question_wish"), "question", "kind = 'question' OR state IN ('unconfirmed', 'erased')"
    )
    op.alter_column("wish", "author_id", existing_type=sa.BigInteger, nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM vote WHERE wish_id IN (SELECT id FROM wish WHERE author_id IS NULL)")
    op.execute("DELETE FROM wish WHERE author_id IS NULL")
    op.alter_column("wish", "author_id", existing_type=sa.BigInteger, nullable=False)
    op.drop_constraint("ck_question_wish", "question")
    op.drop_constraint("ck_question_kind", "question")
    op.drop_column("question", "kind")
