"""Counting wishes anew when customers come and go, change what they license, or their people change (WISH-2)."""

from datetime import timedelta

from sqlalchemy import Select, func, or_, select, union

from portal.accounts.actor import SYSTEM, Actor
from portal.accounts.models import Grant
from portal.clock import now
from portal.db import db, use_case
from portal.policy.usefulness import Tally
from portal.policy.wishes import Stand, WishModule
from portal.wishlist.counting import concerned_customers, recount
from portal.wishlist.models import OrganisationStand, Wish, WishStand
from portal.wishlist.queries import locked_wish

# Longer than a worker is ever away; counting once too often does no harm.
LOOKED_BACK = timedelta(days=3)


def recount_wishes() -> int:
    """Count anew every wish whose figures no longer follow from what customers said; how many there were.

    Each is a transaction of its own. A stand that is taken counts at once: this is for changes elsewhere.
    """
    outdated = [_outdated(module) for module in (None, *WishModule)]
    stale = sorted(db.session.scalars(union(*outdated, _by_changed_people())))
    for wish_id in stale:
        recount_wish(SYSTEM, wish_id)
    return len(stale)


@use_case
def recount_wish(actor: Actor, wish_id: int) -> Tally:
    """Count one wish anew. Raises NotFound for one that there is not."""
    return recount(locked_wish(actor, wish_id))


def _outdated(module: WishModule | None) -> Select[int]:
    """The roots about one licensed part whose kept figures are not those of the customers who have it now."""
    concerned = concerned_customers(module)
    stands = select(OrganisationStand).where(OrganisationStand.organisation_id.in_(concerned)).subquery()
    counts = [func.count().filter(stands.c.stand == stand).label(stand) for stand in Stand]
    counted = select(stands.c.wish_id, *counts).group_by(stands.c.wish_id).subquery()
    customers = select(func.count()).select_from(concerned.subquery()).scalar_subquery()
    kept = {Stand.USEFUL: Wish.useful, Stand.NEUTRAL: Wish.neutral, Stand.NOT_FOR_US: Wish.against}
    differs = [column != func.coalesce(counted.c[stand], 0) for stand, column in kept.items()]
    return (
        select(Wish.id)
        .outerjoin(counted, counted.c.wish_id == Wish.id)
        .where(Wish.module.is_not_distinct_from(module), Wish.root_id == Wish.id)
        .where(or_(Wish.concerned != customers, *differs))
    )


def _by_changed_people() -> Select[int]:
    """The roots of wishes on which somebody took a stand who came to a customer or left one lately."""
    since = now() - LOOKED_BACK
    changed = select(Grant.person_id).where(or_(Grant.granted_at >= since, Grant.ended_at >= since))
    said = select(Wish.root_id).join(WishStand, WishStand.wish_id == Wish.id)
    return said.where(WishStand.person_id.in_(changed))
