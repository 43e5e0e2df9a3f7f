"""How much an organisation has written on the wish list within a day (WISH-1). Part of the caller's transaction."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from portal.accounts.models import Organisation
from portal.clock import now
from portal.db import db
from portal.editions.queries import edition_in_force
from portal.errors import Link, Refused
from portal.policy.decision import Decision
from portal.policy.edition import Edition
from portal.policy.wish_reviews import WITHIN_HOURS, may_add_attendees_wishes, may_add_wishes, may_comment
from portal.wishlist.models import Wish
from portal.wishlist.models_moderation import WishComment


def hold_wish_limit(organisation_id: int, *, by_attendee: bool = False) -> None:
    """Raise Refused (WISH-1) when an organisation added its most wishes within 24 hours.

    It holds the organisation, so that two at once cannot both be the last. Attendees have a count of their own: they
    take nothing from their event's organisers. What staff add on a customer's behalf is not counted.
    """
    written = select(func.count()).select_from(Wish).where(
        Wish.organisation_id == organisation_id, Wish.submitted_at > _since(), Wish.on_behalf.is_(False),
        Wish.author_id.is_(None) if by_attendee else Wish.author_id.is_not(None),
    )  # fmt: skip
    if by_attendee:
        _hold(organisation_id, written, may_add_attendees_wishes)
    else:
        _hold(organisation_id, written, may_add_wishes, Link("Read the wish list", "wishes.index", {}))


def hold_comment_limit(organisation_id: int, wish_id: int) -> None:
    """Raise Refused (WISH-1) when an organisation wrote its most comments within 24 hours; holds the organisation."""
    written = select(func.count()).select_from(WishComment).where(
        WishComment.organisation_id == organisation_id, WishComment.written_at > _since(),
        WishComment.from_staff.is_(False),
    )  # fmt: skip
    back = Link("Back to the wish", "wishes.show", {"wish_id": wish_id})
    _hold(organisation_id, written, may_comment, back)


def _hold(
    organisation_id: int, written: Select[Any], may: Callable[[int, Edition], Decision], *ways_on: Link
) -> None:
    held = select(Organisation.id).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    db.session.execute(held)
    decision = may(db.session.scalar(written) or 0, edition_in_force())
    if not decision:
        raise Refused(decision, links=ways_on)


def _since() -> datetime:
    return now() - timedelta(hours=WITHIN_HOURS)
