"""The record of changes is sealed stretch by stretch, and its entries are final."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("first_entry", sa.BigInteger, nullable=False, unique=True),
        sa.Column("last_entry", sa.BigInteger, nullable=False, unique=True),
        sa.Column("entries", sa.BigInteger, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.Column("forgotten_at", MOMENT),
        sa.CheckConstraint("first_entry <= last_entry", name="stretch"),
    )
    op.execute(
        "CREATE TRIGGER audit_entry_is_final BEFORE UPDATE ON audit_entry"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    # Only the job that forgets what is old says this of itself.
    op.execute(
        "CREATE TRIGGER audit_entry_stays BEFORE DELETE ON audit_entry FOR EACH ROW"
        " WHEN (current_setting('portal.forgets', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER audit_entry_stays ON audit_entry")
    op.execute("DROP TRIGGER audit_entry_is_final ON audit_entry")
    op.drop_table("audit_seal")
