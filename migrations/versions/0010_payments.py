"""Orders are paid through providers, in part or whole refunded, and taxed where that is configured."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATES = "state IN ('pending', 'paid', 'partially_refunded', 'refunded', 'cancelled')"


def upgrade() -> None:
    _payments()
    _trial()
    for name in ("tax_cents", "tax_rate", "paid_cents", "refunded_cents"):
        op.add_column("order", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
    for name in ("tax_name", "tax_id"):
        op.add_column("order", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("order", sa.Column("method", sa.Text, nullable=False, server_default="invoice"))
    op.add_column("order", sa.Column("granted_at", MOMENT))
    op.add_column("order", sa.Column("granted_by_id", sa.BigInteger))
    op.create_foreign_key("fk_order_granted_by_id_person", "order", "person", ["granted_by_id"], ["id"])
    op.add_column("order_line", sa.Column("tax_cents", sa.BigInteger, nullable=False, server_default="0"))
    # What was paid before there were payments was paid on invoice.
    op.execute("UPDATE \"order\" SET paid_cents = total_cents WHERE state = 'paid'")
    op.execute(
        "INSERT INTO payment (order_id, provider, state, currency, amount_cents, reference, charge, address, note,"
        " started_by_id, started_at, ended_at) SELECT id, 'invoice', 'paid', currency, total_cents,"
        " 'portal-order-' || id, '', '', payment_reference, settled_by_id, settled_at, settled_at"
        " FROM \"order\" WHERE state = 'paid'"
    )
    _checks()


def _checks() -> None:
    op.drop_constraint(op.f("ck_order_state"), "order")
    held = "paid_cents - refunded_cents"
    for name, rule in {
        "state": STATES,
        "tax": "tax_cents BETWEEN 0 AND total_cents",
        "refunded": "refunded_cents BETWEEN 0 AND paid_cents",
        "paid": f"state != 'paid' OR {held} >= total_cents",
        "partially_refunded": "state != 'partially_refunded' OR (refunded_cents > 0 AND refunded_cents < paid_cents)",
        "all_refunded": "state != 'refunded' OR refunded_cents > 0",
        "granted": "(granted_at IS NULL) = (granted_by_id IS NULL)",
    }.items():
        op.create_check_constraint(op.f(f"ck_order_{name}"), "order", rule)
    op.create_check_constraint(op.f("ck_order_line_tax"), "order_line", "tax_cents >= 0")


def _payments() -> None:
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("order_id", sa.BigInteger, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("reference", sa.Text),
        sa.Column("charge", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("started_by_id", sa.BigInteger),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_payment_order_id_order")),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["person.id"], name=op.f("fk_payment_started_by_id_person")
        ),
        sa.UniqueConstraint("provider", "reference", name=op.f("uq_payment_provider_reference")),
        sa.CheckConstraint("provider IN ('invoice', 'stripe', 'trial')", name=op.f("ck_payment_provider")),
        sa.CheckConstraint(
            "state IN ('started', 'open', 'paid', 'failed', 'expired', 'cancelled')",
            name=op.f("ck_payment_state"),
        ),
        sa.CheckConstraint(
            "(state IN ('started', 'open')) = (ended_at IS NULL)", name=op.f("ck_payment_ended")
        ),
        sa.CheckConstraint(
            "state IN ('started', 'failed', 'expired') OR reference IS NOT NULL",
            name=op.f("ck_payment_reference"),
        ),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_payment_amount")),
    )
    op.create_index("ix_payment_order_id", "payment", ["order_id"])
    op.create_index(
        "uq_payment_under_way", "payment", ["order_id", "provider"], unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
    op.create_index("ix_payment_charge", "payment", ["charge"], postgresql_where=sa.text("charge != ''"))
    op.create_table(
        "refund",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("order_id", sa.BigInteger, nullable=False),
        sa.Column("payment_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("cents", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reference", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("asked_by_id", sa.BigInteger),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("form_key", sa.Text),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_refund_order_id_order")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id_payment")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_refund_asked_by_id_person")),
        sa.UniqueConstraint("reference", name=op.f("uq_refund_reference")),
        sa.UniqueConstraint("form_key", name=op.f("uq_refund_form_key")),
        sa.CheckConstraint("state IN ('pending', 'done', 'failed')", name=op.f("ck_refund_state")),
        sa.CheckConstraint("(state = 'pending') = (ended_at IS NULL)", name=op.f("ck_refund_ended")),
        sa.CheckConstraint("state != 'done' OR reference IS NOT NULL", name=op.f("ck_refund_reference")),
        sa.CheckConstraint("cents > 0", name=op.f("ck_refund_cents")),
    )
    op.create_index("ix_refund_order_id", "refund", ["order_id"])
    op.create_index("ix_refund_payment_id", "refund", ["payment_id"])
    op.create_table(
        "refund_line",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("refund_id", sa.BigInteger, nullable=False),
        sa.Column("order_line_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_line")),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_refund_line_refund_id_refund")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_refund_line_order_line_id_order_line")
        ),
        sa.UniqueConstraint("order_line_id", name=op.f("uq_refund_line_order_line_id")),
    )
    op.create_index("ix_refund_line_refund_id", "refund_line", ["refund_id"])
    op.create_table(
        "payment_event",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("provider_event_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("handled_at", MOMENT),
        sa.Column("payment_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_event")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_payment_event_payment_id_payment")
        ),
        sa.UniqueConstraint(
            "provider", "provider_event_id", name=op.f("uq_payment_event_provider_provider_event_id")
        ),
    )
    op.create_index("ix_payment_event_payment_id", "payment_event", ["payment_id"])
    op.create_index(
        "ix_payment_event_waiting", "payment_event", ["id"], postgresql_where=sa.text("handled_at IS NULL")
    )


def _trial() -> None:
    op.create_table(
        "trial_checkout",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("success_address", sa.Text, nullable=False),
        sa.Column("cancel_address", sa.Text, nullable=False),
        sa.Column("events", sa.BigInteger, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_checkout")),
        sa.UniqueConstraint("reference", name=op.f("uq_trial_checkout_reference")),
        sa.UniqueConstraint("key", name=op.f("uq_trial_checkout_key")),
        sa.CheckConstraint(
            "state IN ('open', 'paid', 'failed', 'expired')", name=op.f("ck_trial_checkout_state")
        ),
    )
    op.create_table(
        "trial_refund",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("checkout_id", sa.BigInteger, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("cents", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_refund")),
        sa.ForeignKeyConstraint(
            ["checkout_id"], ["trial_checkout.id"], name=op.f("fk_trial_refund_checkout_id_trial_checkout")
        ),
        sa.UniqueConstraint("key", name=op.f("uq_trial_refund_key")),
        sa.CheckConstraint("cents > 0", name=op.f("ck_trial_refund_cents")),
    )
    op.create_index("ix_trial_refund_checkout_id", "trial_refund", ["checkout_id"])


def downgrade() -> None:
    op.drop_constraint(op.f("ck_order_line_tax"), "order_line")
    for name in ("granted", "all_refunded", "partially_refunded", "paid", "refunded", "tax", "state"):
        op.drop_constraint(op.f(f"ck_order_{name}"), "order")
    op.execute("UPDATE \"order\" SET state = 'paid' WHERE state IN ('partially_refunded', 'refunded')")
    op.create_check_constraint(op.f("ck_order_state"), "order", "state IN ('pending', 'paid', 'cancelled')")
    op.drop_column("order_line", "tax_cents")
    op.drop_constraint("fk_order_granted_by_id_person", "order")
    for name in (
        "granted_by_id", "granted_at", "method", "tax_id", "tax_name", "refunded_cents", "paid_cents", "tax_rate",
        "tax_cents",
    ):  # fmt: skip
        op.drop_column("order", name)
    for table in ("trial_refund", "trial_checkout", "payment_event", "refund_line", "refund", "payment"):
        op.drop_table(table)
