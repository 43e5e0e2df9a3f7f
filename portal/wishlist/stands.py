"""Saying how useful a wish is: each for their organisation, which counts once (WISH-2)."""

from collections.abc import Collection

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.accounts.models import Organisation
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Forbidden, Invalid, Link
from portal.policy.wishes import Stand, WishDecision, WishModule, wish_word
from portal.wishlist.counting import recount
from portal.wishlist.models import OrganisationStand, Wish, WishStand
from portal.wishlist.queries import customer_ids, locked_wish, of_root

NOT_A_CUSTOMER = "Choose a customer from the list."


@use_case
def take_stand(
    actor: Actor, wish_id: int, stand: Stand | None, *, organisation_id: int | None = None, note: str = ""
) -> Wish:
    """Say how useful a wish is, or with None take that back, for each customer the actor belongs to (WISH-2).

    Staff name the customer who told them so with `organisation_id`; it is recorded as theirs to answer for, with a
    `note` on where the customer said so. Raises Conflict when the wish takes no stands now, Forbidden when the actor
    speaks for no customer, Invalid (field `organisation_id`) for one that is not theirs to speak for.
    """
    wish = _locked_open_wish(actor, wish_id)
    put_down(actor, wish, _spoken_for(actor, organisation_id), stand, note=note)
    return wish


@use_case
def choose_stand(actor: Actor, wish_id: int, organisation_id: int, stand: Stand | None) -> Wish:
    """Set an organisation's stand over that of its members, or with None leave it to them again (WISH-2).

    For its organisers. Raises Conflict when the wish takes no stands now, Forbidden for everybody else.
    """
    wish = _locked_open_wish(actor, wish_id)
    actor.require("wish:choose", Scope(organisation_id=organisation_id))
    before = _organisations_stand(wish, organisation_id)
    _choose(actor, wish, organisation_id, stand)
    recount(wish, {organisation_id})
    after = _organisations_stand(wish, organisation_id)
    action = "wish.stand_chosen" if stand else "wish.stand_left_to_members"
    scope = Scope(organisation_id=organisation_id)
    record(actor, action, wish, before={"stand": before}, after={"stand": after}, scope=scope)
    return wish


@use_case
def set_part(actor: Actor, wish_id: int, module: WishModule | None, *, seen: str) -> Wish:
    """Say which licensed part a wish concerns, None for every customer: its figures follow at once (WISH-2).

    For moderators. `seen` is the part that was on the page, empty for none. Raises Conflict when it is another by now.
    """
    wish = locked_wish(actor, wish_id)
    actor.require("wish:moderate", NOWHERE)
    if (wish.module or "") != seen:
        raise Conflict(f"Somebody changed meanwhile which customers “{wish.title}” concerns.", rule="WISH-2")
    before = {"module": wish.module, "useful": wish.useful, "concerned": wish.concerned}
    wish.module = module
    recount(wish)
    after = {"module": wish.module, "useful": wish.useful, "concerned": wish.concerned}
    record(actor, "wish.part_set", wish, before=before, after=after, scope=wish.scope)
    return wish


def put_down(
    actor: Actor, wish: Wish, customers: Collection[int], stand: Stand | None, *, note: str = ""
) -> None:
    """Write what the actor says for customers, and count anew; a part of the caller's transaction (WISH-2).

    The row of the wish must be held. Only what changes is written and recorded.
    """
    earlier = dict.fromkeys(customers) | _said_before(actor, wish, customers)
    changed = sorted(key for key, said in earlier.items() if said != stand)
    if not changed:
        return
    useful = wish.useful
    _write(actor, wish, changed, stand)
    recount(wish, changed)
    for customer in changed:
        before = {"stand": earlier[customer], "useful": useful}
        after = {"stand": stand, "useful": wish.useful} | ({"note": note} if note else {})
        scope = Scope(organisation_id=customer)
        action = "wish.stood" if stand else "wish.stand_withdrawn"
        record(actor, action, wish, before=before, after=after, scope=scope)


def _said_before(actor: Actor, wish: Wish, customers: Collection[int]) -> dict[int, str | None]:
    said = (
        select(WishStand.organisation_id, WishStand.stand)
        .where(WishStand.wish_id.in_(of_root(wish)), WishStand.person_id == actor.id)
        .where(WishStand.organisation_id.in_(customers))
        .order_by(WishStand.stood_at)
    )
    return {row.organisation_id: row.stand for row in db.session.execute(said)}


def _write(actor: Actor, wish: Wish, customers: list[int], stand: Stand | None) -> None:
    if stand is None:
        own = delete(WishStand).where(
            WishStand.wish_id.in_(of_root(wish)),
            WishStand.person_id == actor.id,
            WishStand.organisation_id.in_(customers),
        )
        db.session.execute(own)
        return
    at, own_customers = now(), customer_ids(actor)
    rows = [
        {
            "wish_id": wish.id, "organisation_id": customer, "person_id": actor.id, "stand": stand.value,
            "on_behalf": actor.is_staff and customer not in own_customers, "stood_at": at,
        }
        for customer in customers
    ]  # fmt: skip
    new = insert(WishStand).values(rows)
    anew = {name: new.excluded[name] for name in ("stand", "on_behalf", "stood_at")}
    keys = ["wish_id", "organisation_id", "person_id"]
    db.session.execute(new.on_conflict_do_update(index_elements=keys, set_=anew))


def _choose(actor: Actor, wish: Wish, organisation_id: int, stand: Stand | None) -> None:
    if stand is None:
        earlier = update(OrganisationStand).where(
            OrganisationStand.wish_id.in_(of_root(wish)), OrganisationStand.organisation_id == organisation_id
        )
        db.session.execute(earlier.values(chosen=None, chosen_by_id=None, chosen_at=None))
        return
    at = now()
    chosen = {"chosen": stand.value, "chosen_by_id": actor.id, "chosen_at": at}
    place = {"wish_id": wish.id, "organisation_id": organisation_id}
    new = insert(OrganisationStand).values(**place, **chosen, stand=stand.value, stood_at=at)
    db.session.execute(new.on_conflict_do_update(index_elements=list(place), set_=chosen))


def _organisations_stand(wish: Wish, organisation_id: int) -> str | None:
    return db.session.scalar(
        select(OrganisationStand.stand).where(
            OrganisationStand.wish_id == wish.id, OrganisationStand.organisation_id == organisation_id
        )
    )


def _spoken_for(actor: Actor, organisation_id: int | None) -> frozenset[int]:
    own = customer_ids(actor)
    if organisation_id is not None:
        _check_speaks_for(actor, organisation_id, own)
        return frozenset({organisation_id})
    if not own:
        raise Forbidden(
            "Usefulness is counted by customer. Name the customer in whose name you speak.", rule="WISH-2"
        )
    return own


def _check_speaks_for(actor: Actor, organisation_id: int, own: frozenset[int]) -> None:
    if organisation_id in own:
        return
    actor.require("wish:stand", NOWHERE)
    if db.session.get(Organisation, organisation_id) is None:
        raise Invalid(organisation_id=NOT_A_CUSTOMER)


def _locked_open_wish(actor: Actor, wish_id: int) -> Wish:
    wish = locked_wish(actor, wish_id)
    actor.require("wish:stand")
    if not wish.takes_stands:
        raise Conflict(
            _why_closed(wish),
            rule="WISH-2",
            links=(Link("To the wish", "wishes.show", {"wish_id": wish.id}),),
        )
    return wish


def _why_closed(wish: Wish) -> str:
    if not wish.is_listed:
        return f"“{wish.title}” is not on the list."
    if wish.locked_at is not None:
        return f"“{wish.title}” is locked by the moderators, so no more answers are counted."
    decision = wish_word(WishDecision(wish.decision))
    return f"“{wish.title}” is {decision}, so no more answers are counted."
