"""The team's rota, whom open tickets were offered to, and the views that some of the team have saved (HOW-1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from portal.demo.frame import Frame, Someone, note
from portal.duty.models import Absence, DutyException, DutyHours, Skill
from portal.policy.instants import eastern
from portal.tickets.models_distribution import Offer, SavedFilter

Hours = tuple[int, int]

OFFERED = "you are on duty and take this topic"


@dataclass(frozen=True, slots=True)
class RotaPlan:
    """What somebody takes, and their full hours on each weekday; empty for every topic and business hours.

    `away` is an absence, from so many days ahead until so many; `off` a single day off duty.
    """

    topics: tuple[str, ...] = ()
    hours: tuple[tuple[int, Hours], ...] = ()
    away: tuple[int, int] | None = None
    off: int | None = None


def _each(days: range, opens: int, closes: int) -> tuple[tuple[int, Hours], ...]:
    return tuple((day, (opens, closes)) for day in days)


ROTAS = {
    "agent@demo.example": RotaPlan(("how_to", "using_the_system", "problem", "contact_training")),
    "priya.raghunathan@conference-tracker.example": RotaPlan(
        ("problem", "after_the_event", "third_party"), _each(range(4), 8, 16)
    ),
    "tom.beckstrand@conference-tracker.example": RotaPlan(
        ("how_to", "using_the_system", "do_it_for_us", "change_or_feature"), _each(range(5), 10, 17), off=9
    ),
    "elena.ruiz-ortega@conference-tracker.example": RotaPlan(
        (
            "contact_training",
            "presenter_training",
            "exhibitor_training",
            "operator_training",
            "after_the_event",
        ),
        away=(4, 11),
    ),
}


def write_rotas(frame: Frame) -> None:
    """Write the rota of the team; whoever is not in it takes every topic in business hours."""
    for email, plan in ROTAS.items():
        _write_rota(frame, frame.people[email], plan)
    agent, manager = frame.people["agent@demo.example"], frame.team.managers[0]
    _save(frame, agent, "Badges", {"view": "open", "text": "badge"})
    _save(frame, manager, "After the event", {"view": "open", "topic": "after_the_event"}, shared=True)


def absences(frame: Frame) -> Iterator[tuple[Someone, tuple[datetime, datetime]]]:
    """Who of the team is away, from and until when."""
    for email, plan in ROTAS.items():
        if plan.away is not None:
            first, last = (eastern(frame.today + timedelta(days=days)) for days in plan.away)
            yield frame.people[email], (first, last)


def write_offers(frame: Frame, ticket: int, topic: str, at: datetime) -> None:
    """Write that an open ticket was offered to those of the team who take its topic."""
    for agent in frame.team.agents:
        topics = ROTAS.get(agent.email, RotaPlan()).topics
        if not topics or topic in topics:
            frame.rows.add(Offer, ticket_id=ticket, person_id=agent.id, because=OFFERED, offered_at=at)


def _write_rota(frame: Frame, who: Someone, plan: RotaPlan) -> None:
    for topic in plan.topics:
        frame.rows.add(Skill, person_id=who.id, topic=topic)
    for weekday, (opens, closes) in plan.hours:
        hours = {"opens": time(opens), "closes": time(closes)}
        frame.rows.add(DutyHours, person_id=who.id, weekday=weekday, **hours)
    if plan.off is not None:
        frame.rows.add(DutyException, person_id=who.id, day=frame.today + timedelta(days=plan.off))
    for away in (each for absent, each in absences(frame) if absent is who):
        span = f"[{away[0].isoformat()},{away[1].isoformat()})"
        entered = frame.now - timedelta(days=6)
        key = frame.rows.add(
            Absence, person_id=who.id, during=span, note="Holiday", entered_by_id=who.id, entered_at=entered
        )
        note(
            frame, entered, who, "absence.entered", Absence, key, after={"first": away[0].date().isoformat()}
        )


def _save(frame: Frame, who: Someone, name: str, wanted: dict[str, str], *, shared: bool = False) -> None:
    at = frame.now - timedelta(days=20)
    frame.rows.add(SavedFilter, person_id=who.id, name=name, wanted=wanted, shared=shared, saved_at=at)
