"""What support keeps on the demo's tickets: notes, time, canned replies, a call, a merge, links, reminders, COV-8."""

import tomllib
from collections.abc import Sequence
from datetime import timedelta
from importlib.resources import files

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.demo.customers import Customer
from portal.demo.frame import Frame, Place, Someone, note
from portal.policy.after_event import AfterHelp
from portal.policy.business_time import add_business_minutes
from portal.tickets.merging import standing_of
from portal.tickets.models import Message, Ticket
from portal.tickets.models_work import (
    AfterEventHelp,
    CannedReply,
    FollowUp,
    TicketLink,
    TicketMerge,
    TimeEntry,
)

AGENT = "agent@demo.example"
EVENT = "oresund-next"
NOTES = (
    "They asked the same by phone last week; their printer is the one with the old driver.",
    "If this comes up a third time, we should write a help article.",
    "Mikkel decides this at their end. Do not promise anything before he is back.",
)
MINUTES = (
    (25, "Tried it with a copy of the event"),
    (10, "Wrote the answer"),
    (40, "Went through it on the phone"),
)
DOUBLES = ("reviewers", "programme", "registered")
KINDS = {
    "certificat": AfterHelp.CERTIFICATES, "hours": AfterHelp.CERTIFICATES, "funder": AfterHelp.EXPORT,
    "personal data": AfterHelp.EXPORT,
}  # fmt: skip


def write_work(frame: Frame, customers: Sequence[Customer]) -> None:
    """Write it for the tickets that are there already; none of the portal's own dates or promises change."""
    frame.rows.flush()
    frame.rows.settle()
    agent = frame.people[AGENT]
    stage = next(each for customer in customers for each in customer.stages if each.plan.key == EVENT)
    answered = _tickets(Ticket.event_id == stage.id, Ticket.state == "waiting")
    _notes(frame, answered, agent)
    _time(frame, _tickets(Ticket.event_id == stage.id, Ticket.state == "closed")[:6], agent)
    _call(frame, agent)
    _merge(frame, stage.id, agent)
    _priorities(frame, _tickets(Ticket.event_id == stage.id, Ticket.state == "open"), agent)
    _after_events(frame)


def _tickets(*conditions: object) -> list[Ticket]:
    found = select(Ticket).where(*conditions).options(joinedload(Ticket.event))  # type: ignore[arg-type]
    return list(db.session.scalars(found.order_by(Ticket.id.desc()).limit(12)))


def write_replies(frame: Frame) -> None:
    """Write the canned replies that support keeps, one of them archived."""
    file, by = files("portal.demo") / "replies.toml", frame.team.managers[0]
    for number, row in enumerate(tomllib.loads(file.read_text(encoding="utf-8"))["reply"]):
        at = frame.now - timedelta(days=90 - number)
        archived = frame.now - timedelta(days=30) if row.get("archived") else None
        said = {"title": row["title"], "topic": row.get("topic"), "body": row["body"].strip()}
        key = frame.rows.add(CannedReply, **said, changed_at=at, changed_by_id=by.id, archived_at=archived)
        note(frame, at, by, "canned_reply.added", CannedReply, key, after=said)
        if archived:
            note(frame, archived, by, "canned_reply.archived", CannedReply, key)


def _notes(frame: Frame, tickets: list[Ticket], agent: Someone) -> None:
    for ticket, body in zip(tickets, NOTES, strict=False):
        at = min(add_business_minutes(ticket.last_activity_at, 3, frame.edition.hours), frame.now)
        key = frame.rows.add(
            Message,
            ticket_id=ticket.id,
            author_id=agent.id,
            from_staff=True,
            internal=True,
            body=body,
            sent_at=at,
        )
        _trail(frame, agent, "ticket.noted", ticket, {"message": key})
    for ticket in tickets[:1]:
        due = frame.now + timedelta(days=1)
        frame.rows.add(
            FollowUp,
            ticket_id=ticket.id,
            person_id=agent.id,
            due_at=due,
            note="Did it help?",
            made_at=frame.now,
        )
        _trail(frame, agent, "ticket.follow_up_set", ticket, {"due_at": due.isoformat()})
    if len(tickets) > 1:
        first, second = sorted(tickets[:2], key=lambda ticket: ticket.id)
        frame.rows.add(
            TicketLink, ticket_id=first.id, other_id=second.id, relation="related", made_by_id=agent.id, made_at=frame.now
        )  # fmt: skip
        _trail(frame, agent, "ticket.linked", first, {"relation": "related", "ticket": second.id})


def _time(frame: Frame, tickets: list[Ticket], agent: Someone) -> None:
    for number, ticket in enumerate(tickets):
        spent = MINUTES[number % len(MINUTES)]
        _spend(frame, ticket, agent, *spent)


def _spend(frame: Frame, ticket: Ticket, agent: Someone, minutes: int, what_for: str) -> None:
    frame.rows.add(
        TimeEntry, ticket_id=ticket.id, person_id=agent.id, minutes=minutes, note=what_for, noted_at=frame.now
    )
    db.session.execute(
        update(Ticket).where(Ticket.id == ticket.id).values(spent_minutes=Ticket.spent_minutes + minutes)
    )
    after = {"minutes": minutes, "note": what_for, "spent_minutes": minutes}
    _trail(frame, agent, "ticket.time_noted", ticket, after)


def _call(frame: Frame, agent: Someone) -> None:
    """The first message of each ticket that came by phone was written down by somebody of support."""
    by_phone = _tickets(Ticket.channel == "phone", Ticket.spent_minutes == 0)
    first = select(func.min(Message.id)).where(Message.ticket_id.in_([each.id for each in by_phone]))
    calls = first.group_by(Message.ticket_id)
    logged = {"channel": "phone", "call_direction": "in", "call_minutes": 9, "logged_by_id": agent.id}
    db.session.execute(update(Message).where(Message.id.in_(calls)).values(**logged))
    for ticket in by_phone:
        _spend(frame, ticket, agent, 9, "Phone call")


def _alike(word: str) -> list[Ticket]:
    """Two closed tickets of one event whose subjects share a word, the later one first; nothing for none."""
    found = _closed(Ticket.subject.icontains(word))
    pairs = ([later, earlier] for later in found for earlier in found if later.id > earlier.id)
    return next((pair for pair in pairs if pair[0].event_id == pair[1].event_id), [])


def _closed(*conditions: object) -> list[Ticket]:
    return _tickets(Ticket.state == "closed", *conditions)


def _merge(frame: Frame, event_id: int, agent: Someone) -> None:
    """Two of an event's closed tickets that were about the same: the later one is part of the earlier."""
    ticket, target = (
        next(filter(None, map(_alike, DOUBLES)), None) or _closed(Ticket.event_id == event_id)[:2]
    )
    before = {"ticket": standing_of(ticket), "target": standing_of(target)}
    frame.rows.add(
        TicketMerge, ticket_id=ticket.id, target_id=target.id, merged_by_id=agent.id, merged_at=frame.now,
        before=before, after={"target": before["target"]},
    )  # fmt: skip
    db.session.execute(update(Ticket).where(Ticket.id == ticket.id).values(merged_into_id=target.id))
    _trail(frame, agent, "ticket.merged", ticket, {"state": "closed", "merged_into": target.id})
    _trail(frame, agent, "ticket.merged_in", target, {"ticket": ticket.id})


def _priorities(frame: Frame, tickets: list[Ticket], agent: Someone) -> None:
    for ticket, priority in zip(tickets, ("urgent", "high"), strict=False):
        db.session.execute(update(Ticket).where(Ticket.id == ticket.id).values(priority=priority))
        _trail(frame, agent, "ticket.marked", ticket, {"priority": priority})


def _after_events(frame: Frame) -> None:
    """Whoever asked for help after an event has a line of its checklist, ticked off when the ticket was closed."""
    asked = select(Ticket).where(Ticket.topic == "after_the_event").options(joinedload(Ticket.event))
    for ticket in db.session.scalars(asked.order_by(Ticket.id)):
        if ticket.opened_at.date() < ticket.event.ends_on:
            continue
        words = ticket.subject.lower()
        kind = next((each for part, each in KINDS.items() if part in words), AfterHelp.ATTENDANCE)
        done = ticket.closed_at and ticket.assignee_id
        frame.rows.add(
            AfterEventHelp, event_id=ticket.event_id, kind=kind.value, ticket_id=ticket.id,
            asked_by_id=ticket.opened_by_id, asked_at=ticket.opened_at,
            done_at=ticket.closed_at if done else None, done_by_id=ticket.assignee_id if done else None,
        )  # fmt: skip


def _trail(frame: Frame, agent: Someone, action: str, ticket: Ticket, after: dict[str, object]) -> None:
    place = Place(ticket.event.organisation_id, ticket.event_id)
    note(frame, frame.now, agent, action, Ticket, ticket.id, place, None, after)
