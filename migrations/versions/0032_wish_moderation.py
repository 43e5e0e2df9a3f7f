"""What moderators keep of a wish: versions, questions, comments, merges, and what waits to be read (WISH-1)."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
FREQUENCY = "frequency IN ('every_day', 'every_week', 'every_event', 'now_and_then')"
TEXTS = ("title", "problem", "affected", "workaround", "idea")
WRITTEN = (
    "wish_id, number, kind, title, problem, affected, frequency, workaround, idea, written_by_id, written_at"
)
# A draft of the policy that was begun before has all parts, like those that are begun now.
RULES = '{"wishes": {"review_business_days": 2, "wishes_a_day": 20, "comments_a_day": 50}}'


def upgrade() -> None:
    _versions()
    _questions()
    _comments()
    _merges()
    _reviews()
    op.execute(f"UPDATE policy_draft SET parameters = '{RULES}'::jsonb || parameters")  # noqa: S608 - the one value in it is ours


def _versions() -> None:
    op.create_table(
        "wish_version",
        _key(),
        _to("wish"),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in TEXTS),
        sa.Column("frequency", sa.Text),
        _to("person", "written_by_id", nullable=True),
        sa.Column("written_at", MOMENT, nullable=False),
        *_decided(),
        sa.UniqueConstraint("wish_id", "number"),
        sa.CheckConstraint("kind IN ('original', 'edited', 'reworded')", name="kind"),
        sa.CheckConstraint("state IN ('held', 'accepted', 'declined', 'replaced')", name="state"),
        sa.CheckConstraint(FREQUENCY, name="frequency"),
        sa.CheckConstraint("(state IN ('accepted', 'declined')) = (decided_at IS NOT NULL)", name="decided"),
    )
    op.create_index("ix_wish_version_written_by_id", "wish_version", ["written_by_id"])
    _unique("uq_wish_version_held", "wish_version", "state = 'held'")
    op.execute(
        f"CREATE TRIGGER wish_version_keeps_its_words BEFORE UPDATE OF {WRITTEN} OR DELETE ON wish_version"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _questions() -> None:
    op.create_table(
        "wish_question",
        _key(),
        _to("wish"),
        sa.Column("question", sa.Text, nullable=False),
        _to("person", "asked_by_id"),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
    )
    op.create_index("ix_wish_question_wish_id", "wish_question", ["wish_id"])
    _unique("uq_wish_question_open", "wish_question", "closed_at IS NULL")


def _comments() -> None:
    op.create_table(
        "wish_comment",
        _key(),
        _to("wish"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("frequency", sa.Text),
        _to("person", "author_id"),
        _to("organisation", nullable=True),
        sa.Column("from_staff", sa.Boolean, nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        *_decided(),
        sa.Column("form_key", sa.Text, unique=True),
        sa.CheckConstraint("kind IN ('comment', 'case', 'answer')", name="kind"),
        sa.CheckConstraint("state IN ('submitted', 'published', 'declined', 'hidden')", name="state"),
        sa.CheckConstraint(FREQUENCY, name="frequency"),
        sa.CheckConstraint("kind <> 'answer' OR from_staff", name="answer"),
    )
    op.create_index("ix_wish_comment_wish", "wish_comment", ["wish_id", "id"])
    op.create_index("ix_wish_comment_written", "wish_comment", ["organisation_id", "written_at"])
    op.create_index("ix_wish_comment_author_id", "wish_comment", ["author_id"])


def _merges() -> None:
    op.create_table(
        "wish_merge",
        _key(),
        _to("wish"),
        _to("wish", "into_id"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        _to("person", "merged_by_id"),
        sa.Column("merged_at", MOMENT, nullable=False),
        _to("person", "undone_by_id", nullable=True),
        sa.Column("undone_at", MOMENT),
        sa.CheckConstraint("wish_id <> into_id", name="two"),
        sa.CheckConstraint("state IN ('submitted', 'asked_back', 'published')", name="state"),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by_id IS NULL)", name="undone"),
    )
    op.create_index("ix_wish_merge_into_id", "wish_merge", ["into_id"])
    _unique("uq_wish_merge_wish", "wish_merge", "undone_at IS NULL")


def _reviews() -> None:
    moments = ("runs_since", "paused_at", "warned_at", "ended_at")
    op.create_table(
        "wish_review",
        _key(),
        sa.Column("kind", sa.Text, nullable=False),
        _to("wish"),
        sa.Column("version_id", sa.BigInteger, sa.ForeignKey("wish_version.id"), unique=True),
        sa.Column("comment_id", sa.BigInteger, sa.ForeignKey("wish_comment.id"), unique=True),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("started_at", "due_at", "warn_at")),
        *(sa.Column(name, MOMENT) for name in moments),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("allowed_minutes", "left_minutes")),
        sa.Column("in_time", sa.Boolean),
        sa.Column("policy_edition", sa.BigInteger, sa.ForeignKey("policy_edition.number"), nullable=False),
        sa.CheckConstraint(
            "CASE kind WHEN 'wish' THEN version_id IS NULL AND comment_id IS NULL"
            " WHEN 'edit' THEN version_id IS NOT NULL AND comment_id IS NULL"
            " WHEN 'comment' THEN version_id IS NULL AND comment_id IS NOT NULL ELSE false END",
            name="kind",
        ),
        sa.CheckConstraint("(runs_since IS NULL) = (paused_at IS NOT NULL)", name="runs_or_stands"),
        sa.CheckConstraint("ended_at IS NOT NULL OR in_time IS NULL", name="outcome"),
    )
    op.create_index("ix_wish_review_wish_id", "wish_review", ["wish_id"])
    _unique("uq_wish_review_wish", "wish_review", "kind = 'wish' AND ended_at IS NULL")
    op.create_index(
        "ix_wish_review_due", "wish_review", ["due_at", "id"], postgresql_where=sa.text("ended_at IS NULL")
    )


def downgrade() -> None:
    op.execute("UPDATE policy_draft SET parameters = parameters - 'wishes'")
    for table in ("wish_review", "wish_merge", "wish_comment", "wish_question", "wish_version"):
        op.drop_table(table)


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _to(table: str, name: str = "", *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name or f"{table}_id", sa.BigInteger, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _decided() -> list[sa.Column[object]]:
    return [
        _to("person", "decided_by_id", nullable=True),
        sa.Column("decided_at", MOMENT),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
    ]


def _unique(name: str, table: str, where: str) -> None:
    op.create_index(name, table, ["wish_id"], unique=True, postgresql_where=sa.text(where))
