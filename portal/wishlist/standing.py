"""Who finds a wish useful, as far as the reader may know."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.accounts.actor import NOWHERE, Actor
from portal.accounts.models import Organisation
from portal.db import db
from portal.wishlist.models import Vote, Wish
from portal.wishlist.queries import customer_ids


@dataclass(frozen=True)
class Standing:
    """Where the reader stands towards a wish: may they vote, did they, and did their colleagues."""

    may_vote: bool
    voted: bool
    colleagues_voted: bool


@dataclass(frozen=True)
class Supporter:
    """A customer that finds a wish useful, for staff; `by_reader` when the reader said so for them."""

    organisation_id: int
    name: str
    by_reader: bool


def standings(actor: Actor, wishes: Sequence[Wish]) -> dict[int, Standing]:
    """Where the actor stands towards each of `wishes`, by its key. Tells nothing of other customers."""
    mine = customer_ids(actor) if actor.may("wish:vote") else frozenset()
    cast: dict[int, list[Vote]] = defaultdict(list)
    if mine and wishes:
        found = select(Vote).where(
            Vote.wish_id.in_([wish.id for wish in wishes]), Vote.organisation_id.in_(mine)
        )
        for vote in db.session.scalars(found):
            cast[vote.wish_id].append(vote)
    return {wish.id: _standing(actor, wish, mine, cast[wish.id]) for wish in wishes}


def supporters(actor: Actor, wish: Wish) -> list[Supporter]:
    """The customers that find a wish useful, by name; none for who may not speak for customers (WISH-2)."""
    if not actor.may("wish:vote", NOWHERE):
        return []
    by_reader = func.bool_or(Vote.person_id == actor.id)
    found = (
        select(Organisation.id, Organisation.name, by_reader)
        .join(Vote, Vote.organisation_id == Organisation.id)
        .where(Vote.wish_id == wish.id)
        .group_by(Organisation.id)
        .order_by(Organisation.name)
    )
    return [Supporter(*row) for row in db.session.execute(found)]


def _standing(actor: Actor, wish: Wish, mine: frozenset[int], cast: list[Vote]) -> Standing:
    own = {vote.organisation_id for vote in cast if vote.person_id == actor.person_id}
    return Standing(
        may_vote=bool(mine) and wish.takes_votes,
        voted=bool(mine) and own == mine,
        colleagues_voted=any(vote.person_id != actor.person_id for vote in cast),
    )
