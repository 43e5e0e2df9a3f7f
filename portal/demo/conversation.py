"""Writing a ticket with its messages, files and audit rows."""

import random
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from portal.demo.attachments import write_attachment
from portal.demo.course import Course, Standing, Turn
from portal.demo.duty import write_offers
from portal.demo.frame import Frame, Someone, note
from portal.demo.goals import write_goals, write_satisfaction
from portal.demo.phrasing import phrase
from portal.demo.plans import ScenePlan, ThreadPlan
from portal.demo.words import Words
from portal.tickets.models import Message, Ticket


@dataclass(frozen=True, slots=True)
class Draft:
    """A ticket that is known in full, but not written."""

    words: Words
    thread: ThreadPlan
    course: Course
    author: Someone
    colleague: Someone | None
    agent: Someone
    chance: random.Random
    placed: ScenePlan | None = None

    @property
    def opened_at(self) -> datetime:
        """When it was opened: tickets are written in this order, so that their numbers grow with time."""
        return self.course.turns[0].sent_at

    @property
    def assigned_because(self) -> str:
        """Why its agent has it, when it went to them by load (HOW-1)."""
        if self.placed is None or not self.placed.by_load:
            return ""
        return (
            "Nobody claimed it in half of its response time. The least loaded of 3 on duty who take this topic:"
            f" {self.agent.name} has 1 open ticket, weighed by priority."
        )

    def writer(self, turn: Turn) -> Someone:
        """Who sent a message."""
        if turn.from_staff:
            return self.agent
        return self.colleague if turn.by_colleague and self.colleague else self.author


def write_ticket(frame: Frame, draft: Draft) -> None:
    """Write a ticket and everything that has happened to it."""
    subject, *bodies = _texts(draft)
    standings = draft.course.standings(frame, draft.agent)
    key = _write_row(frame, draft, subject, standings[-1])
    frame.placed[draft.words.stage.id, draft.thread.key] = key
    for turn, body in zip(draft.course.turns, bodies, strict=True):
        _write_message(frame, draft, key, turn, body)
    opened = {
        "subject": subject,
        "topic": draft.thread.topic,
        "reply_due_at": standings[0].facts["reply_due_at"],
    }
    _note(frame, draft, key, standings[0], None, opened)
    for earlier, standing in pairwise(standings):
        _note(frame, draft, key, standing, *_difference(earlier, standing))
    if standings[-1].state == "open" and standings[-1].assignee is None:
        write_offers(frame, key, draft.thread.topic, draft.opened_at)
    write_goals(frame, key, standings)
    if draft.course.closed_at:
        write_satisfaction(frame, key, draft.course.closed_at, draft.author, draft.words.stage.place)


def _texts(draft: Draft) -> list[str]:
    """The subject and the messages, filled with the same values throughout."""
    american, colleague = draft.words.american, draft.colleague.first if draft.colleague else None
    values = draft.words.for_ticket(draft.chance, draft.author.first, colleague, draft.agent.first)
    texts = [phrase(draft.thread.subject, american=american)]
    for turn in draft.course.turns:
        text = draft.thread.messages[turn.index].text
        texts.append(phrase(text, american=american and not turn.from_staff))
    return [text.filled(values, draft.chance) for text in texts]


def _write_row(frame: Frame, draft: Draft, subject: str, now: Standing) -> int:
    course = draft.course
    return frame.rows.add(
        Ticket,
        event_id=draft.words.stage.id,
        subject=subject,
        topic=draft.thread.topic,
        channel=draft.thread.channel,
        state=now.state,
        opened_by_id=draft.author.id,
        opened_at=draft.opened_at,
        awaiting_since=now.awaiting_since,
        reply_due_at=now.reply_due_at,
        first_reply_at=course.first_reply_at,
        last_activity_at=course.closed_at or course.turns[-1].sent_at,
        assignee_id=now.assignee and now.assignee.id,
        assigned_at=course.claimed_at if now.assignee else None,
        assigned_because=draft.assigned_because,
        priority=draft.placed.priority if draft.placed else "normal",
        tags=draft.placed.tags if draft.placed else [],
        closed_at=course.closed_at,
        policy_edition=frame.edition_at(draft.opened_at),
    )


def _write_message(frame: Frame, draft: Draft, ticket: int, turn: Turn, body: str) -> None:
    key = frame.rows.add(
        Message,
        ticket_id=ticket,
        author_id=draft.writer(turn).id,
        from_staff=turn.from_staff,
        body=body,
        sent_at=turn.sent_at,
    )
    # Files go to disk one by one: a larger demo has those of the first customers only.
    name = draft.thread.messages[turn.index].attach
    if name and draft.words.stage.customer.is_first:
        write_attachment(frame, draft.words, key, name)


def _difference(earlier: Standing, later: Standing) -> tuple[dict[str, Any], dict[str, Any]]:
    if later.action == "ticket.claimed":
        return {"assignee": None}, {"assignee": later.facts["assignee"]}
    return earlier.facts, later.facts


def _note(
    frame: Frame,
    draft: Draft,
    ticket: int,
    standing: Standing,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
    actor: Someone | None = draft.writer(standing.turn) if standing.turn else draft.agent
    place, action = draft.words.stage.place, standing.action
    if action == "ticket.claimed" and draft.assigned_because:
        actor, action, after = None, "ticket.assigned", after | {"because": draft.assigned_because}
    note(frame, standing.at, actor, action, Ticket, ticket, place, before, after)
