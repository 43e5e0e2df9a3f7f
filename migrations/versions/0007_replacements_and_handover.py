"""A contact is replaced by one request, their tickets and sessions pass to somebody, managers are reminded."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXTS = ("replacement_name", "replacement_email", "replacement_phone", "replacement_job_title")
MOMENTS = ("half_time_told_at", "late_told_at")


def upgrade() -> None:
    op.add_column("removal", sa.Column("kind", sa.Text, nullable=False, server_default="removal"))
    for name in TEXTS:
        op.add_column("removal", sa.Column(name, sa.Text, nullable=False, server_default=""))
    for name in MOMENTS:
        op.add_column("removal", sa.Column(name, sa.DateTime(timezone=True)))
    op.add_column("removal", sa.Column("handover_to_id", sa.BigInteger))
    op.create_foreign_key(
        "fk_removal_handover_to_id_contact", "removal", "contact", ["handover_to_id"], ["id"]
    )
    op.create_check_constraint(op.f("ck_removal_kind"), "removal", "kind IN ('removal', 'replacement')")
    op.create_check_constraint(
        op.f("ck_removal_replacement"), "removal", "(kind = 'replacement') = (replacement_email != '')"
    )
    op.create_index(
        "uq_removal_replacement", "removal", ["event_id", "replacement_email"], unique=True,
        postgresql_where=sa.text("state = 'pending' AND kind = 'replacement'"),
    )  # fmt: skip
    for table in ("ticket", "booking"):
        op.add_column(table, sa.Column("handed_to_id", sa.BigInteger))
        op.create_foreign_key(f"fk_{table}_handed_to_id_person", table, "person", ["handed_to_id"], ["id"])


def downgrade() -> None:
    for table in ("booking", "ticket"):
        op.drop_constraint(f"fk_{table}_handed_to_id_person", table)
        op.drop_column(table, "handed_to_id")
    op.drop_index("uq_removal_replacement", table_name="removal")
    op.drop_constraint("ck_removal_replacement", "removal")
    op.drop_constraint("ck_removal_kind", "removal")
    op.drop_constraint("fk_removal_handover_to_id_contact", "removal")
    for name in ("handover_to_id", *MOMENTS, *TEXTS, "kind"):
        op.drop_column("removal", name)
