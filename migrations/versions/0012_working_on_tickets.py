"""Working on tickets: presence, canned replies, time, reminders, links, merges, calls, and what a ticket leads to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _to(table: str, name: str, *, optional: bool = False, **options: bool) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, sa.ForeignKey(f"{table}.id"), nullable=optional, **options)


def upgrade() -> None:
    _presence()
    _canned_replies()
    _time_and_reminders()
    _links_and_merges()
    _after_the_event()
    _columns()


def _presence() -> None:
    op.create_table(
        "ticket_presence",
        sa.Column("ticket_id", sa.BigInteger, sa.ForeignKey("ticket.id"), primary_key=True),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
    )


def _canned_replies() -> None:
    op.create_table(
        "canned_reply",
        _key(),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("topic", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        _to("person", "changed_by_id"),
        sa.Column("archived_at", MOMENT),
        sa.Column("form_key", sa.Text, unique=True),
    )
    op.create_index(
        "uq_canned_reply_title", "canned_reply", ["title"], unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )  # fmt: skip


def _time_and_reminders() -> None:
    op.create_table(
        "time_entry",
        _key(),
        _to("ticket", "ticket_id"),
        _to("person", "person_id"),
        sa.Column("minutes", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        _to("time_entry", "corrects_id", optional=True, unique=True),
        sa.Column("form_key", sa.Text, unique=True),
        sa.CheckConstraint(
            "CASE WHEN corrects_id IS NULL THEN minutes > 0 ELSE minutes < 0 END", name="minutes"
        ),
    )
    op.create_index("ix_time_entry_ticket_id", "time_entry", ["ticket_id"])
    op.create_table(
        "follow_up",
        _key(),
        _to("ticket", "ticket_id"),
        _to("person", "person_id"),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("form_key", sa.Text, unique=True),
        sa.CheckConstraint("state IN ('pending', 'sent', 'withdrawn')", name="state"),
    )
    op.create_index("ix_follow_up_ticket_id", "follow_up", ["ticket_id"])
    op.create_index(
        "ix_follow_up_due", "follow_up", ["due_at", "id"], postgresql_where=sa.text("state = 'pending'")
    )


def _links_and_merges() -> None:
    op.create_table(
        "ticket_link",
        _key(),
        _to("ticket", "ticket_id"),
        _to("ticket", "other_id"),
        sa.Column("relation", sa.Text, nullable=False),
        _to("person", "made_by_id", optional=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.UniqueConstraint("ticket_id", "other_id", "relation"),
        sa.CheckConstraint("ticket_id != other_id", name="two"),
        sa.CheckConstraint("relation IN ('related', 'split', 'continued')", name="relation"),
    )
    op.create_index("ix_ticket_link_other_id", "ticket_link", ["other_id"])
    op.create_table(
        "ticket_merge",
        _key(),
        _to("ticket", "ticket_id"),
        _to("ticket", "target_id"),
        _to("person", "merged_by_id"),
        sa.Column("merged_at", MOMENT, nullable=False),
        sa.Column("before", postgresql.JSONB, nullable=False),
        sa.Column("after", postgresql.JSONB, nullable=False),
        sa.Column("undone_at", MOMENT),
        _to("person", "undone_by_id", optional=True),
        sa.CheckConstraint("ticket_id != target_id", name="two"),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by_id IS NULL)", name="undone"),
    )
    op.create_index("ix_ticket_merge_target_id", "ticket_merge", ["target_id"])
    op.create_index(
        "uq_ticket_merge_ticket", "ticket_merge", ["ticket_id"], unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )  # fmt: skip


def _after_the_event() -> None:
    op.create_table(
        "after_event_help",
        _key(),
        _to("event", "event_id"),
        sa.Column("kind", sa.Text, nullable=False),
        _to("ticket", "ticket_id", unique=True),
        _to("person", "asked_by_id"),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT),
        _to("person", "done_by_id", optional=True),
        sa.CheckConstraint("kind IN ('attendance', 'certificates', 'export')", name="kind"),
        sa.CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="done"),
    )
    op.create_index("ix_after_event_help_event_id", "after_event_help", ["event_id"])


def _columns() -> None:
    op.add_column("ticket", sa.Column("session_proposed", sa.Text))
    op.add_column("ticket_message", sa.Column("call_direction", sa.Text))
    op.add_column("ticket_message", sa.Column("call_minutes", sa.BigInteger))
    op.add_column("ticket_message", _to("person", "logged_by_id", optional=True))
    op.create_check_constraint(
        op.f("ck_ticket_message_call_direction"), "ticket_message", "call_direction IN ('in', 'out')"
    )
    op.create_check_constraint(op.f("ck_ticket_message_call_minutes"), "ticket_message", "call_minutes > 0")
    for table in ("booking", "wish"):
        op.add_column(table, _to("ticket", "ticket_id", optional=True))
        op.create_index(f"ix_{table}_ticket_id", table, ["ticket_id"])


def downgrade() -> None:
    for table in ("booking", "wish"):
        op.drop_column(table, "ticket_id")
    for name in ("logged_by_id", "call_minutes", "call_direction"):
        op.drop_column("ticket_message", name)
    op.drop_column("ticket", "session_proposed")
    for table in (
        "after_event_help", "ticket_merge", "ticket_link", "follow_up", "time_entry", "canned_reply",
        "ticket_presence",
    ):  # fmt: skip
        op.drop_table(table)
