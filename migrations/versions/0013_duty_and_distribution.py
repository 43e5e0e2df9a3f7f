"""Who takes which topics, who is on duty or away, whom a ticket was offered to, and saved views of the queue."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "skill",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.UniqueConstraint("person_id", "topic"),
    )
    op.create_table(
        "duty_hours",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("weekday", sa.BigInteger, nullable=False),
        sa.Column("opens", sa.Time, nullable=False),
        sa.Column("closes", sa.Time, nullable=False),
        sa.UniqueConstraint("person_id", "weekday"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        sa.CheckConstraint("closes > opens", name="order"),
    )
    op.create_table(
        "duty_exception",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("opens", sa.Time),
        sa.Column("closes", sa.Time),
        sa.UniqueConstraint("person_id", "day"),
        sa.CheckConstraint(
            "(opens IS NULL) = (closes IS NULL) AND (opens IS NULL OR closes > opens)", name="order"
        ),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("entered_by_id", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)", name="during"
        ),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(person_id, person_id, '[]')"), "&&"),
            ("during", "&&"),
            name="ex_absence_person",
        ),
    )
    op.create_table(
        "ticket_offer",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("ticket_id", sa.BigInteger, sa.ForeignKey("ticket.id"), nullable=False),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("offered_at", MOMENT, nullable=False),
        sa.Column("put_back_at", MOMENT),
        sa.UniqueConstraint("ticket_id", "person_id"),
    )
    op.create_index("ix_ticket_offer_person", "ticket_offer", ["person_id", "ticket_id"])
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("wanted", postgresql.JSONB, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.UniqueConstraint("person_id", "name"),
        sa.CheckConstraint("name != ''", name="name"),
    )
    for column in ("assigned_at", "handed_on_at", "managers_told_at"):
        op.add_column("ticket", sa.Column(column, MOMENT))
    op.add_column("person", sa.Column("shortcuts", sa.Boolean, nullable=False, server_default=sa.true()))


def downgrade() -> None:
    op.drop_column("person", "shortcuts")
    for column in ("managers_told_at", "handed_on_at", "assigned_at"):
        op.drop_column("ticket", column)
    for table in ("saved_filter", "ticket_offer", "absence", "duty_exception", "duty_hours", "skill"):
        op.drop_table(table)
