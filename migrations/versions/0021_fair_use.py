"""Notices of excessive usage, and what is decided when it goes on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "usage_notice",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("event.id"), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("figures", postgresql.JSONB, nullable=False),
        sa.Column("sent_by_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_by_id", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("answered_at", MOMENT),
        sa.Column("policy_edition", sa.BigInteger, sa.ForeignKey("policy_edition.number"), nullable=False),
        sa.Column("form_key", sa.Text, unique=True),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered"),
    )
    op.create_index("ix_usage_notice_event", "usage_notice", ["event_id", "sent_at"])
    op.create_table(
        "usage_decision",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("event.id"), nullable=False),
        sa.Column("notice_id", sa.BigInteger, sa.ForeignKey("usage_notice.id"), nullable=False),
        sa.Column("measures", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("figures", postgresql.JSONB, nullable=False),
        sa.Column("decided_by_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("ended_by_id", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("ended_at", MOMENT),
        sa.Column("policy_edition", sa.BigInteger, sa.ForeignKey("policy_edition.number"), nullable=False),
        sa.Column("form_key", sa.Text, unique=True),
        sa.CheckConstraint("cardinality(measures) > 0", name="measures"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended"),
    )
    op.create_index("ix_usage_decision_notice_id", "usage_decision", ["notice_id"])
    op.create_index(
        "uq_usage_decision_in_force", "usage_decision", ["event_id"], unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("usage_decision")
    op.drop_table("usage_notice")
