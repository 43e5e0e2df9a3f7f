"""What was promised and decided keeps its edition, whatever a later one says (POL-1)."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.actor import SYSTEM
from portal.bookings.models import Booking
from portal.bookings.queries import cut_off
from portal.db import db
from portal.editions.applying import apply_editions
from portal.policy.edition import FIRST_EDITION, parts_of
from portal.roster.models import Contact, Removal
from portal.roster.reminders import remind_managers
from portal.roster.removal_requests import ask_for_removal
from portal.tickets.models import Ticket
from portal.tickets.models_goals import TicketGoal
from tests.bookings.sessions import booking
from tests.editions.publishing import publish
from tests.policy.moments import et
from tests.tickets.scenes import as_stored, asked, closed, replied

pytestmark = pytest.mark.usefixtures("outbox")


def at(moment):
    """That moment on the US Eastern wall clock."""
    return time_machine.travel(et(moment), tick=False)


def hasty(world):
    """A later edition with other hours, goals, windows and times."""
    publish(
        world.actor("manager"), hours={"opens": "10:00", "closes": "12:00", "reply_business_days": 3},
        tickets={"resolution_business_days": 1, "reopen_days": 1}, contacts={"removal_business_days": 10},
        training={"sessions": [times | {"cut_off_minutes": 0} for times in parts_of(FIRST_EDITION)["training"]["sessions"]]},
    )  # fmt: skip
    apply_editions()


def goals(ticket):
    rows = db.session.scalars(
        select(TicketGoal).where(TicketGoal.ticket_id == ticket.id).order_by(TicketGoal.id)
    )
    return [(goal.kind, goal.due_at, goal.warn_at, goal.policy_edition) for goal in rows]


def test_an_open_ticket_keeps_every_deadline_and_a_new_one_counts_by_the_new_edition(world):
    with at("2026-06-02 12:00"):
        ticket = asked(world)
        before = (as_stored(ticket).reply_due_at, goals(ticket))
        hasty(world)
        assert (as_stored(ticket).reply_due_at, goals(ticket)) == before
        later = asked(world, subject="Another")
    assert before[0] == et("2026-06-03 12:00")
    assert as_stored(ticket).policy_edition == 1
    stored = db.session.get_one(Ticket, later.id, populate_existing=True)
    assert (stored.policy_edition, stored.reply_due_at) == (2, et("2026-06-05 12:00"))


def test_a_closed_ticket_can_be_opened_again_for_as_long_as_it_was_said(world):
    with at("2026-06-02 12:00"):
        ticket = asked(world)
        replied(world, ticket, "agent")
        closed(world, ticket)
    with at("2026-06-03 12:00"):
        hasty(world)
    with at("2026-06-16 11:59"):
        assert replied(world, ticket, "contact").ticket_id == ticket.id


def test_a_removal_is_due_and_reminded_of_as_promised(world, outbox):
    with at("2026-06-02 12:00"):
        contact = db.session.scalars(select(Contact).where(Contact.person_id == world.other_contact.id)).one()
        removal = ask_for_removal(world.actor("organiser"), contact.id)
        hasty(world)
    kept = db.session.get_one(Removal, removal.id, populate_existing=True)
    assert (kept.due_at, kept.policy_edition) == (et("2026-06-04 12:00"), 1)
    outbox.all()
    with at("2026-06-03 12:01"):
        assert remind_managers(SYSTEM) == 1
    outbox.all()


def test_a_booked_session_keeps_its_cut_off(world):
    with at("2026-11-20 12:00"):
        session = booking(world.congress, world.agent, world.contact)
        before = cut_off(session)
        hasty(world)
        kept = db.session.get_one(Booking, session.id, populate_existing=True)
        assert cut_off(kept) == before == kept.starts_at - timedelta(days=1)
