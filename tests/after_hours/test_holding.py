"""Who holds a window: the first to accept, a colleague it is handed to, or nobody in time (AFT-1)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Grant
from portal.after_hours import holding, service
from portal.after_hours.models import Window
from portal.after_hours.queries import window_for
from portal.after_hours.sweeping import look_after_windows
from portal.bookings.models_commitments import Commitment
from portal.clock import now
from portal.db import db
from portal.duty.service import add_absence
from portal.errors import Conflict, Forbidden, Invalid
from portal.orders import service as orders
from portal.orders.models import Order
from portal.policy.terms import Channel
from tests.after_hours.conftest import SATURDAY, takes, wanted


def state_of(window):
    db.session.expire_all()
    return db.session.get_one(Window, window.id).state


def commitments():
    return db.session.execute(
        select(
            Commitment.host_id, Commitment.kind, func.lower(Commitment.during), func.upper(Commitment.during)
        )
    ).all()


def to(outbox, words):
    return sorted(mail.address for mail in outbox.all() if words in mail.subject)


def test_it_is_offered_once_it_is_paid_and_only_to_those_who_could(team, offered, outbox):
    takes(team.second_manager, channels=[Channel.EMAIL])
    window = offered()
    assert state_of(window) == "offered"
    assert to(outbox, "Can you hold it") == sorted([team.agent.email, team.manager.email])


def test_it_is_offered_once_it_is_approved_on_invoice(team, offered, outbox):
    window = offered(paid=False)
    assert state_of(window) == "offered"
    assert db.session.get_one(Order, window.order_id).state == "pending"
    assert to(outbox, "is approved on invoice") == [team.organiser.email]


def test_paying_after_the_approval_gives_no_second_window(team, held, outbox):
    window = held(paid=False)
    outbox.all()
    orders.settle_order(team.actor("manager"), window.order_id, payment_reference="Late but whole")
    assert state_of(window) == "confirmed"
    assert to(outbox, "Can you hold it") == []


def test_the_first_to_accept_holds_it(team, offered, outbox):
    window = offered()
    outbox.all()
    made = holding.hold_window(team.actor("agent"), window.id, reach="+1 202 555 0199")
    assert (made.state, made.holder_id) == ("confirmed", team.agent.id)
    assert commitments() == [(team.agent.id, "after_hours", SATURDAY, SATURDAY + timedelta(hours=3))]
    with pytest.raises(Conflict, match=f"held by {team.agent.name}"):
        holding.hold_window(team.actor("manager"), window.id, reach="+1 202 555 0100")
    mails = outbox.all()
    confirmed = [mail for mail in mails if mail.subject.startswith("Confirmed")]
    assert {mail.address for mail in confirmed} == {
        team.organiser.email, team.contact.email, team.other_contact.email,
    }  # fmt: skip
    assert all(
        "+1 202 555 0199" in mail.body_text and team.agent.name in mail.body_text for mail in confirmed
    )
    assert all(mail.calendar_method == "REQUEST" and "SEQUENCE:0" in mail.calendar for mail in confirmed)
    assert [mail.address for mail in mails if mail.subject.startswith("You hold")] == [team.agent.email]


def test_a_window_by_phone_says_where_its_holder_is_reached(team, offered):
    window = offered()
    with pytest.raises(Invalid, match="which number"):
        holding.hold_window(team.actor("agent"), window.id)
    assert state_of(window) == "offered"


def test_nobody_holds_a_window_while_away(team, offered):
    add_absence(team.actor("agent"), team.agent.id, SATURDAY.date(), SATURDAY.date())
    window = offered()
    with pytest.raises(Conflict, match="there is an absence"):
        holding.hold_window(team.actor("agent"), window.id, reach="+1 202 555 0199")
    assert state_of(window) == "offered"


def test_nobody_is_away_while_they_hold_a_window(team, held):
    held()
    with pytest.raises(Exception) as refused:
        add_absence(team.actor("agent"), team.agent.id, SATURDAY.date(), SATURDAY.date())
    assert refused.type.__module__.startswith("portal")


def test_only_staff_who_work_on_tickets_hold_windows(team, offered):
    window = offered()
    for who in ("organiser", "contact", "moderator", "admin"):
        with pytest.raises(Forbidden):
            holding.hold_window(team.actor(who), window.id, reach="+1 202 555 0199")


def test_when_all_decline_managers_are_told_once(team, offered, outbox):
    window = offered()
    for _ in range(2):
        holding.decline_window(team.actor("agent"), window.id)
    assert to(outbox, "Nobody holds") == []
    holding.decline_window(team.actor("manager"), window.id)
    holding.decline_window(team.actor("second_manager"), window.id)
    assert to(outbox, "Nobody holds") == sorted([team.manager.email, team.second_manager.email])
    # Whoever declined, or stated no hours, may still come round.
    assert holding.hold_window(team.actor("second_manager"), window.id, reach="x").state == "confirmed"


def test_it_is_handed_to_a_colleague_who_accepts(team, held, outbox):
    window = held()
    holding.hand_window(team.actor("agent"), window.id, to_id=team.manager.id)
    assert window_for(team.actor("agent"), window.id).holder_id == team.agent.id
    outbox.all()
    made = holding.take_window_over(team.actor("manager"), window.id, reach="+1 202 555 0111")
    assert (made.holder_id, made.handing_to_id, made.calendar_sequence) == (team.manager.id, None, 1)
    assert [row.host_id for row in commitments()] == [team.manager.id]
    mails = outbox.all()
    released = next(mail for mail in mails if mail.address == team.agent.email)
    assert (released.calendar_method, "SEQUENCE:1" in released.calendar) == ("CANCEL", True)
    assert all(team.manager.name in mail.body_text for mail in mails if mail.subject.startswith("Confirmed"))
    with pytest.raises(Conflict):
        holding.take_window_over(team.actor("second_manager"), window.id, reach="x")


def test_a_colleague_who_cannot_leaves_it_with_its_holder(team, held, outbox):
    window = held()
    holding.hand_window(team.actor("agent"), window.id, to_id=team.manager.id)
    outbox.all()
    holding.refuse_handing(team.actor("manager"), window.id)
    assert to(outbox, "You keep window") == [team.agent.email]
    with pytest.raises(Conflict):
        holding.refuse_handing(team.actor("manager"), window.id)


def test_only_its_holder_and_managers_hand_it_on(team, held, world):
    window = held()
    with pytest.raises(Invalid):
        holding.hand_window(team.actor("agent"), window.id, to_id=team.organiser.id)
    made = holding.hand_window(team.actor("second_manager"), window.id, to_id=team.manager.id)
    assert made.handing_to_id == team.manager.id


def test_a_new_number_is_told_to_the_customer(team, held, outbox):
    window = held()
    outbox.all()
    holding.change_reach(team.actor("agent"), window.id, reach="+1 202 555 0222")
    assert all(
        "+1 202 555 0222" in mail.body_text for mail in outbox.all() if mail.subject.startswith("Confirmed")
    )


def test_a_window_that_nobody_holds_in_time_is_paid_back_whole(team, offered, outbox, wednesday):
    window = offered()
    wednesday.move_to(SATURDAY - timedelta(hours=2, seconds=1))
    assert look_after_windows() == 0
    outbox.all()
    wednesday.move_to(SATURDAY - timedelta(hours=2))
    assert look_after_windows() == 1
    assert look_after_windows() == 0
    order = db.session.get_one(Order, window.order_id, populate_existing=True)
    assert (state_of(window), order.state, order.refunded_cents) == ("cancelled", "refunded", 45_000)
    assert team.organiser.email in to(outbox, "Cancelled: support after hours")


def test_one_that_is_not_paid_in_time_is_cancelled_with_its_order(team, ordered, wednesday):
    window = ordered()
    wednesday.move_to(SATURDAY - timedelta(hours=2))
    assert look_after_windows() == 1
    order = db.session.get_one(Order, window.order_id, populate_existing=True)
    assert (state_of(window), order.state) == ("cancelled", "cancelled")


def test_money_that_comes_after_that_opens_nothing_and_is_kept(team, ordered, wednesday):
    window = ordered()
    wednesday.move_to(SATURDAY - timedelta(hours=2))
    look_after_windows()
    with pytest.raises(Conflict):
        orders.settle_order(team.actor("manager"), window.order_id, payment_reference="Too late")
    assert state_of(window) == "cancelled"


def test_one_that_nobody_ordered_is_withdrawn(team, wednesday, outbox):
    asked = service.ask_for_window(team.actor("contact"), team.congress.id, wanted(), form_key="1" * 8)
    wednesday.move_to(SATURDAY - timedelta(hours=2))
    assert look_after_windows() == 1
    assert state_of(asked) == "withdrawn"


def test_a_held_window_is_over_at_its_end(held, wednesday):
    window = held()
    wednesday.move_to(SATURDAY + timedelta(hours=3))
    assert look_after_windows() == 1
    assert state_of(window) == "done"


def test_a_window_whose_holder_left_is_offered_again(team, held, outbox):
    window = held()
    db.session.execute(db.update(Grant).where(Grant.person_id == team.agent.id).values(ended_at=now()))
    db.session.commit()
    outbox.all()
    assert look_after_windows() == 1
    assert state_of(window) == "offered"
    assert commitments() == []


def test_an_order_that_support_cancels_takes_its_window_with_it(team, held):
    window = held(paid=False)
    orders.cancel_order(team.actor("manager"), window.order_id)
    assert state_of(window) == "cancelled"
    assert commitments() == []
