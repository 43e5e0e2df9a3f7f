"""Telling one's own case on a wish instead of adding it again: what others read, and that it is useful to us (WISH-1, WISH-2)."""

from portal.accounts.actor import Actor
from portal.db import use_case
from portal.policy.wishes import Stand
from portal.tickets.drafts import drop_draft
from portal.wishlist import comments
from portal.wishlist.models_moderation import WishComment
from portal.wishlist.queries import locked_wish
from portal.wishlist.service import DRAFT
from portal.wishlist.stands import put_down


@use_case
def tell_case(
    actor: Actor,
    wish_id: int,
    *,
    body: str,
    frequency: str | None,
    organisation_id: int | None,
    form_key: str,
    drops_draft: bool = False,
) -> WishComment:
    """Put a case before the moderators and say that the wish is useful, for the customer whose case it is.

    The same form sent twice tells one case. `drops_draft`: the case began as a wish, whose draft is no longer needed.
    Raises Refused where the wish is locked or the organisation wrote its most for a day, Conflict where it is not on
    the list, Invalid (`organisation_id`, `frequency`), NotFound, Forbidden.
    """
    wish = locked_wish(actor, wish_id)
    case = comments.write(
        actor, wish, kind="case", body=body, form_key=form_key, frequency=frequency, organisation_id=organisation_id
    )  # fmt: skip
    if case.organisation_id is not None and wish.takes_stands:
        put_down(actor, wish, {case.organisation_id}, Stand.USEFUL)
    if drops_draft:
        drop_draft(actor, DRAFT)
    return case
