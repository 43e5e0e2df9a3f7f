"""Wishes to test with, made by the same use cases as in the portal."""

import uuid
from typing import Any

from sqlalchemy import func, select

from portal.accounts.actor import Actor
from portal.audit.models import AuditEntry
from portal.db import db
from portal.policy.wishes import Stand, WishDecision
from portal.wishlist import moderation, service, stands
from portal.wishlist.deciding import Deciding, decide_wish
from portal.wishlist.models import Wish, WishStand
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
    """A wish with its moderators, or that management decided on; its title says which."""
    title = f"Wish that is {state}"
    if state == "submitted":
        return add(world.actor(who), title)
    if state == "declined":
        wish = add(world.actor(who), title)
        return moderation.decline_wish(world.actor("moderator"), wish.id, reason="Not for us to say why.")
    wish = published(world, title, who)
    if state == "published":
        return wish
    return decided(world, wish, WishDecision(state))


def decided(world: World, wish: Wish, decision: WishDecision, seen: int = 0, **details: Any) -> Wish:
    """A wish that management decided on."""
    chosen = Deciding(decision, **{"answer": f"It is {decision}."} | details)
    return decide_wish(world.actor("manager"), wish.id, chosen, seen=seen)


def say(world: World, who: str, wish: Wish, stand: str | None = "useful", **details: Any) -> Wish:
    """Somebody takes a stand, or takes it back with None."""
    return stands.take_stand(world.actor(who), wish.id, Stand(stand) if stand else None, **details)


def actions() -> list[str]:
    """What the audit trail tells, oldest first."""
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def counted(wish: Wish) -> int:
    """How many customers find a wish useful, as kept on it."""
    db.session.rollback()
    return db.session.scalars(select(Wish.useful).where(Wish.id == wish.id)).one()


def heads(wish: Wish) -> int:
    """How many people took a stand on a wish."""
    said = select(func.count()).select_from(WishStand).where(WishStand.wish_id == wish.id)
    return db.session.scalars(said).one()
