"""What moderators did with wishes: reworded, asked back, held, hidden, merged, locked; and what still waits for them."""

from datetime import datetime, timedelta
from typing import Any

from portal.demo.customers import Customer
from portal.demo.dice import dice
from portal.demo.frame import Frame, Place, note
from portal.demo.wish_life import Life
from portal.policy.business_time import add_business_minutes
from portal.policy.goals import GoalClock, paused
from portal.policy.wish_reviews import review_clock
from portal.wishlist.models import Wish
from portal.wishlist.models_moderation import WishComment, WishMerge, WishQuestion, WishReview, WishVersion

READ_AFTER = 45
LATELY = timedelta(hours=20)


def moderated(frame: Frame, life: Life, keys: dict[str, int]) -> dict[str, Any]:
    """The columns of a wish that follow from what moderators did with it; `keys` are those of earlier wishes, by title."""
    moderator = frame.team.moderators[0]
    locked = _after(frame, life) if life.plan.locked else None
    return {
        "root_id": keys[life.plan.into] if life.plan.into else None,
        "hidden_because": life.plan.hidden,
        "locked_at": locked,
        "locked_by_id": moderator.id if locked else None,
    }


def write_moderation(
    frame: Frame, wish: int, life: Life, keys: dict[str, int], first: list[Customer]
) -> None:
    """The rows beside a wish, and its audit rows."""
    plan = life.plan
    if plan.state in ("submitted", "asked_back"):
        _write_waiting(frame, wish, life)
    if plan.author_title:
        _write_wording(frame, wish, life)
    if plan.held_title:
        _write_edit(frame, wish, life)
    if plan.into:
        _write_merge(frame, wish, life, keys[plan.into])
    if plan.hidden:
        _note(
            frame,
            wish,
            life,
            "wish.hidden",
            {"state": "published"},
            {"state": "hidden", "reason": plan.hidden},
        )
    if plan.locked:
        _note(
            frame,
            wish,
            life,
            "wish.locked",
            {"locked_at": None},
            {"locked_at": _after(frame, life).isoformat()},
        )
    for number, body in enumerate(plan.waiting):
        _write_comment(frame, wish, life, body, number, first)


def _write_waiting(frame: Frame, wish: int, life: Life) -> None:
    clock, stands_since = review_clock(life.submitted_at, frame.edition), None
    if life.plan.question:
        stands_since = add_business_minutes(life.submitted_at, READ_AFTER, frame.edition.hours)
        clock = paused(clock, stands_since, frame.edition.hours)
        asked = {
            "question": life.plan.question,
            "asked_by_id": frame.team.moderators[0].id,
            "asked_at": stands_since,
        }
        frame.rows.add(WishQuestion, wish_id=wish, closed_at=None, **asked)
        told = {"state": "asked_back", "question": life.plan.question}
        note(
            frame, stands_since, frame.team.moderators[0], "wish.asked_back", Wish, wish, _place(life),
            {"state": "submitted"}, told,
        )  # fmt: skip
    _write_review(frame, "wish", wish, life.submitted_at, clock, stands_since)


def _write_review(
    frame: Frame, kind: str, wish: int, at: datetime, clock: GoalClock, stands_since: datetime | None = None, **what: int
) -> None:  # fmt: skip
    near = stands_since is None and clock.warn_at <= frame.now
    frame.rows.add(
        WishReview, kind=kind, wish_id=wish, started_at=at, allowed_minutes=clock.allowed_minutes,
        left_minutes=clock.left_minutes, runs_since=clock.runs_since, paused_at=stands_since, due_at=clock.due_at,
        warn_at=clock.warn_at, warned_at=clock.warn_at if near else None, policy_edition=frame.edition.number, **what,
    )  # fmt: skip


def _write_wording(frame: Frame, wish: int, life: Life) -> None:
    """What the author wrote, and what it was reworded to."""
    _write_version(frame, wish, life, 1, "original", "accepted", life.plan.author_title, life.submitted_at)
    at = _after(frame, life)
    _write_version(frame, wish, life, 2, "reworded", "accepted", life.plan.title, at)
    _note(frame, wish, life, "wish.reworded", {"title": life.plan.author_title}, {"title": life.plan.title})


def _write_edit(frame: Frame, wish: int, life: Life) -> None:
    """The wording that is published, and the one that waits."""
    if not life.plan.author_title:
        _write_version(frame, wish, life, 1, "original", "accepted", life.plan.title, life.submitted_at)
    at = frame.now - LATELY
    number = 3 if life.plan.author_title else 2
    held = _write_version(frame, wish, life, number, "edited", "held", life.plan.held_title, at)
    _write_review(frame, "edit", wish, at, review_clock(at, frame.edition), version_id=held)
    before, after = {"title": life.plan.title}, {"title": life.plan.held_title}
    note(frame, at, life.author, "wish.edit_held", Wish, wish, _place(life), before, after)


def _write_version(
    frame: Frame, wish: int, life: Life, number: int, kind: str, state: str, title: str, at: datetime
) -> int:
    plan, is_moderators = life.plan, kind == "reworded"
    return frame.rows.add(
        WishVersion, wish_id=wish, number=number, kind=kind, state=state, title=title, problem=plan.problem,
        affected=plan.affected, frequency=plan.frequency, workaround=plan.workaround, idea=plan.idea,
        written_by_id=frame.team.moderators[0].id if is_moderators else life.author.id, written_at=at,
        decided_at=at if state == "accepted" else None,
        decided_by_id=frame.team.moderators[0].id if is_moderators else None, reason="",
    )  # fmt: skip


def _write_merge(frame: Frame, wish: int, life: Life, into: int) -> None:
    merged = {"merged_by_id": frame.team.moderators[0].id, "merged_at": _after(frame, life)}
    frame.rows.add(
        WishMerge, wish_id=wish, into_id=into, state="published", reason="Asks for the same.", **merged
    )
    after = {"state": "merged", "merged_into": into, "reason": "Asks for the same."}
    _note(frame, wish, life, "wish.merged", {"state": "published"}, after)


def _write_comment(
    frame: Frame, wish: int, life: Life, body: str, number: int, first: list[Customer]
) -> None:
    others = [customer for customer in first if customer is not life.customer]
    customer = others[number % len(others)]
    who = dice("comment", life.plan.title, number).choice(customer.people or customer.everybody)
    at = frame.now - LATELY * (number + 1)
    comment = frame.rows.add(
        WishComment, wish_id=wish, kind="comment", state="submitted", body=body, author_id=who.id,
        organisation_id=customer.id, written_at=at, reason="",
    )  # fmt: skip
    _write_review(frame, "comment", wish, at, review_clock(at, frame.edition), comment_id=comment)
    facts = {"wish": wish, "kind": "comment", "state": "submitted", "body": body}
    note(frame, at, who, "wish_comment.written", WishComment, comment, Place(customer.id), after=facts)


def _note(
    frame: Frame, wish: int, life: Life, action: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    note(
        frame, _after(frame, life), frame.team.moderators[0], action, Wish, wish, _place(life), before, after
    )


def _after(frame: Frame, life: Life) -> datetime:
    """A while after it was moderated."""
    return add_business_minutes(life.moderated_at or life.submitted_at, READ_AFTER, frame.edition.hours)


def _place(life: Life) -> Place:
    return Place(life.customer.id if life.customer else None)
