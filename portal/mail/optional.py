"""Mail that its reader may do without: which it is, and the link in it that turns it off."""

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from portal.config import secret_key

# Everything else follows from what somebody did or has to decide: a ticket, an order, a session, a removal.
KINDS = {
    "wishes": "What becomes of my wishes",
    "reminders": "Reminders of my live sessions, a day and an hour before",
    "reports": "The month in figures, for managers",
}
WISHES = (
    "wish_published", "wish_declined", "wish_answered", "wish_digest", "wish_reworded", "wish_edit_accepted", "wish_edit_declined",
    "wish_hidden", "wish_shown", "wish_merged", "wish_unmerged", "wish_commented", "wish_comment_published",
    "wish_comment_declined",
)  # fmt: skip
OPTIONAL = dict.fromkeys(WISHES, "wishes") | {"management_month": "reports", "session_reminder": "reminders"}

FOR_MANAGERS = frozenset({"reports"})


def kinds_for(is_manager: bool) -> dict[str, str]:
    """The kinds of optional mail that somebody could get at all, with their words."""
    return {kind: words for kind, words in KINDS.items() if is_manager or kind not in FOR_MANAGERS}


def kind_of(template: str) -> str | None:
    """The kind of optional mail that a template is; None for what everybody has to have."""
    return OPTIONAL.get(template)


def unsubscribe_token(person_id: int, kind: str) -> str:
    """What the link in a mail carries: it turns off one kind for one person and opens nothing else."""
    return str(_serializer().dumps([person_id, kind]))


def unsubscribed_by(token: str) -> tuple[int, str] | None:
    """The person and the kind that a link is about; None when it was not made here."""
    try:
        person_id, kind = _serializer().loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return (person_id, kind) if kind in KINDS else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(secret_key(current_app.extensions["settings"]), salt="optional-mail")
