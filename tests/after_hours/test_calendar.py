"""The life of a window in a calendar, read by two libraries; money that comes after all (AFT-1)."""

from datetime import timedelta

import pytest
import vobject
from icalendar import Calendar

from portal.after_hours import holding
from portal.after_hours.cancelling import cancel_window
from portal.after_hours.sweeping import look_after_windows
from portal.db import db
from portal.errors import Conflict
from portal.orders import paying
from portal.orders import service as orders
from portal.orders.models import Order
from portal.payments import trial
from tests.after_hours.conftest import SATURDAY


def entries(outbox, address):
    """What each calendar object mailed to somebody says: method, UID, sequence and start, as both libraries read it."""
    found = []
    for mail in outbox.all():
        if mail.address == address and mail.calendar:
            entry = next(iter(Calendar.from_ical(mail.calendar).walk("VEVENT")))
            other = vobject.readOne(mail.calendar)
            assert other.vevent.uid.value == str(entry["UID"])
            assert int(other.vevent.sequence.value) == entry["SEQUENCE"]
            assert other.vevent.dtstart.value == entry["DTSTART"].dt
            assert other.method.value == mail.calendar_method
            found.append(
                (mail.calendar_method, str(entry["UID"]), int(entry["SEQUENCE"]), entry["DTSTART"].dt)
            )
    return found


def test_it_is_entered_changed_and_struck_out_under_one_name(team, held, outbox):
    window = held()
    holding.hand_window(team.actor("agent"), window.id, to_id=team.manager.id)
    holding.take_window_over(team.actor("manager"), window.id, reach="+1 202 555 0111")
    cancel_window(team.actor("organiser"), window.id, expected_cents=45_000)
    uid = f"after-hours-{window.id}@conference-tracker.example"
    methods = [("REQUEST", uid, 0, SATURDAY), ("REQUEST", uid, 1, SATURDAY), ("CANCEL", uid, 2, SATURDAY)]
    assert entries(outbox, team.contact.email) == methods


def test_money_after_the_cancellation_gives_the_window_again_while_it_can_be_held(
    team, ordered, outbox, wednesday, monkeypatch, app
):
    monkeypatch.setitem(
        app.extensions, "settings", app.extensions["settings"].model_copy(update={"demo": True})
    )
    window = ordered(method="trial")
    payment = paying.start(team.actor("organiser"), window.order_id, "trial")
    orders.cancel_order(team.actor("organiser"), window.order_id)
    trial.turn(payment.reference, "paid")
    paying.check(payment.id)
    order = db.session.get_one(Order, window.order_id, populate_existing=True)
    assert (order.state, order.held_cents) == ("cancelled", 45_000)
    wednesday.move_to(SATURDAY - timedelta(hours=1))
    with pytest.raises(Conflict, match="can no longer be held"):
        orders.reopen_order(team.actor("manager"), window.order_id)
    wednesday.move_to(SATURDAY - timedelta(hours=5))
    outbox.all()
    orders.reopen_order(team.actor("manager"), window.order_id)
    assert sum("Can you hold it" in mail.subject for mail in outbox.all()) == 2
    assert look_after_windows() == 0
