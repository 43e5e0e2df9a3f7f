"""Wishes to test with, made by the same use cases as in the portal."""

import uuid
from typing import Any

from sqlalchemy import func, select

from portal.accounts.actor import Actor
from portal.audit.models import AuditEntry
from portal.db import db
from portal.policy.wishes import WishStatus
from portal.wishlist import moderation, service
from portal.wishlist.models import Vote, Wish
from tests.people import World

STATES = ("submitted", "published", "planned", "done", "declined")


def add(actor: Actor, title: str = "Print badges in two languages", **changes: Any) -> Wish:
    """A submitted wish."""
    values: dict[str, Any] = {
        "problem": "Half of our guests cannot read them.", "idea": "", "organisation_id": None,
        "form_key": str(uuid.uuid4()),
    }  # fmt: skip
    return service.add_wish(actor, title=title, **values | changes)


def published(world: World, title: str = "Print badges in two languages", who: str = "organiser") -> Wish:
    """A wish on the list."""
    return moderation.publish_wish(world.actor("moderator"), add(world.actor(who), title).id)


def in_state(world: World, state: str, who: str = "organiser") -> Wish:
    """A wish in any state, whose title says which."""
    title = f"Wish that is {state}"
    if state == "submitted":
        return add(world.actor(who), title)
    if state == "declined":
        wish = add(world.actor(who), title)
        return moderation.decline_wish(world.actor("moderator"), wish.id, reason="Not for us to say why.")
    wish = published(world, title, who)
    if state == "published":
        return wish
    return moderation.decide_wish(
        world.actor("manager"), wish.id, state=WishStatus(state), seen="published", answer=""
    )


def actions() -> list[str]:
    """What the audit trail tells, oldest first."""
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def counted(wish: Wish) -> int:
    """How many customers find a wish useful, as kept on it."""
    db.session.rollback()
    return db.session.scalars(select(Wish.votes).where(Wish.id == wish.id)).one()


def cast(wish: Wish) -> int:
    """How many votes stand for a wish, heads counted."""
    votes = select(func.count()).select_from(Vote).where(Vote.wish_id == wish.id)
    return db.session.scalars(votes).one()
