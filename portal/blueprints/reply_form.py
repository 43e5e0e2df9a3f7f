"""The form of a reply, with what its writer typed earlier and did not send."""

from datetime import datetime

from portal.tickets.drafts import draft_for
from portal.tickets.forms import ReplyForm
from portal.tickets.uploads import Taken
from portal.web.signed_in import current_actor


def reply_place(ticket_id: int) -> str:
    """Where the draft of a reply is kept."""
    return f"reply:{ticket_id}"


def restored_reply(ticket_id: int) -> tuple[ReplyForm, Taken, datetime | None]:
    """The form with the reader's draft in it, its files, and when it was kept."""
    draft = draft_for(current_actor(), reply_place(ticket_id))
    if draft is None:
        return ReplyForm(formdata=None), Taken(), None
    return (
        ReplyForm(formdata=None, body=draft.texts.get("body", "")),
        Taken(kept=draft.uploads),
        draft.updated_at,
    )
