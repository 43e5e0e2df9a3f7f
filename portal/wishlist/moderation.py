"""Looking after the wish list: publishing, declining, answering, and what management decides."""

from datetime import datetime
from typing import Any

from sqlalchemy import update

from portal.accounts.actor import NOWHERE, Actor
from portal.accounts.queries import actor_for
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, Link, Refused
from portal.mail.post import post
from portal.policy.decision import Decision
from portal.policy.wishes import WishStatus, may_set_status
from portal.wishlist.models import LISTED, Wish
from portal.wishlist.queries import locked_wish, own_place, wish_for

IN_WORDS = {
    WishStatus.SUBMITTED: "with the moderators",
    WishStatus.PUBLISHED: "published",
    WishStatus.DECLINED: "declined",
    WishStatus.PLANNED: "planned",
    WishStatus.DONE: "done",
}


@use_case
def publish_wish(actor: Actor, wish_id: int) -> Wish:
    """Put a submitted wish on the list (WISH-1). Raises Conflict when another moderator was quicker."""
    wish = _locked(actor, wish_id)
    moment = now()
    _move(
        actor, wish, WishStatus.SUBMITTED, WishStatus.PUBLISHED, published_at=moment, moderated_by_id=actor.id
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
        actor, wish, WishStatus.SUBMITTED, WishStatus.DECLINED, moderated_by_id=actor.id,
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
        raise Conflict(f"“{wish.title}” is {IN_WORDS[WishStatus(wish.state)]}, so it takes no public answer.")
    if seen != answer_mark(wish):
        raise Invalid(answer="Somebody answered meanwhile: read it below before you replace it.")
    before = {"answer": wish.answer}
    _write(wish, wish.state, **_answered(actor, answer, now()))
    record(actor, "wish.answered", wish, before=before, after={"answer": answer}, scope=wish.scope)
    _tell(actor, wish, "wish_answered", f"answered:{answer_mark(wish)}")
    return wish


@use_case
def decide_wish(actor: Actor, wish_id: int, *, state: WishStatus, seen: str, answer: str = "") -> Wish:
    """Record management's decision: planned, done, or open again (WISH-3). `seen` is the state on the page.

    An answer replaces the public one; without any, that one stays. Raises Refused for who may not decide,
    and Conflict when the state is not the one seen.
    """
    wish = _locked(actor, wish_id)
    decision = _may_decide(actor)
    if not decision:
        raise Refused(decision, links=(Link("Back to the wish", "wishes.show", {"wish_id": wish.id}),))
    if state not in LISTED or seen not in LISTED - {state}:
        raise Invalid(state="Choose what was decided.")
    moment = now()
    answered = _answered(actor, answer, moment) if answer and answer != wish.answer else {}
    _move(actor, wish, WishStatus(seen), state, decided_at=moment, decided_by_id=actor.id, **answered)
    _tell(actor, wish, "wish_decided", f"decided:{moment.isoformat()}")
    return wish


def answer_mark(wish: Wish) -> str:
    """Tells one answer from the next: what a form sends back to show which answer its writer had read."""
    return wish.answered_at.isoformat() if wish.answered_at else ""


def _may_decide(actor: Actor) -> Decision:
    answers = [may_set_status(role, WishStatus.PLANNED) for role in sorted(actor.staff_roles)]
    return next((answer for answer in answers if answer), answers[0])


def _locked(actor: Actor, wish_id: int) -> Wish:
    locked_wish(actor, wish_id)
    actor.require("wish:moderate", NOWHERE)
    return wish_for(actor, wish_id)


def _answered(actor: Actor, answer: str, at: datetime) -> dict[str, Any]:
    return {"answer": answer, "answered_at": at, "answered_by_id": actor.id}


def _move(actor: Actor, wish: Wish, old: WishStatus, new: WishStatus, **details: Any) -> None:
    _write(wish, old, state=new.value, **details)
    after = {"state": new, **({"answer": details["answer"]} if "answer" in details else {})}
    record(actor, f"wish.{new}", wish, before={"state": old}, after=after, scope=wish.scope)


def _write(wish: Wish, expected: str, /, **values: Any) -> None:
    change = update(Wish).where(Wish.id == wish.id, Wish.state == expected).values(**values)
    if db.session.execute(change.returning(Wish.id)).first() is None:
        raise Conflict(f"“{wish.title}” is {IN_WORDS[WishStatus(wish.state)]} already.")
    db.session.refresh(wish)


def _tell(actor: Actor, wish: Wish, template: str, what: str) -> None:
    author = actor_for(wish.author_id) if wish.author_id else None
    if wish.author is None or author is None or author.person_id == actor.person_id:
        return
    place = own_place(author)
    post(
        wish.author, template, cause=f"wish:{wish.id}:{what}", permission="wish:read", scope=place, wish=wish
    )
