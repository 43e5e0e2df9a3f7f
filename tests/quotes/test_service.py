"""A quote's life: asked for, written, sent, decided once, over in time (OUT-1 to OUT-6)."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from portal.accounts.actor import SYSTEM
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.documents.models import Document
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.orders.models import Order
from portal.quotes import drafting, service
from portal.quotes.lines import OfferedLine
from portal.quotes.models import Quote, QuoteMessage
from portal.roster.models import Seat
from tests.tickets.scenes import asked as ticket_asked


def stored(quote):
    db.session.rollback()
    return db.session.get_one(Quote, quote.id, populate_existing=True)


def orders():
    return db.session.scalar(select(func.count()).select_from(Order))


def actions(quote):
    mine = select(AuditEntry.action).where(
        AuditEntry.subject_type == "quote", AuditEntry.subject_id == quote.id
    )
    return list(db.session.scalars(mine.order_by(AuditEntry.id)))


def test_a_contact_asks_and_support_is_told(asked, outbox):
    quote = asked()
    assert (quote.state, quote.asked_by.name) == ("asked", "Contact")
    told = {mail.address for mail in outbox.all()}
    assert told == {f"{who}@people.example" for who in ("agent", "manager", "second.manager")}


def test_the_same_form_twice_is_one_request(asked):
    key = str(uuid.uuid4())
    assert asked(form_key=key).id == asked(form_key=key).id


def test_out_2_has_no_price_and_what_is_covered_costs_nothing(asked):
    with pytest.raises(Refused) as refused:
        asked(subject="third_party")
    assert refused.value.rule == "OUT-2"
    with pytest.raises(Refused, match="free of charge"):
        asked(subject="how_to")
    with pytest.raises(Invalid):
        asked(subject="anything else")


def test_strangers_do_not_know_the_event_nor_the_quote(world, asked):
    with pytest.raises(NotFound):
        asked("outsider")
    quote = asked()
    for who in ("outsider", "outside_contact", "nobody"):
        with pytest.raises(NotFound):
            service.write_about_quote(world.actor(who), quote.id, body="?", form_key=str(uuid.uuid4()))


def test_support_asks_from_a_ticket_for_whoever_opened_it(world, asked):
    ticket = ticket_asked(world)
    quote = asked("agent", ticket_id=ticket.id)
    assert (quote.asked_by_id, quote.ticket_id) == (world.contact.id, ticket.id)
    with pytest.raises(Forbidden):
        asked("agent")


def test_a_draft_is_written_again_until_it_is_sent(world, asked):
    quote, day = asked(), (now() + timedelta(days=9)).date()
    for cents in (100, 200):
        drafting.save_draft(
            world.actor("agent"),
            quote.id,
            lines=[OfferedLine("Work", 2, cents)],
            words="",
            terms="",
            last_day=day,
        )
    found = stored(quote)
    assert [(each.number, each.total_cents, each.sent_at) for each in found.versions] == [(1, 400, None)]
    with pytest.raises(Forbidden):
        drafting.send_quote(world.actor("agent"), quote.id, number=1)
    drafting.send_quote(world.actor("manager"), quote.id, number=1)
    with pytest.raises(Conflict):
        drafting.send_quote(world.actor("second_manager"), quote.id, number=1)


def test_the_customer_cannot_see_that_there_is_a_draft(world, asked, client):
    quote = asked()
    drafting.save_draft(
        world.actor("agent"), quote.id, lines=[OfferedLine("Secret price", 1, 7_777)], words="", terms="",
        last_day=(now() + timedelta(days=9)).date(),
    )  # fmt: skip
    for who in (world.organiser, world.contact):
        page = client.as_(who).get(f"/quotes/{quote.id}").text
        assert "draft" not in page.lower()
        assert "77.77" not in page
        assert client.as_(who).get(f"/quotes/{quote.id}/versions/1").status_code == 404
    assert "US$77.77" in client.as_(world.agent).get(f"/quotes/{quote.id}").text


def test_what_was_sent_can_be_changed_by_nobody(sent):
    quote = sent()
    for change in ("UPDATE quote_version SET total_cents = 1, net_cents = 1", "DELETE FROM quote_version"):
        with pytest.raises(DBAPIError, match="quote_version"):
            db.session.execute(text(change))
        db.session.rollback()
    assert stored(quote).standing.total_cents == 139_000


def test_accepting_makes_one_order_with_its_invoice_and_no_seat(world, sent, outbox):
    quote = sent()
    seats = db.session.scalar(select(func.count()).select_from(Seat))
    outbox.all()
    accepted = service.accept_quote(world.actor("organiser"), quote.id, version=1, purchase_order="PO-7")
    again = service.accept_quote(world.actor("organiser"), quote.id, version=1)
    assert (accepted.state, again.order_id, orders()) == ("accepted", accepted.order_id, 1)
    order = db.session.get_one(Order, accepted.order_id)
    assert (order.total_cents, order.purchase_order, order.sells_seats) == (139_000, "PO-7", False)
    assert [(line.quantity, line.unit_cents, line.rule) for line in order.lines] == [
        (12, 9_500, "OUT-1"), (1, 25_000, "OUT-1"),
    ]  # fmt: skip
    assert db.session.scalars(select(Document.kind)).all() == ["invoice"]
    assert db.session.scalar(select(func.count()).select_from(Seat)) == seats
    assert any(
        "is accepted" in mail.subject and mail.address == "manager@people.example" for mail in outbox.all()
    )
    assert actions(quote)[-2:] == ["quote.sent", "quote.accepted"]


def test_only_organisers_buy(world, sent):
    quote = sent()
    for who in ("contact", "agent", "manager"):
        with pytest.raises(Forbidden):
            service.accept_quote(world.actor(who), quote.id, version=1)
        with pytest.raises(Forbidden):
            service.decline_quote(world.actor(who), quote.id, version=1, reason="No.")


def test_the_version_that_was_read_is_the_one_that_counts(world, sent):
    quote = sent(2)
    with pytest.raises(Conflict, match="Another version"):
        service.accept_quote(world.actor("organiser"), quote.id, version=1)
    assert orders() == 0
    assert service.accept_quote(world.actor("organiser"), quote.id, version=2).state == "accepted"


def test_declined_with_a_reason_and_sent_again(world, sent, outbox):
    quote = sent()
    service.decline_quote(world.actor("organiser"), quote.id, version=1, reason="Too dear.")
    assert any("is declined" in mail.subject and "Too dear." in mail.body_text for mail in outbox.all())
    with pytest.raises(Conflict, match="declined already"):
        service.accept_quote(world.actor("organiser"), quote.id, version=1)
    assert sent(quote=quote).state == "sent"
    assert stored(quote).decision_reason == ""


def test_it_is_over_at_the_end_of_its_last_day_in_eastern_time(world, sent, outbox):
    with time_machine.travel("2026-03-02T15:00:00Z", tick=False):
        quote = sent(days=5)
    with time_machine.travel("2026-03-08T04:59:59Z", tick=False):
        assert quote.ends_at > now()
        assert drafting.look_after_quotes(SYSTEM) == 1
        assert drafting.look_after_quotes(SYSTEM) == 0
    with time_machine.travel("2026-03-08T05:00:00Z", tick=False):
        with pytest.raises(Conflict, match="is over"):
            service.accept_quote(world.actor("organiser"), quote.id, version=1)
        assert [drafting.look_after_quotes(SYSTEM), drafting.look_after_quotes(SYSTEM)] == [1, 0]
    assert stored(quote).state == "expired"
    subjects = [mail.subject for mail in outbox.all() if mail.address == "organiser@people.example"]
    assert [each.split(":")[0].split(" ", 2)[2] for each in subjects[-2:]] == ["is over soon", "is over"]


def test_a_clock_that_jumps_over_both_tells_the_end_alone(sent, outbox):
    with time_machine.travel("2026-03-02T15:00:00Z", tick=False):
        sent(days=5)
        outbox.all()
    with time_machine.travel("2026-05-02T15:00:00Z", tick=False):
        drafting.look_after_quotes(SYSTEM)
    assert {mail.subject.split(":")[0].split(" ", 2)[2] for mail in outbox.all()} == {"is over"}


def test_a_last_day_that_is_past_is_refused(world, asked):
    with pytest.raises(Invalid) as problem:
        drafting.save_draft(
            world.actor("agent"), asked().id, lines=[OfferedLine("Work", 1, 1)], words="", terms="",
            last_day=(now() - timedelta(days=2)).date(),
        )  # fmt: skip
    assert "last_day" in problem.value.fields


def test_no_price_and_taken_back_are_each_decided_once(world, asked):
    first, second = asked(), asked()
    drafting.refuse_quote(world.actor("manager"), first.id, reason="We do not do this.")
    service.withdraw_quote(world.actor("contact"), second.id)
    for again in (
        lambda: drafting.refuse_quote(world.actor("manager"), second.id, reason="No."),
        lambda: service.withdraw_quote(world.actor("contact"), first.id),
        lambda: drafting.save_draft(
            world.actor("agent"), first.id, lines=[OfferedLine("W", 1, 1)], words="", terms="",
            last_day=(now() + timedelta(days=2)).date(),
        ),
    ):  # fmt: skip
        with pytest.raises(Conflict):
            again()
    assert (stored(first).state, stored(second).state) == ("refused", "withdrawn")


def test_what_one_side_writes_goes_to_the_other(world, sent, outbox):
    quote = sent()
    outbox.all()
    key = str(uuid.uuid4())
    for _ in range(2):
        service.write_about_quote(world.actor("contact"), quote.id, body="With photos?", form_key=key)
    assert db.session.scalar(select(func.count()).select_from(QuoteMessage)) == 1
    assert {mail.address.split("@")[0] for mail in outbox.all()} == {"agent", "manager", "second.manager"}
    service.write_about_quote(world.actor("agent"), quote.id, body="Yes.", form_key=str(uuid.uuid4()))
    assert {mail.address.split("@")[0] for mail in outbox.all()} == {"contact", "organiser"}
