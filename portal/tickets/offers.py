"""Offering a ticket that nobody has to the team (HOW-1). Takes part in the caller's transaction."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.models import Person
from portal.after_hours.queries import window_at
from portal.clock import now
from portal.db import db
from portal.policy.distribution import audience
from portal.tickets.holders import at_work
from portal.tickets.models import Ticket
from portal.tickets.models_distribution import Offer
from portal.tickets.team import team_for


@dataclass(frozen=True)
class Offered:
    """Whom a ticket is offered to now, and why them, in words that read after "Offered to you because"."""

    people: list[Person]
    because: str


def offer(ticket: Ticket) -> Offered:
    """Offer a ticket to those whom the rules name at this moment; who was offered it before keeps the offer.

    Whoever put it back is left out, as long as there is anybody else. While somebody holds a window after
    hours for the event, it is theirs first (AFT-1).
    """
    offered = _within_window(ticket) or _to_team(ticket)
    rows = [
        {"ticket_id": ticket.id, "person_id": person.id, "because": offered.because, "offered_at": now()}
        for person in offered.people
    ]
    if rows:
        db.session.execute(insert(Offer).values(rows).on_conflict_do_nothing())
    return offered


def window_holder(ticket: Ticket) -> Person | None:
    """Who holds a window after hours for a ticket's event now, and has not put the ticket back (AFT-1)."""
    window = window_at(ticket.event_id, now())
    holder = at_work().get(window.holder_id or 0) if window else None
    return holder if holder and holder.id not in put_back_by(ticket.id) else None


def _within_window(ticket: Ticket) -> Offered | None:
    holder = window_holder(ticket)
    return Offered([holder], "you hold the event's window after hours") if holder else None


def _to_team(ticket: Ticket) -> Offered:
    team = team_for(ticket.topic, now())
    meant = audience(team.without(put_back_by(ticket.id)) or team.colleagues)
    return Offered([team.people[colleague.id] for colleague in meant.colleagues], meant.reason)


def put_back_by(ticket_id: int) -> set[int]:
    """Who has had a ticket and put it back, by key."""
    returned = select(Offer.person_id).where(Offer.ticket_id == ticket_id, Offer.put_back_at.is_not(None))
    return set(db.session.scalars(returned))


def note_put_back(ticket: Ticket, person_id: int) -> None:
    """Keep in mind that a person put a ticket back, so that it does not come to them by load again."""
    row = insert(Offer).values(
        ticket_id=ticket.id, person_id=person_id, because="you had it", offered_at=now(), put_back_at=now()
    )
    same = ["ticket_id", "person_id"]
    db.session.execute(row.on_conflict_do_update(index_elements=same, set_={"put_back_at": now()}))
