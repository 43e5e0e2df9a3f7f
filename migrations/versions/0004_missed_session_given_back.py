"""A session that was missed can be given back by staff (COV-5 to COV-7)."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NAME = "ck_booking_held"
AFTER = "state IN ('no_show', 'cancelled') OR uses_entitlement = one_per_event"
BEFORE = "state = 'cancelled' OR uses_entitlement = one_per_event"


def upgrade() -> None:
    op.drop_constraint(op.f(NAME), "booking", type_="check")
    op.create_check_constraint(op.f(NAME), "booking", AFTER)


def downgrade() -> None:
    # Fails while a no-show has been given back: what staff decided is not to be lost unseen.
    op.drop_constraint(op.f(NAME), "booking", type_="check")
    op.create_check_constraint(op.f(NAME), "booking", BEFORE)
