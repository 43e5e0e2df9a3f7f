"""Help pages of events, attendees' questions with their links, answers for all, and mail to attendees."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OLD_ADDRESSEE = "person_id IS NOT NULL OR organisation_id IS NOT NULL"
NEW_ADDRESSEE = f"{OLD_ADDRESSEE} OR question_id IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "help_page",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("event.id"), nullable=False, unique=True),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("team_name", sa.Text, nullable=False),
        sa.Column("intro", sa.Text, nullable=False),
    )
    _create_question()
    _create_question_message()
    _create_question_link()
    _create_published_answer()
    op.add_column("outbound_mail", sa.Column("question_id", sa.BigInteger))
    op.add_column("outbound_mail", sa.Column("sender_name", sa.Text, nullable=False, server_default=""))
    op.create_foreign_key(
        "fk_outbound_mail_question_id_question", "outbound_mail", "question", ["question_id"], ["id"]
    )
    op.create_index(
        "ix_outbound_mail_question", "outbound_mail", ["question_id"],
        postgresql_where=sa.text("question_id IS NOT NULL"),
    )  # fmt: skip
    op.create_index(
        "ix_outbound_mail_attendee", "outbound_mail", ["address", "queued_at"],
        postgresql_where=sa.text("question_id IS NOT NULL AND person_id IS NULL"),
    )  # fmt: skip
    op.drop_constraint("ck_outbound_mail_addressee", "outbound_mail")
    op.create_check_constraint(op.f("ck_outbound_mail_addressee"), "outbound_mail", NEW_ADDRESSEE)


def _create_question() -> None:
    op.create_table(
        "question",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("event.id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Text),
        sa.Column("ticket_id", sa.BigInteger, sa.ForeignKey("ticket.id"), unique=True),
        sa.Column("shares_address", sa.Boolean, nullable=False),
        sa.Column("form_key", sa.Text, nullable=False, unique=True),
        sa.CheckConstraint(
            "state IN ('unconfirmed', 'open', 'answered', 'closed', 'erased')",
            name=op.f("ck_question_state"),
        ),
        sa.CheckConstraint(
            "state IN ('unconfirmed', 'erased') OR confirmed_at IS NOT NULL",
            name=op.f("ck_question_confirmed"),
        ),
        sa.CheckConstraint("(state = 'erased') = (email = '')", name=op.f("ck_question_erased")),
        sa.CheckConstraint(
            "state != 'erased' OR (name = '' AND body = '')", name=op.f("ck_question_nothing_left")
        ),
        sa.CheckConstraint("closed_by IN ('attendee', 'contact')", name=op.f("ck_question_closed_by")),
        sa.CheckConstraint("(state = 'closed') = (closed_by IS NOT NULL)", name=op.f("ck_question_closed")),
        sa.CheckConstraint(
            "NOT shares_address OR ticket_id IS NOT NULL", name=op.f("ck_question_shares_address")
        ),
    )
    op.create_index("ix_question_event", "question", ["event_id", "last_activity_at", "id"])
    op.create_index("ix_question_open", "question", ["event_id"], postgresql_where=sa.text("state = 'open'"))
    op.create_index("ix_question_email", "question", ["email", "event_id"])
    op.create_index(
        "ix_question_untouched", "question", ["last_activity_at"],
        postgresql_where=sa.text("state != 'erased'"),
    )  # fmt: skip
    op.create_index(
        "ix_question_words", "question", [sa.text("to_tsvector('english'::regconfig, body)")],
        postgresql_using="gin",
    )  # fmt: skip


def _create_question_message() -> None:
    op.create_table(
        "question_message",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("question_id", sa.BigInteger, sa.ForeignKey("question.id"), nullable=False),
        sa.Column("author_id", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("shown_as", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passed_on_id", sa.BigInteger, sa.ForeignKey("ticket_message.id")),
        sa.Column("form_key", sa.Text, unique=True),
        sa.CheckConstraint("channel IN ('page', 'mail')", name=op.f("ck_question_message_channel")),
        sa.CheckConstraint(
            "passed_on_id IS NULL OR author_id IS NOT NULL", name=op.f("ck_question_message_passed_on")
        ),
    )
    op.create_index("ix_question_message_question", "question_message", ["question_id", "id"])


def _create_question_link() -> None:
    op.create_table(
        "question_link",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("question_id", sa.BigInteger, sa.ForeignKey("question.id"), nullable=False, index=True),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("purpose IN ('confirm', 'follow')", name=op.f("ck_question_link_purpose")),
    )


def _create_published_answer() -> None:
    op.create_table(
        "published_answer",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("event.id"), nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("published_by_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("form_key", sa.Text, nullable=False, unique=True),
    )
    op.create_index(
        "ix_published_answer_event", "published_answer", ["event_id", "id"],
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )  # fmt: skip
    op.create_index(
        "ix_published_answer_words", "published_answer",
        [sa.text("to_tsvector('english'::regconfig, (asked || ' '::text) || answer)")],
        postgresql_using="gin",
    )  # fmt: skip


def downgrade() -> None:
    op.execute("DELETE FROM outbound_mail WHERE question_id IS NOT NULL AND person_id IS NULL")
    op.drop_constraint("ck_outbound_mail_addressee", "outbound_mail")
    op.create_check_constraint(op.f("ck_outbound_mail_addressee"), "outbound_mail", OLD_ADDRESSEE)
    op.drop_index("ix_outbound_mail_attendee", table_name="outbound_mail")
    op.drop_index("ix_outbound_mail_question", table_name="outbound_mail")
    op.drop_constraint("fk_outbound_mail_question_id_question", "outbound_mail")
    op.drop_column("outbound_mail", "sender_name")
    op.drop_column("outbound_mail", "question_id")
    for table in ("published_answer", "question_link", "question_message", "question", "help_page"):
        op.drop_table(table)
