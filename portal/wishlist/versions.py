"""The wordings of a wish: what its author wrote, what they changed, and what moderators made of it (WISH-1).

The wish holds the wording that is shown. What it was before is kept as a version, word for word.
"""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select, update

from portal.accounts.actor import NOWHERE, Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Forbidden, Invalid, Link
from portal.policy.wishes import WishState, wish_word
from portal.wishlist import reviews
from portal.wishlist.letters_moderation import tell_author
from portal.wishlist.models import Wish
from portal.wishlist.models_moderation import TEXTS, WishQuestion, WishReview, WishVersion
from portal.wishlist.queries import locked_wish, own_place, wish_for

WITH_AUTHOR = frozenset({WishState.SUBMITTED, WishState.ASKED_BACK})
CHANGED = "The wording was changed meanwhile: it is shown above the form. Send yours again to replace it."


@dataclass(frozen=True)
class Texts:
    """The words of a wish. `frequency` is one of `policy.wishes.Frequency`, or None."""

    title: str
    problem: str
    affected: str = ""
    frequency: str | None = None
    workaround: str = ""
    idea: str = ""


@dataclass(frozen=True)
class Wordings:
    """What the reader may know of a wish's wordings.

    `reworded` is everybody's to know. The author's own wording, where another is shown, the edit that waits, and the
    last one that was declined are the author's and the moderators'; None for others. `mark` tells one wording from the
    next.
    """

    reworded: bool
    mark: int = 1
    original: WishVersion | None = None
    held: WishVersion | None = None
    declined: WishVersion | None = None


@use_case
def edit_wish(actor: Actor, wish_id: int, texts: Texts, *, seen: int) -> Wish:
    """Change one's own wish (WISH-1); `seen` is the `Wordings.mark` that was on the page.

    Before it is published the change holds at once, and answers what a moderator asked. Afterwards it is held for a
    moderator, in place of an edit that waits; what is published stays until then. Raises Forbidden for who did not
    write it, Conflict for a wish that takes no edit, Invalid (`title`) when the wording changed meanwhile.
    """
    wish = locked_wish(actor, wish_id)
    actor.require("wish:add", own_place(actor))
    _require_own(actor, wish)
    if wish.state not in WITH_AUTHOR | {WishState.PUBLISHED}:
        raise Conflict(
            f"“{wish.title}” is {wish_word(WishState(wish.state))}: it takes no edit.", links=(_to(wish),)
        )
    _keep_original(wish)
    _check_seen(wish, seen)
    waiting = _held(wish.id)
    if texts == texts_of(waiting or wish):
        return wish
    if wish.state == WishState.PUBLISHED:
        _hold(actor, wish, texts, waiting)
    else:
        _take_over(actor, wish, texts)
    return wish


@use_case
def reword_wish(actor: Actor, wish_id: int, texts: Texts, *, seen: int) -> Wish:
    """Give a wish a moderator's wording; the author's stays beside it, untouched (WISH-1). The author is told.

    `seen` is the `Wordings.mark` that was on the page. Raises Invalid (`title`) when the wording changed meanwhile,
    Conflict for a wish in no state to be reworded, NotFound, Forbidden.
    """
    wish = locked_wish(actor, wish_id)
    actor.require("wish:moderate", NOWHERE)
    if wish.state not in WITH_AUTHOR | {WishState.PUBLISHED, WishState.HIDDEN}:
        raise Conflict(
            f"“{wish.title}” is {wish_word(WishState(wish.state))}: it is not reworded.", links=(_to(wish),)
        )
    _keep_original(wish)
    _check_seen(wish, seen)
    if texts == texts_of(wish):
        return wish
    before = texts_of(wish)
    version = _write(actor, wish, "reworded", "accepted", texts)
    _show(wish, texts)
    _record(actor, wish, "wish.reworded", before, texts)
    tell_author(actor, wish, "wish_reworded", f"reworded:{version.number}")
    return wish


@use_case
def accept_edit(actor: Actor, wish_id: int, version_id: int) -> Wish:
    """Show an edit that waits in place of what was published; its author is told. Raises Conflict when it is settled."""
    wish = locked_wish(actor, wish_id)
    actor.require("wish:moderate", NOWHERE)
    accept(actor, wish, version_id)
    return wish


@use_case
def decline_edit(actor: Actor, wish_id: int, version_id: int, *, reason: str) -> Wish:
    """Leave a wish as it is published, and tell its author why. Raises Conflict when the edit is settled."""
    wish = locked_wish(actor, wish_id)
    actor.require("wish:moderate", NOWHERE)
    refuse(actor, wish, version_id, reason)
    return wish


def accept(actor: Actor, wish: Wish, version_id: int) -> None:
    """`accept_edit` in the caller's transaction, with the wish held."""
    before = texts_of(wish)
    version = _settle(actor, wish, version_id, "accepted", "")
    _show(wish, texts_of(version))
    _record(actor, wish, "wish.edit_accepted", before, texts_of(version))
    tell_author(actor, wish, "wish_edit_accepted", f"edit-accepted:{version.number}")


def refuse(actor: Actor, wish: Wish, version_id: int, reason: str) -> None:
    """`decline_edit` in the caller's transaction, with the wish held."""
    version = _settle(actor, wish, version_id, "declined", reason)
    record(actor, "wish.edit_declined", wish, after={"reason": reason}, scope=wish.scope)
    tell_author(actor, wish, "wish_edit_declined", f"edit-declined:{version.number}", reason=reason)


def wordings(actor: Actor, wish: Wish) -> Wordings:
    """What the actor may know of a wish's wordings; `wish` as `queries.wish_for` gives it. One query, for few readers."""
    reworded = wish.shown_kind == "reworded"
    if wish.shown_kind is None or not knows_wordings(actor, wish):
        return Wordings(reworded)
    every = select(WishVersion).where(WishVersion.wish_id == wish.id)
    versions = list(db.session.scalars(every.order_by(WishVersion.number)))
    accepted = [each for each in versions if each.state == "accepted"]
    edits = [each for each in versions if each.kind == "edited"]
    own = next(each for each in reversed(accepted) if each.kind != "reworded")
    return Wordings(
        reworded, accepted[-1].number, original=own if reworded else None,
        held=next((each for each in edits if each.state == "held"), None),
        declined=edits[-1] if edits and edits[-1].state == "declined" else None,
    )  # fmt: skip


def own_wish(actor: Actor, wish_id: int) -> Wish:
    """A wish that the actor wrote. Raises NotFound for one they may not know of, Forbidden for somebody else's."""
    wish = wish_for(actor, wish_id)
    _require_own(actor, wish)
    return wish


def knows_wordings(actor: Actor, wish: Wish) -> bool:
    """Whether the actor may read what is not shown of a wish: its author and the moderators."""
    is_author = actor.is_signed_in and wish.author_id == actor.person_id
    return is_author or actor.may("wish:moderate", NOWHERE)


def close_question(wish: Wish) -> None:
    """The question to the author is answered, or nobody waits for it any more. In the caller's transaction."""
    asked = update(WishQuestion).where(WishQuestion.wish_id == wish.id, WishQuestion.closed_at.is_(None))
    db.session.execute(asked.values(closed_at=now()))


def texts_of(wording: Wish | WishVersion) -> Texts:
    """The words of a wish, or of one of its versions."""
    return Texts(**{name: getattr(wording, name) for name in TEXTS})


def _require_own(actor: Actor, wish: Wish) -> None:
    if not actor.is_signed_in or wish.author_id != actor.person_id:
        raise Forbidden(
            "A wish is edited by whoever wrote it. Say what you would add in a comment.", rule="WISH-1",
            links=(Link("Write a comment", "wish_comments.new", {"wish_id": wish.id}),),
        )  # fmt: skip


def _keep_original(wish: Wish) -> None:
    kept = select(WishVersion.id).where(WishVersion.wish_id == wish.id)
    if db.session.scalar(kept.limit(1)) is None:
        first = WishVersion(
            wish_id=wish.id, number=1, kind="original", state="accepted", written_by_id=wish.author_id,
            written_at=wish.submitted_at, decided_at=wish.submitted_at, **asdict(texts_of(wish)),
        )  # fmt: skip
        db.session.add(first)
        db.session.flush()


def _check_seen(wish: Wish, seen: int) -> None:
    shown = select(func.max(WishVersion.number)).where(
        WishVersion.wish_id == wish.id, WishVersion.state == "accepted"
    )
    if db.session.scalar(shown) != seen:
        raise Invalid(title=CHANGED)


def _held(wish_id: int) -> WishVersion | None:
    waiting = select(WishVersion).where(WishVersion.wish_id == wish_id, WishVersion.state == "held")
    return db.session.scalar(waiting.execution_options(populate_existing=True))


def _hold(actor: Actor, wish: Wish, texts: Texts, waiting: WishVersion | None) -> None:
    if waiting is not None:
        waiting.state = "replaced"
        reviews.end(WishReview.version_id == waiting.id, settled=False)
        db.session.flush()
    version = _write(actor, wish, "edited", "held", texts)
    reviews.await_edit(version)
    _record(actor, wish, "wish.edit_held", texts_of(wish), texts)


def _take_over(actor: Actor, wish: Wish, texts: Texts) -> None:
    before = texts_of(wish)
    _write(actor, wish, "edited", "accepted", texts)
    _show(wish, texts)
    _record(actor, wish, "wish.edited", before, texts)
    if wish.state == WishState.ASKED_BACK:
        close_question(wish)
        wish.state = WishState.SUBMITTED
        reviews.run_again(wish.id)
        record(
            actor, "wish.question_answered", wish, before={"state": WishState.ASKED_BACK},
            after={"state": WishState.SUBMITTED}, scope=wish.scope,
        )  # fmt: skip


def _write(actor: Actor, wish: Wish, kind: str, state: str, texts: Texts) -> WishVersion:
    last = select(func.max(WishVersion.number)).where(WishVersion.wish_id == wish.id)
    moment = now()
    version = WishVersion(
        wish_id=wish.id, number=(db.session.scalar(last) or 0) + 1, kind=kind, state=state, written_by_id=actor.id,
        written_at=moment, decided_at=moment if state == "accepted" else None,
        decided_by_id=actor.id if kind == "reworded" else None, **asdict(texts),
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    return version


def _settle(actor: Actor, wish: Wish, version_id: int, state: str, reason: str) -> WishVersion:
    waiting = WishVersion.id == version_id, WishVersion.wish_id == wish.id, WishVersion.state == "held"
    settled = {"state": state, "reason": reason, "decided_by_id": actor.id, "decided_at": now()}
    key = db.session.scalar(update(WishVersion).where(*waiting).values(**settled).returning(WishVersion.id))
    if key is None:
        raise Conflict("This edit is settled already, or its author replaced it.", links=(_to(wish),))
    reviews.end(WishReview.version_id == key)
    return db.session.get_one(WishVersion, key, populate_existing=True)


def _show(wish: Wish, texts: Texts) -> None:
    for name, value in asdict(texts).items():
        setattr(wish, name, value)
    db.session.flush()


def _record(actor: Actor, wish: Wish, action: str, before: Texts, after: Texts) -> None:
    old, new = asdict(before), asdict(after)
    changed = [name for name in old if old[name] != new[name]]
    values: dict[str, Any] = {name: new[name] for name in changed}
    record(actor, action, wish, before={name: old[name] for name in changed}, after=values, scope=wish.scope)


def _to(wish: Wish) -> Link:
    return Link("See the wish", "wishes.show", {"wish_id": wish.id})
