"""Who finds a wish useful, as far as the reader may know."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.accounts.models import Organisation
from portal.db import db
from portal.wishlist.models import OrganisationStand, Wish, WishStand
from portal.wishlist.queries import customer_ids, of_root


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
    """Where each of the actor's own organisations stands towards a wish, by name (WISH-2)."""
    mine = customer_ids(actor) if actor.may("wish:stand") else frozenset()
    return _customers(actor, wish, mine) if mine else []


def customers_standing(actor: Actor, wish: Wish) -> list[CustomerStanding]:
    """The customers who took a stand, by name; none for who may not speak for customers (WISH-2)."""
    if not actor.may("wish:stand", NOWHERE):
        return []
    standing = select(OrganisationStand.organisation_id).where(OrganisationStand.wish_id == wish.id)
    return _customers(actor, wish, frozenset(db.session.scalars(standing)))


def _customers(actor: Actor, wish: Wish, keys: frozenset[int]) -> list[CustomerStanding]:
    said: dict[int, dict[str, int]] = defaultdict(dict)
    own: dict[int, str] = {}
    for organisation_id, stand, heads, reader in db.session.execute(_said(actor, wish, keys)):
        said[organisation_id][stand] = heads
        if reader:
            own[organisation_id] = stand
    here = (OrganisationStand.organisation_id == Organisation.id) & (OrganisationStand.wish_id == wish.id)
    found = select(Organisation.id, Organisation.name, OrganisationStand.stand, OrganisationStand.chosen)
    found = (
        found.outerjoin(OrganisationStand, here).where(Organisation.id.in_(keys)).order_by(Organisation.name)
    )
    return [
        CustomerStanding(
            key, name, stand, chosen, said[key], own.get(key),
            wish.takes_stands and actor.may("wish:choose", Scope(organisation_id=key)),
        )
        for key, name, stand, chosen in db.session.execute(found)
    ]  # fmt: skip


def _said(actor: Actor, wish: Wish, keys: frozenset[int]) -> Select[int, str, int, bool]:
    last = (
        select(WishStand.organisation_id, WishStand.person_id, WishStand.stand)
        .where(WishStand.wish_id.in_(of_root(wish)), WishStand.organisation_id.in_(keys))
        .ext(distinct_on(WishStand.organisation_id, WishStand.person_id))
        .order_by(WishStand.organisation_id, WishStand.person_id, WishStand.stood_at.desc())
        .subquery()
    )
    by_reader = func.bool_or(last.c.person_id == actor.person_id)
    return select(last.c.organisation_id, last.c.stand, func.count(), by_reader).group_by(
        last.c.organisation_id, last.c.stand
    )


def _standing(actor: Actor, wish: Wish, mine: frozenset[int], said: list[WishStand]) -> Standing:
    own = {each.organisation_id: each.stand for each in said if each.person_id == actor.person_id}
    agreed = set(own.values()) if own.keys() == mine else set()
    return Standing(
        may_stand=bool(mine) and wish.takes_stands,
        own=agreed.pop() if len(agreed) == 1 else None,
        colleagues_answered=any(each.person_id != actor.person_id for each in said),
    )
