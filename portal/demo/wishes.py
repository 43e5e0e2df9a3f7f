"""Writing the wish list, with what customers said of it, what was decided, and audit rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.db import db
from portal.demo import content
from portal.demo.customers import Customer
from portal.demo.dice import dice
from portal.demo.frame import Frame, Place, Someone, note
from portal.demo.phrasing import phrase
from portal.demo.wish_cases import write_cases, write_picture
from portal.demo.wish_life import Life, Said, life_of, what_was_said
from portal.demo.wish_moderation import moderated, write_moderation
from portal.demo.wish_planning import Course, foreseen, write_choice, write_marks, write_rounds
from portal.wishlist.counting import recount
from portal.wishlist.models import Wish, WishFollower, WishStand
from portal.wishlist.models_decisions import DecisionRecord


def write_wishes(frame: Frame, customers: list[Customer]) -> None:
    """Write every wish once, however many customers there are; each customer says something of some of them."""
    first = [customer for customer in customers if customer.is_first]
    courses = []
    keys: dict[str, int] = {}
    for plan in sorted(content.wishes(), key=lambda plan: -plan.days_ago):
        chance = dice("wish", plan.title)
        life = life_of(frame, plan, first, chance)
        key = keys[plan.title] = _write_row(frame, life, keys)
        write_moderation(frame, key, life, keys, first)
        _note_course(frame, key, life)
        _write_followers(frame, key, life)
        write_picture(frame, key, life)
        write_cases(frame, key, life, first)
        heard = what_was_said(frame, life, customers, chance)
        for said in heard:
            _write_stand(frame, key, said)
        course = Course(key, life, heard, write_marks(frame, key, life, chance))
        write_choice(frame, course)
        courses.append(course)
    write_rounds(frame, customers, courses)


def count_wishes() -> None:
    """Count each wish from what was said of it, once all of that is in the tables (WISH-2)."""
    for wish in db.session.scalars(select(Wish).order_by(Wish.id)):
        recount(wish)


def _write_row(frame: Frame, life: Life, keys: dict[str, int]) -> int:
    plan = life.plan
    return frame.rows.add(
        Wish,
        **moderated(frame, life, keys),
        title=_said(life, plan.title),
        problem=_said(life, plan.problem),
        idea=_said(life, plan.idea),
        affected=_said(life, plan.affected),
        frequency=plan.frequency,
        workaround=_said(life, plan.workaround),
        module=plan.module,
        on_behalf=plan.by == "agent" and life.customer is not None,
        state=life.state,
        decision=life.decision.value,
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
    )


def _said(life: Life, text: str) -> str:
    american = life.customer is not None and life.customer.plan.country == "US"
    return phrase(text, american=american).filled({}, dice("words", life.plan.title))


def _write_stand(frame: Frame, wish: int, said: Said) -> None:
    frame.rows.add(
        WishStand,
        wish_id=wish,
        organisation_id=said.customer_id,
        person_id=said.who.id,
        stand=said.stand.value,
        stood_at=said.at,
    )
    before, after = {"stand": None}, {"stand": said.stand.value}
    note(frame, said.at, said.who, "wish.stood", Wish, wish, Place(said.customer_id), before, after)


def _write_followers(frame: Frame, wish: int, life: Life) -> None:
    """The author, who has been told what was decided until now."""
    told = 0
    if life.decided_at:
        told = frame.rows.add(
            DecisionRecord,
            wish_id=wish,
            number=1,
            decision=life.decision.value,
            answer=life.plan.answer,
            decided_by_id=frame.team.managers[0].id,
            decided_at=life.decided_at,
            policy_edition=frame.edition_at(life.decided_at),
            **foreseen(frame, life),
        )
    frame.rows.add(
        WishFollower, wish_id=wish, person_id=life.author.id, since=life.submitted_at, told_through=told
    )


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
        before, after = {"decision": "open"}, {"decision": life.decision.value, "answer": plan.answer}
        note(frame, life.decided_at, frame.team.managers[0], "wish.decided", Wish, wish, place, before, after)
    elif life.answered_at and life.answered_by and plan.state == "published":
        before, after = {"answer": ""}, {"answer": plan.answer}
        note(frame, life.answered_at, life.answered_by, "wish.answered", Wish, wish, place, before, after)
