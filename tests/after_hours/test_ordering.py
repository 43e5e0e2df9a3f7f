"""Preparing and ordering a window: its price, who may, and what is refused (AFT-1)."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.after_hours import service
from portal.after_hours.models import Window
from portal.after_hours.quoting import quoted
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.orders import service as orders
from portal.orders.models import Order
from portal.policy.terms import Channel
from tests.after_hours.conftest import NOW, SATURDAY, takes, wanted
from tests.policy.moments import et


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_an_order_has_every_line_that_was_reviewed(team, ordered, outbox):
    window = ordered()
    order = window.order
    # Three weekend hours at US$150.
    assert [(line.item, line.total_cents, line.rule) for line in order.lines] == [
        ("after_hours", 45_000, "AFT-1")
    ]
    assert "Saturday 5 December 2026, 18:00 to 21:00 Eastern" in order.lines[0].description
    assert (order.total_cents, order.state, window.state) == (45_000, "pending", "ordered")
    assert (window.hold_by, window.reply_minutes) == (SATURDAY - timedelta(hours=2), 30)
    assert order.sells_window
    assert not order.sells_seats
    subjects = outbox.subjects()
    assert any(subject.startswith(f"Order {order.reference}: support after hours") for subject in subjects)
    assert not any("Can you hold it" in subject for subject in subjects)
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_type == "after_hours_window")
    ).all()
    assert actions == ["after_hours.ordered"]


def test_short_notice_the_minimum_and_business_hours_have_their_lines():
    price = quoted(wanted(et("2026-12-02 16:45"), 0.75, Channel.EMAIL))
    # 15 minutes in business hours are free; 30 minutes at US$90, up to an hour, and a quarter more at short notice.
    assert [(line.total_cents, line.rule) for line in price.lines] == [
        (0, "HOW-3"), (4_500, "AFT-1"), (4_500, "AFT-1"), (2_250, "AFT-1"),
    ]  # fmt: skip


CANNOT_BE_ORDERED = [
    ("2026-12-02 11:00", 2, "starts_at", "in the future"),
    ("2026-12-02 15:00", 4, "starts_at", "at least 4 hours before"),
    ("2027-07-01 18:00", 1, "starts_at", "180 days ahead"),
    ("2026-12-05 18:00", 0, "ends_at", "end after it starts"),
    ("2026-12-05 18:00", -1, "ends_at", "end after it starts"),
    ("2026-12-05 18:00", 73, "ends_at", "3 days at most"),
    ("2026-12-03 09:00", 2, "starts_at", "business hours"),
]


def test_what_cannot_be_ordered_is_told_beside_its_field(team, ordered):
    for start, hours, field, words in CANNOT_BE_ORDERED:
        with pytest.raises(Invalid) as problem:
            ordered(wanted(et(start), hours))
        assert words in problem.value.fields[field], start
    assert count(Order) == 0


def test_a_window_of_25_hours_is_one(ordered):
    assert ordered(wanted(hours=25)).minutes == 25 * 60


def test_a_price_that_is_another_by_now_is_reviewed_again(team, ordered):
    shown = quoted(wanted()).fingerprint
    with pytest.raises(orders.PriceChanged):
        ordered(wanted(hours=4), reviewed=shown)
    assert ordered(reviewed=shown).state == "ordered"


def test_the_same_form_twice_is_one_order(team, ordered):
    key = str(uuid.uuid4())
    assert ordered(form_key=key).id == ordered(form_key=key).id
    assert (count(Window), count(Order)) == (1, 1)


def test_an_event_has_one_window_at_a_time(ordered):
    first = ordered()
    with pytest.raises(Invalid, match=first.reference):
        ordered(wanted(SATURDAY + timedelta(hours=2), channel=Channel.EMAIL))
    assert ordered(wanted(SATURDAY + timedelta(hours=3))).state == "ordered"


def test_nobody_to_hold_it_is_said_before_anything_is_ordered(world, outbox):
    takes(world.agent, channels=[Channel.EMAIL])
    with pytest.raises(Refused) as refusal:
        service.order_window(
            world.actor("organiser"), world.congress.id, wanted(), form_key=str(uuid.uuid4())
        )
    assert refusal.value.rule == "AFT-1"
    assert refusal.value.links
    assert (count(Order), outbox.all()) == (0, [])


def test_two_customers_do_not_count_on_one_colleague(world, outbox):
    takes(world.agent)
    service.order_window(world.actor("organiser"), world.congress.id, wanted(), form_key=str(uuid.uuid4()))
    with pytest.raises(Refused):
        service.order_window(world.actor("outsider"), world.fair.id, wanted(), form_key=str(uuid.uuid4()))
    takes(world.manager)
    made = service.order_window(world.actor("outsider"), world.fair.id, wanted(), form_key=str(uuid.uuid4()))
    assert made.state == "ordered"


def test_a_contact_prepares_and_an_organiser_orders(team, outbox):
    asked = service.ask_for_window(
        team.actor("contact"), team.congress.id, wanted(), form_key=str(uuid.uuid4())
    )
    assert (asked.state, count(Order)) == ("asked", 0)
    assert [subject.partition(":")[0] for subject in outbox.subjects()] == ["To be ordered"]
    with pytest.raises(Forbidden):
        service.order_prepared(team.actor("contact"), asked.id)
    made = service.order_prepared(team.actor("organiser"), asked.id, reviewed=quoted(wanted()).fingerprint)
    assert (made.state, made.order.placed_by_id, made.asked_by_id) == (
        "ordered",
        team.organiser.id,
        team.contact.id,
    )
    assert service.order_prepared(team.actor("organiser"), asked.id).order_id == made.order_id
    assert count(Order) == 1


def test_a_contact_does_not_order(team):
    with pytest.raises(Forbidden):
        service.order_window(team.actor("contact"), team.congress.id, wanted(), form_key=str(uuid.uuid4()))


def test_others_do_not_know_of_it(team, ordered):
    window = ordered()
    for who in ("outsider", "outside_contact", "nobody"):
        with pytest.raises(NotFound):
            service.withdraw_window(team.actor(who), window.id)
        with pytest.raises(NotFound):
            service.ask_for_window(team.actor(who), team.congress.id, wanted(), form_key=str(uuid.uuid4()))


def test_what_was_withdrawn_is_not_ordered(team, outbox):
    asked = service.ask_for_window(
        team.actor("contact"), team.congress.id, wanted(), form_key=str(uuid.uuid4())
    )
    service.withdraw_window(team.actor("organiser"), asked.id, reason="The venue closes early.")
    told = [mail for mail in outbox.all() if mail.subject.startswith("Withdrawn")]
    assert [(mail.address, "The venue closes early." in mail.body_text) for mail in told] == [
        (team.contact.email, True)
    ]
    with pytest.raises(Conflict, match="was withdrawn"):
        service.order_prepared(team.actor("organiser"), asked.id)
    with pytest.raises(Conflict):
        service.withdraw_window(team.actor("contact"), asked.id)


def test_a_note_too_long_is_told(ordered):
    with pytest.raises(Invalid, match="1,000"):
        ordered(wanted(note="x" * 1_001))


def test_a_way_to_pay_that_is_not_offered_is_refused(ordered):
    with pytest.raises(Invalid, match="ways to pay"):
        ordered(method="barter")
    assert NOW
