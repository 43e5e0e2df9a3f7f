"""Quotes: what is asked for at a price, the versions that are sent, the conversation; orders of what was quoted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATES = "'asked', 'sent', 'accepted', 'declined', 'expired', 'refused', 'withdrawn'"


def upgrade() -> None:
    _quote()
    _version()
    op.create_table(
        "quote_message",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("quote_id", sa.BigInteger, sa.ForeignKey("quote.id"), nullable=False),
        sa.Column("author_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("from_staff", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("form_key", sa.Text, unique=True),
    )
    op.create_index("ix_quote_message_quote", "quote_message", ["quote_id", "id"])
    op.drop_constraint("ck_order_line_item", "order_line")
    op.create_check_constraint(
        op.f("ck_order_line_item"), "order_line", "item IN ('extra_contact', 'quoted')"
    )


def downgrade() -> None:
    op.drop_constraint("ck_order_line_item", "order_line")
    op.create_check_constraint(op.f("ck_order_line_item"), "order_line", "item IN ('extra_contact')")
    for table in ("quote_message", "quote_version", "quote"):
        op.drop_table(table)


def _quote() -> None:
    op.create_table(
        "quote",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("organisation_id", sa.BigInteger, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("event.id"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger, sa.ForeignKey("ticket.id")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("subject", "title", "asked_for", "state")),
        sa.Column("current", sa.BigInteger),
        sa.Column("ends_at", MOMENT),
        sa.Column("asked_by_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("decided_by_id", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("decided_at", MOMENT),
        sa.Column("decision_reason", sa.Text, nullable=False),
        sa.Column("reminded_at", MOMENT),
        sa.Column("purchase_order", sa.Text, nullable=False),
        sa.Column("order_id", sa.BigInteger, sa.ForeignKey("order.id"), unique=True),
        sa.Column("policy_edition", sa.BigInteger, sa.ForeignKey("policy_edition.number"), nullable=False),
        sa.Column("form_key", sa.Text, unique=True),
        sa.CheckConstraint(f"state IN ({STATES})", name="state"),
        sa.CheckConstraint("(state = 'accepted') = (order_id IS NOT NULL)", name="accepted"),
        sa.CheckConstraint("state != 'sent' OR (current IS NOT NULL AND ends_at IS NOT NULL)", name="sent"),
        sa.CheckConstraint("(state IN ('asked', 'sent')) = (decided_at IS NULL)", name="decided"),
    )
    op.create_index("ix_quote_event_id", "quote", ["event_id"])
    op.create_index("ix_quote_ticket_id", "quote", ["ticket_id"])
    op.create_index("ix_quote_organisation", "quote", ["organisation_id", "id"])
    op.create_index(
        "ix_quote_waiting", "quote", ["state", "id"], postgresql_where=sa.text("state IN ('asked', 'sent')")
    )


def _version() -> None:
    op.create_table(
        "quote_version",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("quote_id", sa.BigInteger, sa.ForeignKey("quote.id"), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("lines", postgresql.JSONB, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("net_cents", "tax_cents", "total_cents", "tax_rate")
        ),
        sa.Column("tax_name", sa.Text, nullable=False),
        sa.Column("tax_id", sa.Text, nullable=False),
        sa.Column("drafted_by_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.Column("sent_by_id", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("sent_at", MOMENT),
        sa.UniqueConstraint("quote_id", "number"),
        sa.CheckConstraint("total_cents = net_cents + tax_cents", name="total"),
        sa.CheckConstraint("net_cents >= 0 AND tax_cents >= 0", name="positive"),
        sa.CheckConstraint("(sent_at IS NULL) = (sent_by_id IS NULL)", name="sent"),
    )
    op.create_index(
        "uq_quote_version_draft", "quote_version", ["quote_id"], unique=True,
        postgresql_where=sa.text("sent_at IS NULL"),
    )  # fmt: skip
    # What was sent is final: the customer may have printed it.
    op.execute(
        "CREATE TRIGGER quote_version_is_final BEFORE UPDATE OR DELETE ON quote_version"
        " FOR EACH ROW WHEN (OLD.sent_at IS NOT NULL) EXECUTE FUNCTION refuse_change()"
    )
