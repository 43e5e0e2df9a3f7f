"""The demo's rota, offers and assignments are ones that the portal itself would have made (HOW-1)."""

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.accounts.queries import actor_for
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.demo.duty import OFFERED
from portal.duty.queries import coming_absences, coming_exceptions, rotas
from portal.editions.queries import edition_in_force
from portal.tickets.models import Ticket
from portal.tickets.models_distribution import Offer, SavedFilter
from portal.tickets.queue import queue_counts, saved_filters

pytestmark = pytest.mark.usefixtures("demo")


def person(email: str) -> Person:
    return db.session.scalars(select(Person).where(Person.email == email)).one()


def test_some_choose_topics_and_hours_somebody_will_be_away_and_somebody_has_a_day_off() -> None:
    team = rotas(now())
    assert [rota for rota in team if rota.topics]
    assert [rota for rota in team if not rota.topics]
    assert [rota for rota in team if rota.week]
    assert [rota for rota in team if coming_absences(rota.person.id, now())]
    assert [rota for rota in team if coming_exceptions(rota.person.id, now())]


def test_whoever_was_offered_a_ticket_takes_its_topic_and_nobody_has_it() -> None:
    takes = {rota.person.id: rota for rota in rotas(now())}
    offered = db.session.execute(
        select(Offer.person_id, Ticket)
        .join(Ticket, Ticket.id == Offer.ticket_id)
        .where(Offer.because == OFFERED)
    ).all()
    assert len(offered) >= 6
    for person_id, ticket in offered:
        assert takes[person_id].takes(ticket.topic)
        assert (ticket.state, ticket.assignee_id) == ("open", None)


def test_the_agent_has_something_offered_and_every_reader_of_the_queue_has_a_saved_view() -> None:
    hours, at = edition_in_force().hours, now()
    agent, manager = (actor_for(person(f"{who}@demo.example").id) for who in ("agent", "manager"))
    assert agent is not None
    assert manager is not None
    assert queue_counts(agent, at, hours).offered >= 1
    assert [saved.name for saved in saved_filters(agent)] == ["After the event", "Badges"]
    assert [saved.shared for saved in saved_filters(manager)] == [True]


def test_what_went_by_load_has_its_reason_on_record() -> None:
    by_load = db.session.scalars(select(Ticket).where(Ticket.assigned_because != "")).all()
    assert len(by_load) >= 2
    for ticket in by_load:
        entry = db.session.scalars(
            select(AuditEntry).where(
                AuditEntry.action == "ticket.assigned", AuditEntry.subject_id == ticket.id
            )
        ).one()
        assert entry.actor_id is None
        assert entry.after == {"assignee": ticket.assignee_id, "because": ticket.assigned_because}
        assert ticket.assigned_at == entry.at


def test_some_tickets_have_tags_and_another_priority() -> None:
    assert db.session.scalar(select(func.count()).where(Ticket.priority != "normal"))
    assert db.session.scalar(select(func.count()).where(func.cardinality(Ticket.tags) > 0))
    assert db.session.scalar(select(func.count()).select_from(SavedFilter)) == 2
