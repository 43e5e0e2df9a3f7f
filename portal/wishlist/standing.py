"""Who finds a wish useful, as far as the reader may know."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.accounts.models import Organisation
from portal.db import db
from portal.wishlist.models import OrganisationStand, Wish, WishStand
from portal.wishlist.queries import customer_ids, of_root, own_customers_of


@dataclass(frozen=True)
class Standing:
    """Where the reader stands towards a wish: may they say so, what did they say, and did their colleagues."""

    may_stand: bool
    own: str | None
    colleagues_answered: bool


@dataclass(frozen=True)
class CustomerStanding:
    """Where a customer stands, for its own people and for staff.

    `chosen` is the choice of its organiser, `said` what its people said, by stand; `own` what the reader said for it.
    """

    organisation_id: int
    name: str
    stand: str | None
    chosen: str | None
    said: dict[str, int]
    own: str | None
    may_choose: bool


def standings(actor: Actor, wishes: Sequence[Wish]) -> dict[int, Standing]:
    """Where the actor stands towards each of `wishes`, by its key. Tells nothing of other customers."""
    mine = customer_ids(actor) if actor.may("wish:stand") else frozenset()
    said: dict[int, list[WishStand]] = defaultdict(list)
    if mine and wishes:
        found = (
            select(Wish.root_id, WishStand)
            .join(WishStand, WishStand.wish_id == Wish.id)
            .where(Wish.root_id.in_([wish.id for wish in wishes]), WishStand.organisation_id.in_(mine))
            .order_by(WishStand.stood_at)
        )
        for root_id, stand in db.session.execute(found):
            said[root_id].append(stand)
    return {wish.id: _standing(actor, wish, mine, said[wish.id]) for wish in wishes}


def own_customers(actor: Actor, wish: Wish) -> list[CustomerStanding]:
    """Where each of the actor's own organisations stands towards a wish, by name (WISH-2). One query."""
    if not actor.may("wish:stand") or not (actor.organisation_ids or actor.contact_event_ids):
        return []
    mine = own_customers_of(actor)
    return _customers(actor, wish, mine, WishStand.organisation_id.in_(select(Organisation.id).where(mine)))


def customers_standing(actor: Actor, wish: Wish) -> list[CustomerStanding]:
    """The customers who took a stand, by name; none for who may not speak for customers (WISH-2). One query."""
    if not actor.may("wish:stand", NOWHERE):
        return []
    return _customers(actor, wish, OrganisationStand.id.is_not(None))


def standing_of(wish: Wish, own: Sequence[CustomerStanding]) -> Standing:
    """Where the reader stands, from where each of their organisations does."""
    agreed = {each.own for each in own}
    return Standing(
        may_stand=bool(own) and wish.takes_stands,
        own=agreed.pop() if len(agreed) == 1 else None,
        colleagues_answered=any(sum(each.said.values()) > (each.own is not None) for each in own),
    )


def _customers(
    actor: Actor, wish: Wish, wanted: ColumnElement[bool], *heard: ColumnElement[bool]
) -> list[CustomerStanding]:
    said = _said(actor, wish, *heard)
    here = (OrganisationStand.organisation_id == Organisation.id) & (OrganisationStand.wish_id == wish.id)
    found = (
        select(
            Organisation.id, Organisation.name, OrganisationStand.stand, OrganisationStand.chosen, said.c.said, said.c.own
        )
        .outerjoin(OrganisationStand, here)
        .outerjoin(said, said.c.organisation_id == Organisation.id)
        .where(wanted)
        .order_by(Organisation.name)
    )  # fmt: skip
    return [
        CustomerStanding(
            key, name, stand, chosen, dict(sorted(Counter(heads or ()).items())), own,
            wish.takes_stands and actor.may("wish:choose", Scope(organisation_id=key)),
        )
        for key, name, stand, chosen, heads, own in db.session.execute(found)
    ]  # fmt: skip


def _said(actor: Actor, wish: Wish, *heard: ColumnElement[bool]) -> Subquery:
    """For each organisation what its people said last, and what the actor said for it; only stands that are `heard`."""
    last = (
        select(WishStand.organisation_id, WishStand.person_id, WishStand.stand)
        .where(WishStand.wish_id.in_(of_root(wish)), *heard)
        .ext(distinct_on(WishStand.organisation_id, WishStand.person_id))
        .order_by(WishStand.organisation_id, WishStand.person_id, WishStand.stood_at.desc())
        .subquery()
    )
    own = func.max(case((last.c.person_id == actor.person_id, last.c.stand))).label("own")
    heads = func.array_agg(last.c.stand).label("said")
    return select(last.c.organisation_id, heads, own).group_by(last.c.organisation_id).subquery()


def _standing(actor: Actor, wish: Wish, mine: frozenset[int], said: list[WishStand]) -> Standing:
    own = {each.organisation_id: each.stand for each in said if each.person_id == actor.person_id}
    agreed = set(own.values()) if own.keys() == mine else set()
    return Standing(
        may_stand=bool(mine) and wish.takes_stands,
        own=agreed.pop() if len(agreed) == 1 else None,
        colleagues_answered=any(each.person_id != actor.person_id for each in said),
    )
