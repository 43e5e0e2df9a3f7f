"""The demo obeys the rules that the portal enforces."""

import hashlib
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text

from portal.accounts.models import Grant
from portal.after_hours.models import Window
from portal.after_hours.queries import window_at
from portal.audit.models import AuditEntry
from portal.bookings.models import Availability, Booking
from portal.bookings.models_commitments import Commitment, SlotHold, Waiting
from portal.clock import now
from portal.db import Base, db
from portal.documents.discrepancies import discrepancies
from portal.documents.models import Document
from portal.editions.queries import edition_in_force
from portal.events.models import Event
from portal.orders.models import Order, OrderLine
from portal.orders.sums import check_orders
from portal.policy.contacts import contact_limit, removal_due
from portal.policy.hours import is_business_time, reply_deadline
from portal.policy.training import (
    SessionKind,
    busy_range,
    entitlement_to,
    is_given_back,
    notice_decision,
    open_slots,
    session_times,
)
from portal.policy.window_promise import window_promise
from portal.roster.models import Contact, Removal, Seat
from portal.roster.seats import sync_seats
from portal.tickets.models import Attachment, Message, Ticket
from portal.tickets.storage import store
from portal.wishlist.counting import recount
from portal.wishlist.models import Wish

pytestmark = pytest.mark.usefixtures("demo")


def test_contacts_sit_on_seats_within_the_limit() -> None:
    for event in db.session.scalars(select(Event)):
        seats = db.session.scalars(select(Seat).where(Seat.event_id == event.id)).all()
        bought = sum(seat.order_line_id is not None for seat in seats)
        limit = contact_limit(event.attendees, event.licence_kind, extra_seats=bought).total
        assert sum(not seat.closing for seat in seats) == limit
        taken = set(db.session.scalars(select(Contact.seat_id).where(Contact.event_id == event.id)).all()) - {
            None
        }
        assert taken <= {seat.id for seat in seats}
        assert {seat.id for seat in seats if seat.closing} <= taken


def test_seats_are_as_the_portal_itself_would_bring_them_in_line() -> None:
    every = select(Seat.id, Seat.number, Seat.closing, Seat.order_line_id).order_by(Seat.id)
    before = db.session.execute(every).all()
    for event in db.session.scalars(select(Event)).all():
        sync_seats(event, edition_in_force())
    after = db.session.execute(every).all()
    db.session.rollback()
    assert after == before


def test_a_contact_has_the_seat_number_and_the_grant_of_their_event() -> None:
    for contact, grant in db.session.execute(
        select(Contact, Grant).join(Grant, Grant.id == Contact.grant_id)
    ):
        assert (grant.role, grant.person_id, grant.event_id) == (
            "contact",
            contact.person_id,
            contact.event_id,
        )
        assert grant.ended_at == contact.ended_at
        if contact.seat_id is not None:
            assert db.session.get_one(Seat, contact.seat_id).number == contact.seat_number


def test_an_order_brings_its_seat_once_paid_or_granted() -> None:
    brought = select(Order.id).join(OrderLine).join(Seat, Seat.order_line_id == OrderLine.id)
    seats = Order.id.in_(select(OrderLine.order_id).where(OrderLine.item == "extra_contact"))
    is_open = seats & ((Order.state == "paid") | ((Order.state == "pending") & Order.granted_at.is_not(None)))
    assert sorted(db.session.scalars(brought)) == sorted(db.session.scalars(select(Order.id).where(is_open)))
    assert set(db.session.scalars(select(Order.state).where(is_open))) == {"paid", "pending"}
    assert check_orders() == []


def test_every_order_has_its_documents_and_the_books_add_up() -> None:
    kinds = select(Order.state, Document.kind).join(Document, Document.order_id == Order.id)
    assert {tuple(row) for row in db.session.execute(kinds)} >= {
        ("pending", "invoice"), ("paid", "invoice"), ("paid", "receipt"), ("cancelled", "credit_note"),
    }  # fmt: skip
    invoices = db.session.execute(
        select(Document.number, Document.issued_at)
        .where(Document.kind == "invoice")
        .order_by(Document.number)
    ).all()
    assert [row.issued_at for row in invoices] == sorted(row.issued_at for row in invoices)
    assert discrepancies(db.session.connection()) == []


def test_windows_after_hours_stand_as_the_portal_would_have_them() -> None:
    states = set(db.session.scalars(select(Window.state)))
    assert {"asked", "ordered", "offered", "confirmed", "done", "cancelled"} == states
    on_now = select(Window).where(
        Window.state == "confirmed", Window.starts_at <= now(), Window.ends_at > now()
    )
    assert len(db.session.scalars(on_now).all()) == 1
    held = select(Window.id, Window.holder_id).where(Window.state.in_(("confirmed", "done")))
    kept = select(Commitment.window_id, Commitment.host_id).where(Commitment.kind == "after_hours")
    assert set(db.session.execute(held).all()) == set(db.session.execute(kept).all())
    returned = (
        select(Order.state).join(Window, Window.order_id == Order.id).where(Window.state == "cancelled")
    )
    assert set(db.session.scalars(returned)) == {"partially_refunded", "refunded"}
    for window in db.session.scalars(select(Window).where(Window.order_id.is_not(None))):
        assert window.order is not None
        assert window.asked_at <= window.order.placed_at <= now()


def test_removals_are_due_and_decided_as_the_policy_says() -> None:
    edition = edition_in_force()
    for removal in db.session.scalars(select(Removal)):
        assert removal.due_at == removal_due(removal.requested_at, edition)
        assert removal.decided_at is None or removal.requested_at < removal.decided_at <= removal.due_at
        assert (removal.contact.ended_at is not None) == (removal.state == "approved")


def test_an_open_ticket_has_the_promise_that_the_policy_makes() -> None:
    edition = edition_in_force()
    for ticket in db.session.scalars(select(Ticket).where(Ticket.state == "open")):
        assert ticket.awaiting_since is not None
        window = window_at(ticket.event_id, ticket.awaiting_since)
        usual = reply_deadline(ticket.awaiting_since, edition)
        promise = window_promise(ticket.awaiting_since, usual, window.coverage) if window else usual
        assert ticket.reply_due_at == promise.due_at


def test_messages_follow_one_another_and_none_is_from_the_future() -> None:
    for ticket in db.session.scalars(select(Ticket)):
        sent = db.session.scalars(
            select(Message.sent_at).where(Message.ticket_id == ticket.id).order_by(Message.id)
        ).all()
        assert sent == sorted(sent)
        assert sent[0] == ticket.opened_at
        shown = select(func.max(Message.sent_at)).where(Message.ticket_id == ticket.id, ~Message.internal)
        assert db.session.scalars(shown).one() <= ticket.last_activity_at <= now()


def test_support_writes_in_business_hours() -> None:
    hours = edition_in_force().hours
    for sent in db.session.scalars(select(Message.sent_at).where(Message.from_staff)):
        assert is_business_time(sent - timedelta(seconds=1), hours)


def test_tickets_are_written_by_people_who_were_contacts_by_then() -> None:
    strangers = (
        select(func.count())
        .select_from(Message)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(
            ~Message.from_staff,
            ~select(Contact.id)
            .where(
                Contact.event_id == Ticket.event_id,
                Contact.person_id == Message.author_id,
                Contact.registered_at <= Ticket.opened_at,
            )
            .exists(),
        )
    )
    assert db.session.scalar(strangers) == 0


def test_sessions_are_entitled_to_and_as_long_as_the_policy_says() -> None:
    edition = edition_in_force()
    for booking in db.session.scalars(select(Booking)):
        kind = SessionKind(booking.kind)
        entitlement, times = entitlement_to(kind, booking.event.facts, edition), session_times(kind, edition)
        assert entitlement.entitled
        assert booking.one_per_event == (entitlement.sessions is not None)
        assert booking.ends_at - booking.starts_at == timedelta(minutes=times.length_minutes)
        busy = busy_range(booking.starts_at, edition, kind)
        assert (booking.busy.lower, booking.busy.upper) == busy
        timely = notice_decision(kind, booking.moved_from or booking.starts_at, booking.booked_at, edition)
        assert timely or booking.override_reason
        assert booking.booked_at <= now()


def test_a_session_lies_within_what_its_host_has_published() -> None:
    inside = (
        select(Availability.id)
        .where(
            Availability.host_id == Booking.host_id,
            Availability.starts_at <= Booking.starts_at,
            Availability.ends_at >= Booking.ends_at,
        )
        .exists()
    )
    assert db.session.scalar(select(func.count()).select_from(Booking).where(~inside)) == 0


def test_a_cancelled_session_is_given_back_before_its_cut_off_only() -> None:
    edition = edition_in_force()
    for booking in db.session.scalars(select(Booking).where(Booking.state == "cancelled")):
        assert booking.cancelled_at is not None
        given_back = is_given_back(booking.kind, booking.starts_at, booking.cancelled_at, edition)
        assert booking.uses_entitlement != given_back


def test_availability_keeps_its_clock_time_over_a_change_of_the_clocks() -> None:
    eastern = ZoneInfo("America/New_York")
    starts = db.session.scalars(select(Availability.starts_at)).all()
    assert {start.astimezone(eastern).hour for start in starts} == {8, 9, 10, 12, 13, 14}
    assert len({start.astimezone(eastern).utcoffset() for start in starts}) == 2


def test_there_are_open_times_to_book() -> None:
    windows = db.session.execute(
        select(Availability.host_id, Availability.starts_at, Availability.ends_at)
    ).all()
    taken = db.session.scalars(select(Booking).where(Booking.state != "cancelled")).all()
    busy = [(each.host_id, each.busy.lower, each.busy.upper) for each in taken]
    kind = SessionKind.PRESENTER_TRAINING
    assert len(open_slots([tuple(row) for row in windows], busy, kind, now(), edition_in_force())) > 50


def test_a_wish_is_useful_to_the_customers_who_said_so() -> None:
    for wish in db.session.scalars(select(Wish)):
        kept = (wish.tally, wish.score, wish.trend)
        assert (recount(wish), wish.score, wish.trend) == kept
        moments = [wish.submitted_at, wish.published_at, wish.answered_at, now()]
        known = [moment for moment in moments if moment]
        assert known == sorted(known)
    db.session.rollback()


def test_every_ticket_has_its_trail_in_the_order_of_time() -> None:
    opened = select(AuditEntry.subject_id).where(AuditEntry.action == "ticket.opened")
    assert set(db.session.scalars(opened)) == set(db.session.scalars(select(Ticket.id)))
    moments = db.session.scalars(select(AuditEntry.at).order_by(AuditEntry.id)).all()
    assert list(moments) == sorted(moments)


def test_attachments_are_where_the_portal_looks_for_them() -> None:
    for attachment in db.session.scalars(select(Attachment)):
        with store().open(attachment.storage_name) as file:
            assert hashlib.sha256(file.read()).hexdigest() == attachment.sha256


def test_the_next_key_is_free() -> None:
    for table in ("ticket", "person", "audit_entry", "order", "booking"):
        top = db.session.scalar(text(f'SELECT max(id) FROM "{table}"'))
        assert (
            db.session.scalar(text(f"SELECT nextval(pg_get_serial_sequence('\"{table}\"', 'id'))")) == top + 1
        )


def number(model: type[Base], *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def test_a_time_is_kept_one_is_offered_and_two_events_wait() -> None:
    assert number(SlotHold, SlotHold.waiting_id.is_(None)) == 1
    assert number(SlotHold, SlotHold.waiting_id.is_not(None)) == 1
    assert dict(db.session.execute(select(Waiting.state, func.count()).group_by(Waiting.state)).all()) == {
        "offered": 1, "waiting": 2,
    }  # fmt: skip


def test_a_session_has_moved_and_another_goes_beyond_a_limit() -> None:
    assert number(Booking, Booking.moved_from.is_not(None), Booking.kind == "live_assistance") == 1
    assert number(Booking, Booking.override_reason != "", Booking.placed_by_id.is_not(None)) == 1


def test_everything_that_takes_somebody_stands_in_one_table() -> None:
    assert number(Commitment, Commitment.kind == "session") == number(Booking, Booking.state != "cancelled")
    assert number(Commitment, Commitment.kind == "hold") == 2
