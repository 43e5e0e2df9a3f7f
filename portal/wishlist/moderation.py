"""Looking after the wish list: publishing, declining, answering (WISH-1)."""

from datetime import datetime
from typing import Any

from sqlalchemy import update

from portal.accounts.actor import NOWHERE, Actor
from portal.accounts.queries import actor_for
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.mail.post import post
from portal.policy.wishes import WishState, wish_word
from portal.wishlist.models import Wish
from portal.wishlist.queries import locked_wish, own_place, wish_for


@use_case
def publish_wish(actor: Actor, wish_id: int) -> Wish:
    """Put a submitted wish on the list (WISH-1). Raises Conflict when another moderator was quicker."""
    wish = _locked(actor, wish_id)
    moment = now()
    _move(
        actor, wish, WishState.SUBMITTED, WishState.PUBLISHED, published_at=moment, moderated_by_id=actor.id
    )
    _tell(actor, wish, "wish_published", "published")
    return wish


@use_case
def decline_wish(actor: Actor, wish_id: int, *, reason: str) -> Wish:
    """Decline a submitted wish and tell its author why (WISH-1).

    Raises Conflict when another moderator was quicker.
    """
    wish = _locked(actor, wish_id)
    _move(
        actor, wish, WishState.SUBMITTED, WishState.DECLINED, moderated_by_id=actor.id,
        **_answered(actor, reason, now()),
    )  # fmt: skip
    _tell(actor, wish, "wish_declined", "declined")
    return wish


@use_case
def answer_wish(actor: Actor, wish_id: int, *, answer: str, seen: str) -> Wish:
    """Give a published wish its public answer (WISH-1); `seen` is the `answer_mark` that was on the page.

    Raises Invalid (field `answer`) when another answer was given meanwhile, Conflict when it is not listed.
    """
    wish = _locked(actor, wish_id)
    if not wish.is_listed:
        raise Conflict(f"“{wish.title}” is {wish_word(WishState(wish.state))}, so it takes no public answer.")
    if seen != answer_mark(wish):
        raise Invalid(answer="Somebody answered meanwhile: read it below before you replace it.")
    before = {"answer": wish.answer}
    _write(wish, wish.state, **_answered(actor, answer, now()))
    record(actor, "wish.answered", wish, before=before, after={"answer": answer}, scope=wish.scope)
    _tell(actor, wish, "wish_answered", f"answered:{answer_mark(wish)}")
    return wish


def answer_mark(wish: Wish) -> str:
    """Tells one answer from the next: what a form sends back to show which answer its writer had read."""
    return wish.answered_at.isoformat() if wish.answered_at else ""


def _locked(actor: Actor, wish_id: int) -> Wish:
    locked_wish(actor, wish_id)
    actor.require("wish:moderate", NOWHERE)
    return wish_for(actor, wish_id)


def _answered(actor: Actor, answer: str, at: datetime) -> dict[str, Any]:
    return {"answer": answer, "answered_at": at, "answered_by_id": actor.id}


def _move(actor: Actor, wish: Wish, old: WishState, new: WishState, **details: Any) -> None:
    _write(wish, old, state=new.value, **details)
    after = {"state": new, **({"answer": details["answer"]} if "answer" in details else {})}
    record(actor, f"wish.{new}", wish, before={"state": old}, after=after, scope=wish.scope)


def _write(wish: Wish, expected: str, /, **values: Any) -> None:
    change = update(Wish).where(Wish.id == wish.id, Wish.state == expected).values(**values)
    if db.session.execute(change.returning(Wish.id)).first() is None:
        raise Conflict(f"“{wish.title}” is {wish_word(WishState(wish.state))} already.")
    db.session.refresh(wish)


def _tell(actor: Actor, wish: Wish, template: str, what: str) -> None:
    author = actor_for(wish.author_id) if wish.author_id else None
    if wish.author is None or author is None or author.person_id == actor.person_id:
        return
    place = own_place(author)
    post(
        wish.author, template, cause=f"wish:{wish.id}:{what}", permission="wish:read", scope=place, wish=wish
    )
