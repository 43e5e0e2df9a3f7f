"""Mail that comes in, what mail about a ticket belongs to, bounces, and optional mail that somebody turned off."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ADDRESSEE = "person_id IS NOT NULL OR organisation_id IS NOT NULL OR question_id IS NOT NULL"
ANSWERED = f"{ADDRESSEE} OR answers_id IS NOT NULL"
STATES = "state IN ('queued', 'sent', 'withheld', 'failed'{more})"


def upgrade() -> None:
    _create_inbound_mail()
    op.add_column("ticket_message", sa.Column("remarks", sa.Text, nullable=False, server_default=""))
    op.add_column(
        "person",
        sa.Column("unwanted_mail", postgresql.ARRAY(sa.Text), nullable=False, server_default="{}"),
    )
    _widen_outbound_mail()


def _create_inbound_mail() -> None:
    op.create_table(
        "inbound_mail",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("door", sa.Text, nullable=False),
        sa.Column("source_key", sa.Text),
        sa.Column("envelope_from", sa.Text, nullable=False),
        sa.Column("envelope_to", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("storage_name", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("recognised_by", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("content_sha256", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("sender_name", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("notes", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("files", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("event.id")),
        sa.Column("ticket_id", sa.BigInteger, sa.ForeignKey("ticket.id")),
        sa.Column("ticket_message_id", sa.BigInteger, sa.ForeignKey("ticket_message.id")),
        sa.Column("decided_by_id", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision_reason", sa.Text, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('received', 'filed', 'quarantined', 'released', 'ignored', 'discarded', 'failed')",
            name=op.f("ck_inbound_mail_state"),
        ),
        sa.CheckConstraint("door IN ('smtp', 'imap')", name=op.f("ck_inbound_mail_door")),
        sa.CheckConstraint(
            "state != 'filed' OR ticket_message_id IS NOT NULL", name=op.f("ck_inbound_mail_filed")
        ),
        sa.CheckConstraint(
            "(decided_by_id IS NULL) = (decided_at IS NULL)", name=op.f("ck_inbound_mail_decided")
        ),
        sa.UniqueConstraint("source_key"),
        sa.UniqueConstraint("storage_name"),
        sa.UniqueConstraint("ticket_message_id"),
        sa.UniqueConstraint("sha256", "received_on"),
    )
    op.create_index(
        "uq_inbound_mail_filed", "inbound_mail", ["sender", "message_id", "content_sha256"], unique=True,
        postgresql_where=sa.text("state = 'filed' AND message_id != ''"),
    )  # fmt: skip
    op.create_index(
        "ix_inbound_mail_message_id", "inbound_mail", ["message_id"],
        postgresql_where=sa.text("message_id != ''"),
    )  # fmt: skip
    op.create_index("ix_inbound_mail_state", "inbound_mail", ["state", "id"])
    op.create_index("ix_inbound_mail_ticket", "inbound_mail", ["ticket_id", "sender", "received_at"])


def _widen_outbound_mail() -> None:
    op.add_column("outbound_mail", sa.Column("message_id", sa.Text))
    for name, target in (
        ("ticket_id", "ticket"), ("ticket_message_id", "ticket_message"), ("answers_id", "inbound_mail"),
    ):  # fmt: skip
        op.add_column("outbound_mail", sa.Column(name, sa.BigInteger))
        op.create_foreign_key(f"fk_outbound_mail_{name}_{target}", "outbound_mail", target, [name], ["id"])
    op.add_column("outbound_mail", sa.Column("optional", sa.Text))
    op.add_column("outbound_mail", sa.Column("bounced_at", sa.DateTime(timezone=True)))
    op.add_column("outbound_mail", sa.Column("bounce_reason", sa.Text, nullable=False, server_default=""))
    op.create_unique_constraint("uq_outbound_mail_message_id", "outbound_mail", ["message_id"])
    op.create_index(
        "ix_outbound_mail_turn", "outbound_mail", ["ticket_message_id"],
        postgresql_where=sa.text("ticket_message_id IS NOT NULL"),
    )  # fmt: skip
    op.create_index(
        "ix_outbound_mail_ticket", "outbound_mail", ["ticket_id", "person_id", "id"],
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
    )  # fmt: skip
    _check("state", STATES.format(more=", 'bounced'"))
    _check("addressee", ANSWERED)
    op.create_check_constraint(
        op.f("ck_outbound_mail_bounced"), "outbound_mail", "(state = 'bounced') = (bounced_at IS NOT NULL)"
    )


def _check(name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_outbound_mail_{name}"), "outbound_mail")
    op.create_check_constraint(op.f(f"ck_outbound_mail_{name}"), "outbound_mail", condition)


def downgrade() -> None:
    op.execute("DELETE FROM outbound_mail WHERE answers_id IS NOT NULL")
    op.drop_constraint("ck_outbound_mail_bounced", "outbound_mail")
    op.execute("UPDATE outbound_mail SET state = 'failed' WHERE state = 'bounced'")
    _check("state", STATES.format(more=""))
    _check("addressee", ADDRESSEE)
    for name in (
        "bounce_reason",
        "bounced_at",
        "optional",
        "answers_id",
        "ticket_message_id",
        "ticket_id",
        "message_id",
    ):
        op.drop_column("outbound_mail", name)
    op.drop_column("person", "unwanted_mail")
    op.drop_column("ticket_message", "remarks")
    op.drop_table("inbound_mail")
