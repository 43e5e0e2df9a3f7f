"""A session that is proposed on a ticket is one of the kinds, live assistance among them, no longer an audience."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

KINDS = {
    "contacts": "contact_training",
    "presenters": "presenter_training",
    "exhibitors": "exhibitor_training",
    "operators": "operator_training",
}


def upgrade() -> None:
    for audience, kind in KINDS.items():
        _rename(audience, kind)


def downgrade() -> None:
    # Live assistance was not known: it is for the contacts, as their training is.
    for audience, kind in (*KINDS.items(), ("contacts", "live_assistance")):
        _rename(kind, audience)


def _rename(before: str, after: str) -> None:
    op.execute(f"UPDATE ticket SET session_proposed = '{after}' WHERE session_proposed = '{before}'")  # noqa: S608
