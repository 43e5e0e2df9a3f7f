"""Hosts' hours of the week, other hours on one date, the kinds of session they take, and calendars read for being busy."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KINDS = (
    "kinds <@ ARRAY['contact_training', 'presenter_training', 'exhibitor_training', 'operator_training',"
    " 'live_assistance']"
)
MINUTES = "0 <= opens AND opens < closes AND closes <= 1440"


def upgrade() -> None:
    _hosts()
    op.create_table(
        "busy_calendar",
        _key(),
        _host("busy_calendar"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("busy", postgresql.TSTZMULTIRANGE, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("connected_at", MOMENT, nullable=False),
        sa.Column("tried_at", MOMENT),
        sa.Column("read_at", MOMENT),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("form_key", sa.Text),
        sa.UniqueConstraint("host_id", "address", name=op.f("uq_busy_calendar_host_id_address")),
        sa.UniqueConstraint("form_key", name=op.f("uq_busy_calendar_form_key")),
        sa.CheckConstraint("(failures = 0) = (problem = '')", name=op.f("ck_busy_calendar_problem")),
    )
    op.create_index("ix_busy_calendar_next_at", "busy_calendar", ["next_at"])


def _hosts() -> None:
    op.create_table(
        "host_profile",
        sa.Column(
            "host_id",
            sa.BigInteger,
            sa.ForeignKey("person.id", name=op.f("fk_host_profile_host_id_person")),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_host_profile_kinds")),
    )
    op.create_table(
        "host_hours",
        _key(),
        _host("host_hours"),
        sa.Column("weekday", sa.BigInteger, nullable=False),
        sa.Column("opens", sa.BigInteger, nullable=False),
        sa.Column("closes", sa.BigInteger, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_host_hours_weekday")),
        sa.CheckConstraint(MINUTES, name=op.f("ck_host_hours_minutes")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_host_hours_days")),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(host_id, host_id, '[]')"), "&&"),
            (sa.text("int8range(weekday, weekday, '[]')"), "&&"),
            (sa.text("int8range(opens, closes)"), "&&"),
            (sa.text("daterange(first_day, last_day, '[]')"), "&&"),
            name="ex_host_hours",
        ),
    )
    op.create_table(
        "host_day",
        _key(),
        _host("host_day"),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("opens", sa.BigInteger),
        sa.Column("closes", sa.BigInteger),
        sa.UniqueConstraint("host_id", "day", name=op.f("uq_host_day_host_id_day")),
        sa.CheckConstraint(
            f"(opens IS NULL) = (closes IS NULL) AND (opens IS NULL OR {MINUTES})",
            name=op.f("ck_host_day_minutes"),
        ),
    )


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _host(table: str) -> sa.Column[int]:
    key = sa.ForeignKey("person.id", name=op.f(f"fk_{table}_host_id_person"))
    return sa.Column("host_id", sa.BigInteger, key, nullable=False)


def downgrade() -> None:
    for table in ("busy_calendar", "host_day", "host_hours", "host_profile"):
        op.drop_table(table)
