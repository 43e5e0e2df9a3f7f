"""Invoices, credit notes, receipts and the ledger, none of which is ever changed; mail may carry one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FINAL = ("document", "ledger_entry")


def upgrade() -> None:
    _series()
    _document()
    _ledger_entry()
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';"
        " END $$"
    )
    for table in FINAL:
        op.execute(
            f"CREATE TRIGGER {table}_is_final BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    op.add_column("outbound_mail", sa.Column("document_id", sa.BigInteger))
    op.create_foreign_key(
        "fk_outbound_mail_document_id_document", "outbound_mail", "document", ["document_id"], ["id"]
    )
    op.alter_column("outbound_mail", "person_id", nullable=True)
    op.create_check_constraint(
        op.f("ck_outbound_mail_addressee"),
        "outbound_mail",
        "person_id IS NOT NULL OR organisation_id IS NOT NULL",
    )


def downgrade() -> None:
    op.execute("DELETE FROM outbound_mail WHERE person_id IS NULL")
    op.drop_constraint("ck_outbound_mail_addressee", "outbound_mail")
    op.alter_column("outbound_mail", "person_id", nullable=False)
    op.drop_column("outbound_mail", "document_id")
    for table in ("ledger_entry", "document", "document_series"):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_change()")


def _series() -> None:
    op.create_table(
        "document_series",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("next_number > 0", name=op.f("ck_document_series_next_number")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_document_series")),
    )


def _document() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("refers_to_id", sa.BigInteger()),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("tax_cents", sa.BigInteger(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("kind IN ('invoice', 'credit_note', 'receipt')", name=op.f("ck_document_kind")),
        sa.CheckConstraint("(kind = 'invoice') = (refers_to_id IS NULL)", name=op.f("ck_document_refers_to")),
        sa.CheckConstraint("total_cents = net_cents + tax_cents", name=op.f("ck_document_total")),
        sa.CheckConstraint("net_cents >= 0 AND tax_cents >= 0", name=op.f("ck_document_positive")),
        *_references("document", "organisation", "event", "order"),
        sa.ForeignKeyConstraint(
            ["series"], ["document_series.name"], name=op.f("fk_document_series_document_series")
        ),
        sa.ForeignKeyConstraint(
            ["refers_to_id"], ["document.id"], name=op.f("fk_document_refers_to_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("cause", name=op.f("uq_document_cause")),
        sa.UniqueConstraint("series", "number", name=op.f("uq_document_series_number")),
    )
    op.create_index(op.f("ix_document_order_id"), "document", ["order_id"])
    op.create_index(op.f("ix_document_refers_to_id"), "document", ["refers_to_id"])
    op.create_index("ix_document_organisation", "document", ["organisation_id", "id"])


def _ledger_entry() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('invoice', 'credit', 'payment', 'refund', 'refund_returned')",
            name=op.f("ck_ledger_entry_kind"),
        ),
        sa.CheckConstraint(
            "CASE WHEN kind IN ('invoice', 'refund') THEN cents >= 0 ELSE cents <= 0 END",
            name=op.f("ck_ledger_entry_sign"),
        ),
        *_references("ledger_entry", "organisation", "order", "document"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("cause", name=op.f("uq_ledger_entry_cause")),
        sa.UniqueConstraint("document_id", name=op.f("uq_ledger_entry_document_id")),
    )
    op.create_index(op.f("ix_ledger_entry_order_id"), "ledger_entry", ["order_id"])
    op.create_index("ix_ledger_entry_organisation", "ledger_entry", ["organisation_id", "at", "id"])


def _references(table: str, *others: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([f"{other}_id"], [f"{other}.id"], name=op.f(f"fk_{table}_{other}_id_{other}"))
        for other in others
    ]
