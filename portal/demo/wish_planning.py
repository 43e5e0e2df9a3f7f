"""What staff thought of wishes, what an organiser chose for all, and the rounds in which releases were planned."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean
from typing import Any

from portal.demo.customers import Customer
from portal.demo.frame import Frame, Place, note
from portal.demo.wish_life import Life, Said
from portal.events.models import Event
from portal.policy.usefulness import METHOD, Tally, customer_since
from portal.policy.wishes import Stand, WishModule
from portal.wishlist.models import CLOSED, OrganisationStand, Wish
from portal.wishlist.models_decisions import PlanningLine, PlanningRound, WishEvaluation

# By title: the release, in how many days, and whether customers are told.
FORESEEN: dict[str, tuple[str, int, bool]] = {
    "Swap two talks with one action": ("7.2", 96, True),
    "A badge preview that shows exactly what will be printed": ("7.2", 96, True),
    "Exhibitors upload their own documents": ("7.3", 190, False),
}
CHOSEN = "Say who else is editing"
ROUNDS = (
    ("7.1", 150, "Before the autumn of the large congresses."),
    ("7.2", 12, "With the new timetable editor in view."),
)
REASONS = {
    "usefulness": ("Comes up in every second training.", "Only where several people prepare an event."),
    "effort": ("Two people for a month.", "The data are there; it is a page more."),
    "fit": ("This is what people buy us for.", "Near the edge of what we want to be."),
    "risk": ("Touches what is printed on the day.", "Can be switched on event by event."),
}
HAS_PART: dict[str | None, Callable[[Event], bool]] = {
    None: lambda event: True,
    WishModule.VIRTUAL_EVENT: lambda event: event.virtual_event_package,
    WishModule.EXHIBITORS: lambda event: event.exhibitor_package,
    WishModule.ATTENDANCE_APP: lambda event: event.in_person and event.records_attendance,
    WishModule.PREMIUM: lambda event: event.licence == "premium",
}


@dataclass(slots=True)
class Course:
    """A wish that has been written, with what was said of it and the marks that staff gave it, with when."""

    key: int
    life: Life
    said: list[Said]
    marks: list[tuple[datetime, dict[str, int]]]


def foreseen(frame: Frame, life: Life) -> dict[str, Any]:
    """The release and the date of a wish that has them, for its decision (WISH-3)."""
    release, days, shown = FORESEEN.get(life.plan.title, ("", 0, False))
    return {"release": release, "due_on": _in(frame, days) if release else None, "date_published": shown}


def write_marks(
    frame: Frame, key: int, life: Life, chance: random.Random
) -> list[tuple[datetime, dict[str, int]]]:
    """What two of the staff thought of a wish that many find useful, in the weeks after it came on the list."""
    if life.published_at is None or life.plan.appeal < 0.45:
        return []
    given = []
    for evaluator in (frame.team.agents[0], frame.team.managers[0]):
        at = min(life.published_at + timedelta(days=chance.randint(2, 20)), frame.now - timedelta(hours=1))
        marks = {name: chance.randint(1, 5) for name in REASONS} | {
            "usefulness": 3 + round(2 * life.plan.appeal)
        }
        why = {f"{name}_why": chance.choice((*said, "")) for name, said in REASONS.items()}
        frame.rows.add(
            WishEvaluation, wish_id=key, evaluator_id=evaluator.id, evaluated_at=at, **marks, **why
        )
        note(frame, at, evaluator, "wish.evaluated", Wish, key, after=marks)
        given.append((at, marks))
    return given


def write_choice(frame: Frame, course: Course) -> None:
    """One organiser sets the answer of their organisation over that of its people (WISH-2)."""
    if course.life.plan.title != CHOSEN or course.life.customer is None:
        return
    customer, at = course.life.customer, course.life.submitted_at + timedelta(days=9)
    organiser = customer.organisers[0]
    frame.rows.add(
        OrganisationStand, wish_id=course.key, organisation_id=customer.id, stand=Stand.NEUTRAL.value, stood_at=at,
        chosen=Stand.NEUTRAL.value, chosen_by_id=organiser.id, chosen_at=at,
    )  # fmt: skip
    before, after = {"stand": Stand.USEFUL.value}, {"stand": Stand.NEUTRAL.value}
    note(frame, at, organiser, "wish.stand_chosen", Wish, course.key, Place(customer.id), before, after)


def write_rounds(frame: Frame, customers: Sequence[Customer], courses: Sequence[Course]) -> None:
    """The rounds that were taken, each with the list as it stood that day."""
    manager = frame.team.managers[0]
    for release, days_ago, words in ROUNDS:
        at = frame.now - timedelta(days=days_ago)
        ranked = sorted(_standing(customers, courses, at), key=_place)
        key = frame.rows.add(
            PlanningRound, release=release, note=words, method=METHOD, taken_by_id=manager.id, taken_at=at,
            customers=len(_concerned(customers, None, at)), policy_edition=frame.edition_at(at),
            form_key=f"demo:{release}",
        )  # fmt: skip
        for rank, (course, tally) in enumerate(ranked, 1):
            _write_line(frame, key, rank, course, tally, at)
        facts = {"release": release, "wishes": len(ranked)}
        note(frame, at, manager, "planning_round.taken", PlanningRound, key, after=facts)


def _place(each: tuple[Course, Tally]) -> tuple[float, int, int]:
    course, tally = each
    return -tally.score, -tally.useful, course.key


def _standing(
    customers: Sequence[Customer], courses: Sequence[Course], at: datetime
) -> list[tuple[Course, Tally]]:
    found = []
    for course in courses:
        life = course.life
        over = life.decision in CLOSED and life.decided_at is not None and life.decided_at <= at
        if life.published_at is not None and life.published_at <= at and not over:
            found.append((course, _tally(customers, course, at)))
    return found


def _tally(customers: Sequence[Customer], course: Course, at: datetime) -> Tally:
    concerned = _concerned(customers, course.life.plan.module, at)
    counted = Counter(said.stand for said in course.said if said.at <= at and said.customer_id in concerned)
    return Tally(counted[Stand.USEFUL], counted[Stand.NEUTRAL], counted[Stand.NOT_FOR_US], len(concerned))


def _concerned(customers: Sequence[Customer], module: str | None, at: datetime) -> set[int]:
    """The customers who had an event with a part at a moment."""
    since = customer_since(at.date())
    return {
        customer.id
        for customer in customers
        if any(stage.event.ends_on >= since and HAS_PART[module](stage.event) for stage in customer.stages)
    }


def _write_line(frame: Frame, key: int, rank: int, course: Course, tally: Tally, at: datetime) -> None:
    life, marks = course.life, [marks for given, marks in course.marks if given <= at]
    decided = life.decided_at is not None and life.decided_at <= at
    frame.rows.add(
        PlanningLine, round_id=key, wish_id=course.key, rank=rank, title=life.plan.title, module=life.plan.module,
        decision=life.decision.value if decided else "open", useful=tally.useful, neutral=tally.neutral,
        against=tally.against, concerned=tally.concerned, score=tally.score, evaluations=len(marks),
        **{name: fmean(each[name] for each in marks) if marks else None for name in REASONS},
    )  # fmt: skip


def _in(frame: Frame, days: int) -> date:
    return frame.today + timedelta(days=days)
