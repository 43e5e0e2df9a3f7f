"""Offering a ticket that nobody has to the team (HOW-1). Takes part in the caller's transaction."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.models import Person
from portal.clock import now
from portal.db import db
from portal.policy.distribution import audience
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

    Whoever put it back is left out, as long as there is anybody else.
    """
    team = team_for(ticket.topic, now())
    meant = audience(team.without(put_back_by(ticket.id)) or team.colleagues)
    rows = [
        {"ticket_id": ticket.id, "person_id": colleague.id, "because": meant.reason, "offered_at": now()}
        for colleague in meant.colleagues
    ]
    if rows:
        db.session.execute(insert(Offer).values(rows).on_conflict_do_nothing())
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
