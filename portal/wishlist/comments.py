"""What people write on a wish: comments, their own cases, and answers of staff (WISH-1).

A customer's is read by a moderator first; staff's own stands at once. It stays on the wish that it was written on.
"""

from sqlalchemy import select, update

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.accounts.models import Organisation
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, Link, NotFound, Refused
from portal.policy.decision import refused
from portal.policy.wishes import Frequency, WishState
from portal.wishlist import reviews
from portal.wishlist.daily_limits import hold_comment_limit
from portal.wishlist.letters_moderation import tell_author, tell_commenter
from portal.wishlist.models import Wish
from portal.wishlist.models_moderation import WishComment, WishReview
from portal.wishlist.queries import customer_ids, locked_wish, own_place

NOT_YOURS = "Choose one of your organisations."
IN_WORDS = {"submitted": "waiting", "published": "published", "declined": "declined", "hidden": "hidden"}


@use_case
def add_comment(
    actor: Actor, wish_id: int, *, body: str, form_key: str, organisation_id: int | None = None
) -> WishComment:
    """Comment on a wish (WISH-1). A customer's waits for a moderator, staff's is an answer and stands at once.

    Raises Refused when the wish is locked or the organisation wrote its most for a day, Invalid (`organisation_id`)
    when it is not the actor's, Conflict for a wish that is not on the list, NotFound, Forbidden.
    """
    wish = _held(actor, wish_id)
    kind = "answer" if actor.is_staff and organisation_id is None else "comment"
    return write(actor, wish, kind=kind, body=body, form_key=form_key, organisation_id=organisation_id)


def write(
    actor: Actor, wish: Wish, *, kind: str, body: str, form_key: str, frequency: str | None = None,
    organisation_id: int | None = None,
) -> WishComment:  # fmt: skip
    """Write a comment in the caller's transaction, with the wish held. The same form sent twice writes one."""
    actor.require("wish:comment", own_place(actor))
    key = actor.own_key(form_key)
    if written := db.session.scalar(select(WishComment).where(WishComment.form_key == key)):
        return written
    if frequency is not None and frequency not in set(Frequency):
        raise Invalid(frequency="Choose from the list.")
    _require_open(wish)
    customer = _customer(actor, organisation_id)
    if customer is not None and not actor.is_staff:
        hold_comment_limit(customer, wish.id)
    comment = WishComment(
        wish_id=wish.id, kind=kind, state="published" if actor.is_staff else "submitted", body=body,
        frequency=frequency, author_id=actor.id, organisation_id=customer, from_staff=actor.is_staff, form_key=key,
    )  # fmt: skip
    db.session.add(comment)
    db.session.flush()
    facts = {"wish": wish.id, "kind": kind, "state": comment.state, "body": body}
    record(actor, "wish_comment.written", comment, after=facts, scope=Scope(organisation_id=customer))
    if actor.is_staff:
        tell_author(actor, wish, "wish_commented", f"comment:{comment.id}", comment=comment)
    else:
        reviews.await_comment(comment)
    return comment


@use_case
def publish_comment(actor: Actor, comment_id: int) -> WishComment:
    """Show a comment that waits, or one that was hidden. Raises Conflict when somebody was quicker, NotFound, Forbidden."""
    comment, wish = held_comment(actor, comment_id)
    publish(actor, comment, wish)
    return comment


@use_case
def decline_comment(actor: Actor, comment_id: int, *, reason: str) -> WishComment:
    """Do not show a comment that waits, and tell its author why. Raises Conflict, NotFound, Forbidden."""
    comment, wish = held_comment(actor, comment_id)
    decline(actor, comment, wish, reason)
    return comment


@use_case
def hide_comment(actor: Actor, comment_id: int, *, reason: str) -> WishComment:
    """Show a published comment no more, and tell its author why. Raises Conflict, NotFound, Forbidden."""
    comment, _wish = held_comment(actor, comment_id)
    _move(actor, comment, ("published",), "hidden", reason)
    tell_commenter(actor, comment, "wish_comment_declined", f"hidden:{_mark(comment)}", reason=reason)
    return comment


def publish(actor: Actor, comment: WishComment, wish: Wish) -> None:
    """`publish_comment` in the caller's transaction, with the wish held."""
    first = comment.state == "submitted"
    _move(actor, comment, ("submitted", "hidden"), "published", "")
    tell_commenter(actor, comment, "wish_comment_published", f"published:{_mark(comment)}")
    if first and comment.author_id != wish.author_id:
        tell_author(actor, wish, "wish_commented", f"comment:{comment.id}", comment=comment)


def decline(actor: Actor, comment: WishComment, wish: Wish, reason: str) -> None:
    """`decline_comment` in the caller's transaction, with the wish held."""
    _move(actor, comment, ("submitted",), "declined", reason)
    tell_commenter(actor, comment, "wish_comment_declined", f"declined:{_mark(comment)}", reason=reason)


def held_comment(actor: Actor, comment_id: int) -> tuple[WishComment, Wish]:
    """A comment and its wish, held against other writers, for who moderates. Raises NotFound, Forbidden."""
    actor.require("wish:moderate", NOWHERE)
    wish_id = db.session.scalar(select(WishComment.wish_id).where(WishComment.id == comment_id))
    if wish_id is None:
        raise NotFound
    wish = locked_wish(actor, wish_id)
    comment = db.session.get_one(WishComment, comment_id, populate_existing=True)
    return comment, wish


def _held(actor: Actor, wish_id: int) -> Wish:
    """The wish to comment on: the one that it was merged into, where it was meanwhile."""
    wish = locked_wish(actor, wish_id)
    return locked_wish(actor, wish.root_id) if wish.state == WishState.MERGED else wish


def _require_open(wish: Wish) -> None:
    back = Link("Back to the wish", "wishes.show", {"wish_id": wish.id})
    if not wish.is_listed:
        raise Conflict(f"“{wish.title}” takes comments once it is published.", links=(back,))
    if wish.locked_at is not None:
        closed = refused("WISH-1", f"The moderators closed “{wish.title}” to further comments and answers.")
        raise Refused(closed, links=(back, Link("Add a wish of your own", "wishes.new", {})))


def _customer(actor: Actor, organisation_id: int | None) -> int | None:
    if actor.is_staff:
        if organisation_id is not None and db.session.get(Organisation, organisation_id) is None:
            raise Invalid(organisation_id="Choose a customer from the list.")
        return organisation_id
    own = customer_ids(actor)
    if organisation_id is None and len(own) == 1:
        return next(iter(own))
    if organisation_id not in own:
        raise Invalid(organisation_id=NOT_YOURS)
    return organisation_id


def _move(actor: Actor, comment: WishComment, old: tuple[str, ...], new: str, reason: str) -> None:
    before = comment.state
    change = update(WishComment).where(WishComment.id == comment.id, WishComment.state.in_(old))
    moved = {"state": new, "reason": reason, "decided_by_id": actor.id, "decided_at": now()}
    if db.session.scalar(change.values(**moved).returning(WishComment.id)) is None:
        raise Conflict(f"This comment is {IN_WORDS[before]} already.", links=(_queue(),))
    db.session.refresh(comment)
    if before == "submitted":
        reviews.end(WishReview.comment_id == comment.id)
    after = {"state": new} | ({"reason": reason} if reason else {})
    scope = Scope(organisation_id=comment.organisation_id)
    record(actor, f"wish_comment.{new}", comment, before={"state": before}, after=after, scope=scope)


def _mark(comment: WishComment) -> str:
    return comment.decided_at.isoformat() if comment.decided_at else ""


def _queue() -> Link:
    return Link("What waits", "moderation.index", {})
