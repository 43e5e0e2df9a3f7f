"""Sessions in people's calendars: an identity of their own, a room, answers, reminders and private feeds."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KEY = sa.BigInteger


def upgrade() -> None:
    _columns()
    op.create_table(
        "session_reply",
        sa.Column("id", KEY, sa.Identity(), nullable=False),
        sa.Column("booking_id", KEY, nullable=False),
        sa.Column("person_id", KEY),
        sa.Column("inbound_mail_id", KEY),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("sequence", KEY, nullable=False),
        sa.Column("stamped_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("proposed_at", MOMENT),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.CheckConstraint(
            "answer IN ('accepted', 'declined', 'tentative', 'counter', 'other')",
            name=op.f("ck_session_reply_answer"),
        ),
        sa.CheckConstraint(
            "standing IN ('counts', 'replaced', 'late', 'refused')", name=op.f("ck_session_reply_standing")
        ),
        sa.CheckConstraint(
            "standing = 'refused' OR person_id IS NOT NULL", name=op.f("ck_session_reply_person")
        ),
        sa.CheckConstraint("(standing = 'refused') = (reason != '')", name=op.f("ck_session_reply_reason")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_session_reply_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_reply_person_id_person")),
        sa.ForeignKeyConstraint(
            ["inbound_mail_id"],
            ["inbound_mail.id"],
            name=op.f("fk_session_reply_inbound_mail_id_inbound_mail"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_reply")),
        sa.UniqueConstraint("inbound_mail_id", name=op.f("uq_session_reply_inbound_mail_id")),
    )
    op.create_index(op.f("ix_session_reply_booking_id"), "session_reply", ["booking_id"])
    op.create_index(
        "uq_session_reply_counts", "session_reply", ["booking_id", "person_id"],
        unique=True, postgresql_where=sa.text("standing = 'counts'"),
    )  # fmt: skip
    op.create_table(
        "calendar_feed",
        sa.Column("id", KEY, sa.Identity(), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_index(
        "uq_calendar_feed_person", "calendar_feed", ["person_id"],
        unique=True, postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip


def _columns() -> None:
    op.add_column("booking", sa.Column("calendar_uid", sa.Text))
    op.add_column("booking", sa.Column("room", sa.Text))
    # Sessions that stand in calendars keep the identity that they have there.
    op.execute(
        "UPDATE booking SET calendar_uid = 'session-' || id || '@conference-tracker.example',"
        " room = replace(gen_random_uuid()::text, '-', '')"
    )
    op.alter_column("booking", "calendar_uid", existing_type=sa.Text, nullable=False)
    op.alter_column("booking", "room", existing_type=sa.Text, nullable=False)
    op.create_unique_constraint(op.f("uq_booking_calendar_uid"), "booking", ["calendar_uid"])
    op.add_column("booking", sa.Column("time_sequence", KEY, nullable=False, server_default="0"))
    op.add_column("booking", sa.Column("time_set_at", MOMENT))
    op.add_column("booking", sa.Column("join_url", sa.Text))
    op.add_column("booking", sa.Column("day_reminder_for", MOMENT))
    op.add_column("booking", sa.Column("hour_reminder_for", MOMENT))


def downgrade() -> None:
    op.drop_table("calendar_feed")
    op.drop_table("session_reply")
    for column in (
        "hour_reminder_for",
        "day_reminder_for",
        "join_url",
        "time_set_at",
        "time_sequence",
        "room",
    ):
        op.drop_column("booking", column)
    op.drop_column("booking", "calendar_uid")
