"""Looking after the wish list: publishing, asking back, declining, hiding, locking, answering (WISH-1)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import update

from portal.accounts.actor import NOWHERE, Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, Link
from portal.policy.wishes import WishState, wish_word
from portal.wishlist import reviews
from portal.wishlist.letters_moderation import tell_author
from portal.wishlist.models import Wish
from portal.wishlist.models_moderation import WishQuestion
from portal.wishlist.queries import locked_wish, wish_for
from portal.wishlist.versions import WITH_AUTHOR, close_question

NOBODY_TO_ASK = (
    "It came from an attendee, of whom nothing is kept to ask them by. Reword, publish or decline it."
)


@use_case
def publish_wish(actor: Actor, wish_id: int) -> Wish:
    """Put a wish that waits on the list (WISH-1). Raises Conflict when another moderator was quicker."""
    wish = _locked(actor, wish_id)
    publish(actor, wish)
    return wish


@use_case
def decline_wish(actor: Actor, wish_id: int, *, reason: str) -> Wish:
    """Decline a wish that waits and tell its author why (WISH-1). Raises Conflict when another moderator was quicker."""
    wish = _locked(actor, wish_id)
    decline(actor, wish, reason)
    return wish


def publish(actor: Actor, wish: Wish) -> None:
    """`publish_wish` in the caller's transaction, with the wish held."""
    _move(actor, wish, WITH_AUTHOR, WishState.PUBLISHED, published_at=now(), moderated_by_id=actor.id)
    _end_review(wish)
    tell_author(actor, wish, "wish_published", "published")


def decline(actor: Actor, wish: Wish, reason: str) -> None:
    """`decline_wish` in the caller's transaction, with the wish held."""
    answered = _answered(actor, reason, now())
    _move(actor, wish, WITH_AUTHOR, WishState.DECLINED, moderated_by_id=actor.id, **answered)
    _end_review(wish)
    tell_author(actor, wish, "wish_declined", "declined")


@use_case
def ask_author(actor: Actor, wish_id: int, *, question: str) -> Wish:
    """Ask the author of a wish that waits; they answer by editing it. Meanwhile the goal's clock stands (WISH-1).

    Raises Conflict for a wish without an author, and when another moderator was quicker.
    """
    wish = _locked(actor, wish_id)
    if wish.author_id is None:
        raise Conflict(NOBODY_TO_ASK, links=(_back(wish),))
    _move(actor, wish, {WishState.SUBMITTED}, WishState.ASKED_BACK, told={"question": question})
    asked = WishQuestion(wish_id=wish.id, question=question, asked_by_id=actor.id)
    db.session.add(asked)
    db.session.flush()
    reviews.stop(wish.id)
    tell_author(actor, wish, "wish_asked_back", f"asked:{asked.id}", question=question)
    return wish


@use_case
def hide_wish(actor: Actor, wish_id: int, *, reason: str) -> Wish:
    """Take a published wish from the list, with whatever is merged into it; its author is told why (WISH-1).

    Raises Conflict when it is not published any more.
    """
    wish = _locked(actor, wish_id)
    told = {"reason": reason}
    _move(actor, wish, {WishState.PUBLISHED}, WishState.HIDDEN, hidden_because=reason, told=told)
    tell_author(actor, wish, "wish_hidden", f"hidden:{now().isoformat()}")
    return wish


@use_case
def show_wish(actor: Actor, wish_id: int) -> Wish:
    """Put a hidden wish on the list again; its author is told (WISH-1). Raises Conflict when it is not hidden."""
    wish = _locked(actor, wish_id)
    _move(actor, wish, {WishState.HIDDEN}, WishState.PUBLISHED, hidden_because="", action="wish.shown")
    tell_author(actor, wish, "wish_shown", f"shown:{now().isoformat()}")
    return wish


@use_case
def lock_wish(actor: Actor, wish_id: int) -> Wish:
    """Close a published wish to further stands and comments (WISH-1). Raises Conflict when it is closed already."""
    return _lock(actor, wish_id, "wish.locked", locked_at=now(), locked_by_id=actor.id)


@use_case
def unlock_wish(actor: Actor, wish_id: int) -> Wish:
    """Open a locked wish to stands and comments again (WISH-1). Raises Conflict when it is open already."""
    return _lock(actor, wish_id, "wish.unlocked", locked_at=None, locked_by_id=None)


@use_case
def answer_wish(actor: Actor, wish_id: int, *, answer: str, seen: str) -> Wish:
    """Give a published wish its public answer (WISH-1); `seen` is the `answer_mark` that was on the page.

    Raises Invalid (field `answer`) when another answer was given meanwhile, Conflict when it is not listed.
    """
    wish = _locked(actor, wish_id)
    if not wish.is_listed:
        raise Conflict(
            f"“{wish.title}” is {_state(wish)}, so it takes no public answer.", links=(_back(wish),)
        )
    if seen != answer_mark(wish):
        raise Invalid(answer="Somebody answered meanwhile: read it below before you replace it.")
    before = {"answer": wish.answer}
    _write(wish, {WishState(wish.state)}, **_answered(actor, answer, now()))
    record(actor, "wish.answered", wish, before=before, after={"answer": answer}, scope=wish.scope)
    tell_author(actor, wish, "wish_answered", f"answered:{answer_mark(wish)}")
    return wish


def answer_mark(wish: Wish) -> str:
    """Tells one answer from the next: what a form sends back to show which answer its writer had read."""
    return wish.answered_at.isoformat() if wish.answered_at else ""


def _locked(actor: Actor, wish_id: int) -> Wish:
    locked_wish(actor, wish_id)
    actor.require("wish:moderate", NOWHERE)
    return wish_for(actor, wish_id)


def _lock(actor: Actor, wish_id: int, action: str, **columns: Any) -> Wish:
    wish = _locked(actor, wish_id)
    before = wish.locked_at
    if wish.state != WishState.PUBLISHED or (before is None) != (action == "wish.locked"):
        state = _state(wish) if wish.state != WishState.PUBLISHED else "locked" if before else "open"
        raise Conflict(f"“{wish.title}” is {state} already.", links=(_back(wish),))
    _write(wish, {WishState.PUBLISHED}, **columns)
    record(
        actor, action, wish, before={"locked_at": before}, after={"locked_at": wish.locked_at}, scope=wish.scope
    )  # fmt: skip
    return wish


def _answered(actor: Actor, answer: str, at: datetime) -> dict[str, Any]:
    return {"answer": answer, "answered_at": at, "answered_by_id": actor.id}


def _end_review(wish: Wish) -> None:
    close_question(wish)
    reviews.end(*reviews.of_wish(wish.id))


def _move(
    actor: Actor, wish: Wish, old: Collection[WishState], new: WishState, *, action: str = "",
    told: dict[str, str] | None = None, **columns: Any,
) -> None:  # fmt: skip
    before = wish.state
    _write(wish, old, state=new.value, **columns)
    told = told or ({"answer": columns["answer"]} if "answer" in columns else {})
    after = {"state": new, **told}
    record(actor, action or f"wish.{new}", wish, before={"state": before}, after=after, scope=wish.scope)


def _write(wish: Wish, expected: Collection[WishState], /, **values: Any) -> None:
    change = update(Wish).where(Wish.id == wish.id, Wish.state.in_(expected)).values(**values)
    if db.session.execute(change.returning(Wish.id)).first() is None:
        raise Conflict(f"“{wish.title}” is {_state(wish)} already.", links=(_back(wish),))
    db.session.refresh(wish)


def _state(wish: Wish) -> str:
    return wish_word(WishState(wish.state))


def _back(wish: Wish) -> Link:
    return Link("See the wish", "moderation.show", {"wish_id": wish.id})
