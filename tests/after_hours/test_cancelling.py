"""Cancelling a window: what was said to come back comes back, once, through the order book (AFT-1)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.after_hours.cancelling import cancel_window, terms_of
from portal.after_hours.models import Window
from portal.after_hours.queries import window_for
from portal.bookings.models_commitments import Commitment
from portal.db import db
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.orders import refunds
from portal.orders.models import Order
from portal.orders.sums import check_orders
from portal.payments.models import Refund
from tests.after_hours.conftest import SATURDAY, wanted
from tests.policy.moments import et

LATE = SATURDAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _sums(world):
    yield
    assert check_orders() == []


def order_of(window):
    db.session.expire_all()
    return db.session.get_one(Order, window.order_id)


def cancel(team, window, cents, who="organiser", **more):
    return cancel_window(team.actor(who), window.id, expected_cents=cents, **more)


def test_two_days_ahead_all_of_it_comes_back(team, held, outbox):
    window = held()
    outbox.all()
    made = cancel(team, window, 45_000, reason="The evening session moved.")
    order = order_of(window)
    assert (made.state, made.refund_cents, order.state, order.refunded_cents) == (
        "cancelled",
        45_000,
        "refunded",
        45_000,
    )
    assert db.session.scalars(select(Commitment)).all() == []
    mails = outbox.all()
    ended = [mail for mail in mails if mail.subject.startswith("Cancelled: support")]
    assert {team.organiser.email, team.contact.email} <= {mail.address for mail in ended}
    assert all(
        mail.calendar_method == "CANCEL" and "The evening session moved." in mail.body_text for mail in ended
    )
    assert [mail.address for mail in mails if mail.subject.startswith("You no longer hold")] == [
        team.agent.email
    ]


def test_later_half_of_it_comes_back(team, held, wednesday):
    window = held()
    wednesday.move_to(LATE)
    cancel(team, window, 22_500)
    order = order_of(window)
    assert (order.state, order.refunded_cents, order.held_cents) == ("partially_refunded", 22_500, 22_500)


def test_the_terms_are_those_it_was_ordered_under_and_shown_before(team, held, wednesday):
    window = held()
    wednesday.move_to(LATE)
    with pytest.raises(Conflict, match=r"US\$225\.00 would come back"):
        cancel(team, window, 45_000)
    assert order_of(window).refunded_cents == 0


def test_once_it_has_begun_nothing_is_cancelled(team, held, wednesday):
    window = held()
    wednesday.move_to(SATURDAY)
    with pytest.raises(Refused) as refusal:
        cancel(team, window, 0)
    assert (refusal.value.rule, bool(refusal.value.links)) == ("AFT-1", True)


def test_support_that_cancels_gives_all_of_it_back_however_late(team, held, wednesday):
    window = held()
    wednesday.move_to(SATURDAY - timedelta(minutes=1))
    cancel(team, window, 45_000, who="manager", reason="We are sorry: nobody can come.")
    assert order_of(window).state == "refunded"


def test_cancelling_twice_pays_back_once(team, held):
    window = held()
    cancel(team, window, 45_000)
    with pytest.raises(Conflict, match="was cancelled"):
        cancel(team, window, 45_000)
    assert len(db.session.scalars(select(Refund)).all()) == 1


def test_unpaid_on_invoice_late_the_rest_is_an_order_of_its_own(team, held, wednesday):
    window = held(paid=False)
    wednesday.move_to(LATE)
    made = cancel(team, window, 22_500)
    first, charge = order_of(window), db.session.get_one(Order, made.charge_order_id)
    assert (first.state, charge.state, charge.total_cents) == ("cancelled", "pending", 22_500)
    assert window.reference in charge.lines[0].description
    assert db.session.get_one(Window, window.id).state == "cancelled"


def test_unpaid_in_time_nothing_is_owed(team, held):
    made = cancel(team, held(paid=False), 45_000)
    assert (made.charge_order_id, order_of(made).state) == (None, "cancelled")


def test_what_was_not_paid_yet_is_not_owed(team, ordered, wednesday):
    window = ordered()
    wednesday.move_to(LATE)
    made = cancel(team, window, 45_000)
    assert (made.charge_order_id, order_of(made).state) == (None, "cancelled")


def test_an_odd_price_is_halved_to_the_cent(team, held, wednesday):
    window = held(wanted(et("2026-12-05 18:00"), 61 / 60))
    wednesday.move_to(LATE)
    # 61 minutes at US$150 are US$152.50.
    terms = terms_of(
        team.actor("organiser"), window_for(team.actor("organiser"), window.id), order_of(window)
    )
    assert (terms.total_cents, terms.refund.cents, terms.charge_cents) == (15_250, 7_625, 7_625)
    cancel(team, window, 7_625)
    assert order_of(window).held_cents == 7_625


def test_a_manager_who_pays_everything_back_takes_the_window_with_it(team, held):
    window = held()
    lines = [line.id for line in order_of(window).lines]
    refunds.pay_back(
        team.actor("manager"), window.order_id, cents=None, line_ids=lines, reason="Sorry", form_key="1" * 36
    )
    assert window_for(team.actor("organiser"), window.id).state == "cancelled"


def test_who_may_not_cancel(team, held):
    window = held()
    for who, error in (("contact", Forbidden), ("agent", Forbidden), ("outsider", NotFound)):
        with pytest.raises(error):
            cancel(team, window, 45_000, who=who)
