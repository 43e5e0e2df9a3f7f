"""Writing the wish list with its votes and audit rows."""

from datetime import datetime
from typing import Any

from portal.demo import content
from portal.demo.customers import Customer
from portal.demo.dice import dice
from portal.demo.frame import Frame, Place, Someone, note
from portal.demo.phrasing import phrase
from portal.demo.wish_life import Ballot, Life, ballots, life_of
from portal.wishlist.models import Vote, Wish


def write_wishes(frame: Frame, customers: list[Customer]) -> None:
    """Write every wish once, however many customers there are; each customer votes for some of them."""
    first = [customer for customer in customers if customer.is_first]
    for plan in sorted(content.wishes(), key=lambda plan: -plan.days_ago):
        chance = dice("wish", plan.title)
        life = life_of(frame, plan, first, chance)
        votes = ballots(frame, life, customers, chance)
        key = _write_row(frame, life, len(votes))
        _note_course(frame, key, life)
        for number, vote in enumerate(votes):
            _write_vote(frame, key, vote, number)


def _write_row(frame: Frame, life: Life, votes: int) -> int:
    plan = life.plan
    return frame.rows.add(
        Wish,
        title=_said(life, plan.title),
        problem=_said(life, plan.problem),
        idea=_said(life, plan.idea),
        state=plan.state,
        author_id=life.author.id,
        organisation_id=life.customer.id if life.customer else None,
        submitted_at=life.submitted_at,
        published_at=life.published_at,
        moderated_by_id=frame.team.moderators[0].id if life.moderated_at else None,
        answer=plan.answer,
        answered_at=life.answered_at,
        answered_by_id=life.answered_by and life.answered_by.id,
        decided_at=life.decided_at,
        decided_by_id=frame.team.managers[0].id if life.decided_at else None,
        votes=votes,
    )


def _said(life: Life, text: str) -> str:
    american = life.customer is not None and life.customer.plan.country == "US"
    return phrase(text, american=american).filled({}, dice("words", life.plan.title))


def _write_vote(frame: Frame, wish: int, vote: Ballot, earlier: int) -> None:
    frame.rows.add(
        Vote, wish_id=wish, organisation_id=vote.customer_id, person_id=vote.voter.id, cast_at=vote.cast_at
    )
    before, after = {"votes": earlier}, {"votes": earlier + 1}
    place = Place(vote.customer_id)
    note(frame, vote.cast_at, vote.voter, "wish.voted", Wish, wish, place, before, after)


def _note_course(frame: Frame, wish: int, life: Life) -> None:
    """The submission, what the moderator did, and the answer or decision."""
    place = Place(life.customer.id if life.customer else None)

    def moved(at: datetime, actor: Someone, old: str, new: str, answer: str = "") -> None:
        after = {"state": new} | ({"answer": answer} if answer else {})
        note(frame, at, actor, f"wish.{new}", Wish, wish, place, {"state": old}, after)

    plan, moderator = life.plan, frame.team.moderators[0]
    facts: dict[str, Any] = {
        "title": plan.title,
        "state": "submitted",
        "organisation_id": place.organisation_id,
    }
    note(frame, life.submitted_at, life.author, "wish.submitted", Wish, wish, place, after=facts)
    if life.moderated_at and plan.state == "declined":
        moved(life.moderated_at, moderator, "submitted", "declined", plan.answer)
    elif life.moderated_at:
        moved(life.moderated_at, moderator, "submitted", "published")
    if life.decided_at:
        moved(life.decided_at, frame.team.managers[0], "published", plan.state, plan.answer)
    elif life.answered_at and life.answered_by and plan.state == "published":
        before, after = {"answer": ""}, {"answer": plan.answer}
        note(frame, life.answered_at, life.answered_by, "wish.answered", Wish, wish, place, before, after)
