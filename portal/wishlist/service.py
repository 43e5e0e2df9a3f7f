"""Adding wishes."""

from portal.accounts.actor import Actor
from portal.accounts.models import Organisation
from portal.audit.record import record
from portal.db import db, use_case
from portal.errors import Invalid
from portal.events.models import Event
from portal.policy.wishes import Stand
from portal.tickets.drafts import drop_draft
from portal.tickets.queries import ticket_for
from portal.wishlist.counting import recount
from portal.wishlist.daily_limits import hold_wish_limit
from portal.wishlist.following import begin_to_follow
from portal.wishlist.models import Wish
from portal.wishlist.pictures import Chosen, keep_pictures
from portal.wishlist.queries import customer_ids, visible_wishes
from portal.wishlist.reviews import await_wish
from portal.wishlist.stands import NOT_A_CUSTOMER, put_down

DRAFT = "wish"
NO_PICTURES = Chosen()


@use_case
def add_wish(
    actor: Actor,
    *,
    title: str,
    problem: str,
    organisation_id: int | None,
    form_key: str,
    affected: str = "",
    frequency: str | None = None,
    workaround: str = "",
    idea: str = "",
    module: str | None = None,
    ticket_id: int | None = None,
    pictures: Chosen = NO_PICTURES,
) -> Wish:
    """Put a wish before the moderators (WISH-1). The customer it is for counts as finding it useful (WISH-2).

    Customers add it for an organisation of theirs; staff for any, or in nobody's name (None). Its author follows it.
    The same form sent twice gives the same wish; the draft that it was is dropped. `ticket_id` is the ticket it came
    up in, `module` the licensed part it concerns. Raises Invalid (fields `organisation_id`, `files`), Refused when the
    customer's people added their most for a day, NotFound for a ticket that the actor cannot see.
    """
    actor.require("wish:add")
    key = actor.own_key(form_key)
    added = db.session.scalar(visible_wishes(actor).where(Wish.form_key == key))
    if added is not None:
        return added
    customer = _spoken_for(actor, organisation_id)
    if customer is not None and not actor.is_staff:
        hold_wish_limit(customer)
    wish = Wish(
        title=" ".join(title.split()), problem=problem, affected=affected, frequency=frequency,
        workaround=workaround, idea=idea, module=module, author_id=actor.id,
        organisation_id=customer, form_key=key,
        ticket_id=ticket_for(actor, ticket_id).id if ticket_id else None,
        on_behalf=actor.is_staff and organisation_id is not None,
    )  # fmt: skip
    db.session.add(wish)
    db.session.flush()
    await_wish(wish)
    keep_pictures(wish, pictures)
    drop_draft(actor, DRAFT)
    begin_to_follow(wish, actor.id)
    facts = {"title": wish.title, "state": wish.state, "organisation_id": wish.organisation_id}
    record(actor, "wish.submitted", wish, after=facts, scope=wish.scope)
    if wish.organisation_id is None:
        recount(wish)
    else:
        put_down(actor, wish, {wish.organisation_id}, Stand.USEFUL)
    return wish


def submitted_by_attendee(
    visitor: Actor, event: Event, *, title: str, problem: str, **further: str | None
) -> Wish:
    """Put an attendee's wish before the moderators, in the caller's transaction (WISH-1). `further` texts go by their columns.

    It is told which customer's event it came through; whether that customer finds it useful is theirs to say (WISH-2).
    Raises Refused when as many as may came through that customer's pages within a day.
    """
    hold_wish_limit(event.organisation_id, by_attendee=True)
    wish = Wish(
        title=" ".join(title.split()), problem=problem, organisation_id=event.organisation_id, **further
    )
    db.session.add(wish)
    db.session.flush()
    await_wish(wish)
    facts = {"title": wish.title, "state": wish.state, "organisation_id": wish.organisation_id}
    record(visitor, "wish.submitted", wish, after=facts, scope=wish.scope)
    recount(wish)
    return wish


def _spoken_for(actor: Actor, organisation_id: int | None) -> int | None:
    if actor.is_staff:
        known = organisation_id is None or db.session.get(Organisation, organisation_id) is not None
        if known:
            return organisation_id
        raise Invalid(organisation_id=NOT_A_CUSTOMER)
    own = customer_ids(actor)
    if organisation_id is None and len(own) == 1:
        return next(iter(own))
    if organisation_id not in own:
        raise Invalid(organisation_id=NOT_A_CUSTOMER)
    return organisation_id
