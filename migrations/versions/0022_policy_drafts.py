"""Drafts of the next edition of the policy, what becomes of an edition, and editions that are final."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
BEGINS = "uq_policy_edition_in_force_from"
FINAL = ("number", "in_force_from", "summary", "parameters", "published_at")


def upgrade() -> None:
    op.add_column("policy_edition", sa.Column("withdrawn_at", MOMENT))
    op.create_check_constraint(
        op.f("ck_policy_edition_withdrawn"), "policy_edition", "withdrawn_at < in_force_from"
    )
    # The moment of one that was withdrawn is free for another.
    op.drop_constraint(BEGINS, "policy_edition")
    op.create_index(
        BEGINS,
        "policy_edition",
        ["in_force_from"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    _course()
    _draft()
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in FINAL)
    op.execute(
        "CREATE TRIGGER policy_edition_is_final BEFORE UPDATE ON policy_edition FOR EACH ROW"
        f" WHEN ({changed} OR OLD.withdrawn_at IS NOT NULL) EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER policy_edition_stays BEFORE DELETE ON policy_edition FOR EACH ROW"
        " WHEN (current_setting('portal.forgets', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER policy_edition_stays ON policy_edition")
    op.execute("DROP TRIGGER policy_edition_is_final ON policy_edition")
    op.drop_table("policy_draft")
    op.drop_table("edition_course")
    # Whoever goes back knows nothing of withdrawals: what was withdrawn must not come into force.
    op.execute("DELETE FROM policy_edition WHERE withdrawn_at IS NOT NULL")
    op.drop_index(BEGINS, "policy_edition")
    op.create_unique_constraint(BEGINS, "policy_edition", ["in_force_from"])
    op.drop_constraint("ck_policy_edition_withdrawn", "policy_edition")
    op.drop_column("policy_edition", "withdrawn_at")


def _course() -> None:
    op.create_table(
        "edition_course",
        sa.Column(
            "number",
            sa.BigInteger,
            sa.ForeignKey("policy_edition.number"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("published_by_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("tell_all", sa.Boolean, nullable=False),
        sa.Column("tell_over_limit", sa.Boolean, nullable=False),
        sa.Column("announced_through", sa.BigInteger, nullable=False),
        sa.Column("announced_at", MOMENT),
        sa.Column("applied_through", sa.BigInteger, nullable=False),
        sa.Column("applied_at", MOMENT),
        sa.Column("withdrawn_by_id", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("withdrawal_reason", sa.Text, nullable=False),
    )


def _draft() -> None:
    op.create_table(
        "policy_draft",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("based_on", sa.BigInteger, sa.ForeignKey("policy_edition.number"), nullable=False),
        sa.Column("parameters", postgresql.JSONB, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("in_force_from", MOMENT),
        sa.Column("tell_all", sa.Boolean, nullable=False),
        sa.Column("tell_over_limit", sa.Boolean, nullable=False),
        sa.Column("edition", sa.BigInteger, sa.ForeignKey("policy_edition.number"), unique=True),
        sa.Column("begun_by_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("changed_by_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("form_key", sa.Text, unique=True),
        sa.CheckConstraint("state IN ('open', 'published', 'discarded')", name="state"),
        sa.CheckConstraint("(state = 'published') = (edition IS NOT NULL)", name="published"),
    )
    op.create_index(
        "ix_policy_draft_open", "policy_draft", ["id"], postgresql_where=sa.text("state = 'open'")
    )
