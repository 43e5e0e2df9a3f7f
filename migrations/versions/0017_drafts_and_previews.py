"""Drafts on the server, previews of pictures, and how much a person's files of a day come to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_draft",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("data", postgresql.JSONB, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("person_id", "place"),
    )
    op.create_index("ix_ticket_draft_updated_at", "ticket_draft", ["updated_at"])
    op.create_table(
        "upload_day",
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_upload_day_size")),
    )
    op.add_column("attachment", sa.Column("preview_name", sa.Text))
    op.add_column("attachment", sa.Column("preview_width", sa.BigInteger))
    op.add_column("attachment", sa.Column("preview_height", sa.BigInteger))
    op.create_unique_constraint("uq_attachment_preview_name", "attachment", ["preview_name"])
    op.create_check_constraint(
        op.f("ck_attachment_preview"),
        "attachment",
        "num_nulls(preview_name, preview_width, preview_height) IN (0, 3)",
    )


def downgrade() -> None:
    op.drop_constraint("ck_attachment_preview", "attachment")
    op.drop_constraint("uq_attachment_preview_name", "attachment")
    for name in ("preview_height", "preview_width", "preview_name"):
        op.drop_column("attachment", name)
    op.drop_table("upload_day")
    op.drop_table("ticket_draft")
