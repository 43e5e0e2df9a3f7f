"""The support policy's first edition, so that every decision has an edition to be made under (POL-1)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from portal.clock import now
from portal.policy.edition import FIRST_EDITION, to_json

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

EDITIONS = sa.table(
    "policy_edition",
    sa.column("number", sa.BigInteger),
    sa.column("in_force_from", sa.DateTime(timezone=True)),
    sa.column("summary", sa.Text),
    sa.column("parameters", JSONB),
    sa.column("published_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    op.bulk_insert(
        EDITIONS,
        [
            {
                "number": FIRST_EDITION.number,
                "in_force_from": FIRST_EDITION.in_force_from,
                "summary": FIRST_EDITION.summary,
                "parameters": to_json(FIRST_EDITION),
                "published_at": now(),
            }
        ],
    )


def downgrade() -> None:
    op.execute(EDITIONS.delete().where(EDITIONS.c.number == FIRST_EDITION.number))
