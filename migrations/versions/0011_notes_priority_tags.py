"""Messages that stay among support, and what a ticket is sorted by: priority, tags, minutes spent, where it was merged into."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("priority", sa.Text, nullable=False, server_default="normal"))
    op.add_column("ticket", sa.Column("tags", postgresql.ARRAY(sa.Text), nullable=False, server_default="{}"))
    op.add_column("ticket", sa.Column("spent_minutes", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("ticket", sa.Column("assigned_because", sa.Text, nullable=False, server_default=""))
    op.add_column("ticket", sa.Column("merged_into_id", sa.BigInteger))
    op.create_foreign_key("fk_ticket_merged_into_id_ticket", "ticket", "ticket", ["merged_into_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_ticket_priority"), "ticket", "priority IN ('low', 'normal', 'high', 'urgent')"
    )
    op.create_check_constraint(
        op.f("ck_ticket_merged"),
        "ticket",
        "merged_into_id IS NULL OR (state = 'closed' AND merged_into_id != id)",
    )
    op.create_check_constraint(op.f("ck_ticket_spent_minutes"), "ticket", "spent_minutes >= 0")
    op.create_index("ix_ticket_tags", "ticket", ["tags"], postgresql_using="gin")
    op.create_index(
        "ix_ticket_merged_into_id", "ticket", ["merged_into_id"],
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )  # fmt: skip
    op.add_column(
        "ticket_message", sa.Column("internal", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column("ticket_message", sa.Column("channel", sa.Text, nullable=False, server_default="page"))
    op.add_column("ticket_message", sa.Column("quoted", sa.Text, nullable=False, server_default=""))
    op.create_check_constraint(
        op.f("ck_ticket_message_channel"), "ticket_message", "channel IN ('page', 'mail', 'phone')"
    )
    op.create_check_constraint(
        op.f("ck_ticket_message_internal"), "ticket_message", "NOT internal OR from_staff"
    )


def downgrade() -> None:
    op.drop_constraint("ck_ticket_message_internal", "ticket_message")
    op.drop_constraint("ck_ticket_message_channel", "ticket_message")
    for name in ("quoted", "channel", "internal"):
        op.drop_column("ticket_message", name)
    op.drop_index("ix_ticket_merged_into_id", table_name="ticket")
    op.drop_index("ix_ticket_tags", table_name="ticket")
    for name in ("spent_minutes", "merged", "priority"):
        op.drop_constraint(f"ck_ticket_{name}", "ticket")
    op.drop_constraint("fk_ticket_merged_into_id_ticket", "ticket")
    for name in ("merged_into_id", "assigned_because", "spent_minutes", "tags", "priority"):
        op.drop_column("ticket", name)
