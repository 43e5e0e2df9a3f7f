"""The people of a session: their list, invitations, attendance, the private page of each, and how it was (COV-5 to COV-7)."""

from flask import Blueprint

from portal.audiences import queries
from portal.web.access import resolves

blueprint = Blueprint("audiences", __name__)
# A session's people are known to fewer than the session itself: its address names it as theirs.
resolves("audience_id", queries.audience_scope)
resolves("member_id", queries.member_scope)

from portal.blueprints.audiences import attending, feedback, inviting, listing, notes, own_data  # noqa: E402

__all__ = ["attending", "feedback", "inviting", "listing", "notes", "own_data"]
