"""Where people ask for what support does not cover (OUT-1 to OUT-6), from what the actor may see."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from portal.accounts.actor import Actor
from portal.accounts.models import Organisation
from portal.db import db
from portal.events.models import Event
from portal.policy.coverage import TOPIC_LABELS, Topic, coverage
from portal.tickets.models import Ticket
from portal.tickets.queries import visible_tickets

OUTSIDE = tuple(topic for topic in Topic if not coverage(topic).covered)
MOST_CUSTOMERS = 5


@dataclass
class AskedOutside:
    """One topic outside of cover: its rule, how many tickets asked for it, and who asked most."""

    topic: Topic
    tickets: int = 0
    by_customer: list[tuple[str, int]] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The topic as people choose it."""
        return TOPIC_LABELS[self.topic]

    @property
    def rule(self) -> str:
        """The rule that leaves it out."""
        return coverage(self.topic).rule


def asked_outside(actor: Actor, since: datetime) -> list[AskedOutside]:
    """For each topic outside of cover, the tickets opened since an instant, most asked first."""
    outside = visible_tickets(actor).where(Ticket.topic.in_(OUTSIDE), Ticket.opened_at >= since)
    found = outside.with_only_columns(Ticket.topic, Ticket.event_id).subquery()
    counted = (
        select(found.c.topic, Organisation.name, func.count())
        .select_from(found)
        .join(Event, Event.id == found.c.event_id)
        .join(Organisation, Organisation.id == Event.organisation_id)
        .group_by(found.c.topic, Organisation.name)
    )
    customers: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for topic, name, tickets in db.session.execute(counted):
        customers[topic].append((name, tickets))
    rows = [_row(topic, customers[topic]) for topic in OUTSIDE]
    return sorted(rows, key=lambda row: (-row.tickets, row.rule))


def _row(topic: Topic, customers: list[tuple[str, int]]) -> AskedOutside:
    most_first = sorted(customers, key=lambda each: (-each[1], each[0]))
    return AskedOutside(topic, sum(tickets for _, tickets in customers), most_first[:MOST_CUSTOMERS])
