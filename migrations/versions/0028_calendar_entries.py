"""Staff's own entries are written once, however often their form is sent."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("commitment", sa.Column("form_key", sa.Text()))
    op.create_unique_constraint("uq_commitment_form_key", "commitment", ["form_key"])


def downgrade() -> None:
    op.drop_constraint("uq_commitment_form_key", "commitment")
    op.drop_column("commitment", "form_key")
