"""Management's page: what waits, the months in figures, and the report by mail."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text

from portal.accounts.actor import SYSTEM
from portal.clock import now
from portal.db import db
from portal.errors import Forbidden
from portal.mail.models import OutboundMail
from portal.management.months import months
from portal.management.report import send_monthly_report
from portal.management.waiting import waiting
from portal.orders import service as orders
from portal.quotes import service as quotes
from tests.tickets.scenes import asked, closed, replied

RECOUNT = """
    SELECT to_char(date_trunc('month', opened_at AT TIME ZONE 'America/New_York'), 'YYYY-MM') AS month, count(*)
    FROM ticket GROUP BY 1
"""


def numbers(world):
    db.session.rollback()
    return {each.label: (each.number, each.late) for each in waiting(world.actor("manager"))}


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 403), ("contact", 403), ("agent", 403), ("moderator", 403), ("admin", 403), ("nobody", 403), ("manager", 200)],
)  # fmt: skip
def test_it_is_for_managers(client, world, who, status):
    browser = client.as_(getattr(world, who))
    assert browser.get("/staff/management").status_code == status
    assert browser.get("/staff/management.csv").status_code == status


def test_what_waits_is_counted_and_leads_there(client, world, outbox):
    assert {number for number, _ in numbers(world).values()} == {0}
    ticket = asked(world)
    ticket.reply_due_at = now() - timedelta(hours=1)
    db.session.merge(ticket)
    db.session.commit()
    quotes.ask_for_quote(
        world.actor("contact"), world.congress.id, subject="on_site", title="Help", asked_for="Two days.",
        form_key=str(uuid.uuid4()),
    )  # fmt: skip
    orders.order_extra_contact(world.actor("organiser"), world.congress.id, form_key=str(uuid.uuid4()))
    found = numbers(world)
    assert found["Tickets whose reply is late"] == (1, 1)
    assert found["Quotes asked for and not written"] == (1, 0)
    assert found["Orders awaiting payment"] == (1, 0)
    page = client.as_(world.manager).get("/staff/management").text
    for address in ("/staff/tickets?view=late", "/quotes?state=asked", "/orders?state=pending"):
        assert f'href="{address}"' in page
        assert client.as_(world.manager).get(address).status_code == 200


def test_months_are_a_recount_of_the_tickets_in_eastern_time(world, outbox):
    for moment in ("2026-02-01T04:59:59Z", "2026-02-01T05:00:00Z", "2026-03-15T12:00:00Z"):
        with time_machine.travel(moment, tick=False):
            asked(world, subject=moment)
    with time_machine.travel("2026-03-20T15:00:00Z", tick=False):
        found = {each.begins.isoformat()[:7]: each.opened for each in months(world.actor("manager"))}
        counted = dict(db.session.execute(text(RECOUNT)).all())
    assert {month: opened for month, opened in found.items() if opened} == counted
    assert (found["2026-01"], found["2026-02"], found["2026-03"]) == (1, 1, 1)
    assert len(found) == 12


def test_replies_count_in_business_time(world, outbox):
    with time_machine.travel("2026-03-16T14:00:00Z", tick=False):
        ticket = asked(world)
    with time_machine.travel("2026-03-16T15:30:00Z", tick=False):
        replied(world, ticket, "agent")
        closed(world, ticket)
        this = months(world.actor("manager"))[-1]
    assert (this.median_reply, this.in_time_percent, this.opened, this.closed) == (90, 100, 1, 1)


def test_the_report_goes_out_once_a_month_in_its_first_days(world, outbox):
    with time_machine.travel("2026-02-10T15:00:00Z", tick=False):
        asked(world)
        outbox.all()
    with time_machine.travel("2026-03-03T13:10:00Z", tick=False):
        assert [send_monthly_report(SYSTEM), send_monthly_report(SYSTEM)] == [2, 2]
    with time_machine.travel("2026-03-08T15:00:00Z", tick=False):
        assert send_monthly_report(SYSTEM) == 0
    mails = outbox.all()
    assert sorted(mail.address for mail in mails) == [
        "manager@people.example",
        "second.manager@people.example",
    ]
    assert {mail.subject for mail in mails} == {"February 2026 in figures"}
    assert "tickets opened 1, closed 0" in mails[0].body_text
    with pytest.raises(Forbidden):
        send_monthly_report(world.actor("agent"))


def test_who_turned_it_off_gets_none(world, outbox):
    world.manager.unwanted_mail = ["reports"]
    db.session.merge(world.manager)
    db.session.commit()
    with time_machine.travel("2026-03-03T13:10:00Z", tick=False):
        send_monthly_report(SYSTEM)
    sent = db.session.scalars(db.select(OutboundMail).where(OutboundMail.state == "queued")).all()
    assert [mail.address for mail in sent] == ["second.manager@people.example"]


def test_the_months_can_be_saved(client, world):
    file = client.as_(world.manager).get("/staff/management.csv")
    assert (file.mimetype, len(file.text.splitlines())) == ("text/csv", 13)
