"""Lists of contacts wait on the server between preview and confirmation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "contact_import",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("event.id"), nullable=False),
        sa.Column("owner_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("sheet", postgresql.JSONB, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("consumed_at", MOMENT),
        sa.Column("outcome", postgresql.JSONB),
        sa.Column("form_key", sa.Text, unique=True),
        sa.CheckConstraint("(consumed_at IS NULL) = (outcome IS NULL)", name="outcome"),
    )
    op.create_index("ix_contact_import_event_id", "contact_import", ["event_id"])
    op.create_index("ix_contact_import_owner_id", "contact_import", ["owner_id"])
    op.create_index("ix_contact_import_expires_at", "contact_import", ["expires_at"])


def downgrade() -> None:
    op.drop_table("contact_import")
