"""Clearing away what was on its way into a message and never sent."""

from sqlalchemy import or_, select

from portal.clock import now
from portal.db import db, in_transaction
from portal.inbound.models import InboundMail
from portal.recordings.queries import is_wanted as is_of_a_session
from portal.tickets.day_quota import forget_past_days
from portal.tickets.drafts import forget_old_drafts
from portal.tickets.models import Attachment
from portal.tickets.models_drafts import TicketDraft
from portal.tickets.storage import store
from portal.tickets.uploads import KEPT_UNSENT
from portal.wishlist.models_images import WishImage


def forget_unsent() -> None:
    """Delete drafts untouched for 30 days, files of two days ago that nothing refers to, sums of past days."""
    forget_old_drafts()
    forget_past_days()
    keep = store()
    for name in list(keep.names_before(now() - KEPT_UNSENT)):
        if not in_transaction(lambda name=name: _is_wanted(name)):  # type: ignore[misc]
            keep.delete(name)


def _is_wanted(name: str) -> bool:
    carried = or_(Attachment.storage_name == name, Attachment.preview_name == name)
    drafted = TicketDraft.data.contains({"uploads": [{"storage_name": name}]})
    return is_of_a_session(name) or any(
        db.session.scalar(select(found.id).where(holds).limit(1)) is not None
        for found, holds in (
            (Attachment, carried),
            (TicketDraft, drafted),
            (InboundMail, InboundMail.storage_name == name),
            (WishImage, WishImage.storage_name == name),
        )
    )
