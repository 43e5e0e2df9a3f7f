"""A form that creates an event makes one event, however often it is sent."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("form_key", sa.Text))
    op.create_unique_constraint("uq_event_form_key", "event", ["form_key"])


def downgrade() -> None:
    op.drop_constraint("uq_event_form_key", "event")
    op.drop_column("event", "form_key")
