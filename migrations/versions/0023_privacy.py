"""People can be erased, and what is old enough is forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

COLUMNS = (("person", "erased_at"), ("inbound_mail", "forgotten_at"), ("outbound_mail", "forgotten_at"))


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.DateTime(timezone=True)))


def downgrade() -> None:
    for table, column in COLUMNS:
        op.drop_column(table, column)
