"""The page that explains each deadline step by step, and what replies really took (HOW-2, HOW-4)."""

import re
from datetime import timedelta

import pytest
import time_machine

from portal.db import db
from portal.editions.queries import edition_in_force
from portal.tickets.models import Ticket
from portal.tickets.models_goals import TicketGoal
from portal.tickets.reply_figures import reply_figures
from tests.people import World
from tests.policy.moments import et
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, closed, replied

pytestmark = pytest.mark.usefixtures("outbox")


def steps(text: str) -> list[str]:
    """The lines of the page's counts, without markup."""
    found = re.findall(r'<li class="count-step[^>]*>(.*?)</li>', text, re.S)
    return [" ".join(re.sub(r"<[^>]+>", "", line).replace("&#39;", "'").split()) for line in found]


def at(moment: str) -> time_machine.travel:
    """That moment on the US Eastern wall clock."""
    return time_machine.travel(et(moment), tick=False)


@pytest.fixture
def ticket(world: World) -> Ticket:
    """Asked before Memorial Day, answered on Tuesday, asked again on Thursday evening, answered late, closed."""
    for moment, act in (
        ("2026-05-22 16:40", lambda made: asked(world)),
        ("2026-05-26 14:30", lambda made: replied(world, made, "agent")),
        ("2026-05-28 18:00", lambda made: replied(world, made, "contact")),
        ("2026-06-01 09:15", lambda made: replied(world, made, "agent")),
        ("2026-06-01 10:00", lambda made: closed(world, made, "contact")),
    ):
        with at(moment):
            act(ticket_now())
    made = ticket_now()
    assert made is not None
    return made


def ticket_now() -> Ticket | None:
    """The one ticket, once it is there."""
    db.session.rollback()
    return db.session.scalar(db.select(Ticket))


def test_every_step_is_told_to_the_customer(client: PortalClient, world: World, ticket: Ticket) -> None:
    with at("2026-06-01 12:00"):
        page = client.as_(world.contact).get(f"/tickets/{ticket.id}/promise")
    told = steps(page.text)
    assert told[:4] == [
        "The customer wrote again on Thursday 28 May 2026, 18:00 Eastern, in the evening, after closing at 17:00 "
        "Eastern. Allowed: 9 h of open time. For you: Fri 29 May 2026, 00:00 CEST.",
        "Friday 29 May 2026: 08:00 to 17:00 counts, 9 h of open time; nothing is left.",
        "A reply is due by Friday 29 May 2026, 17:00 Eastern. For you: Fri 29 May 2026, 23:00 CEST.",
        "Support answered on Monday 1 June 2026, 09:15 Eastern, after 10 h 15 min of open time: late by 1 h 15 min. "
        "For you: Mon 1 Jun 2026, 15:15 CEST.",
    ]


def test_the_long_weekend_is_told_day_by_day(client: PortalClient, world: World, ticket: Ticket) -> None:
    with at("2026-06-01 12:00"):
        page = client.as_(world.contact).get(f"/tickets/{ticket.id}/promise")
    told = [line.split(" For you")[0] for line in steps(page.text)]
    assert told[-7:] == [
        "Received on Friday 22 May 2026, 16:40 Eastern, in business hours. Allowed: 9 h of open time.",
        "Friday 22 May 2026: 16:40 to 17:00 counts, 20 min of open time; 8 h 40 min left.",
        "Saturday 23 May 2026 and Sunday 24 May 2026: closed for the weekend.",
        "Monday 25 May 2026: closed for Memorial Day.",
        "Tuesday 26 May 2026: 08:00 to 16:40 counts, 8 h 40 min of open time; nothing is left.",
        "A reply is due by Tuesday 26 May 2026, 16:40 Eastern.",
        "Support answered on Tuesday 26 May 2026, 14:30 Eastern, after 6 h 50 min of open time: 2 h 10 min early.",
    ]


def test_stops_of_the_solution_are_told(client: PortalClient, world: World, ticket: Ticket) -> None:
    with at("2026-06-01 12:00"):
        told = steps(client.as_(world.agent).get(f"/tickets/{ticket.id}/promise").text)
    text = "\n".join(told)
    assert (
        "Stopped on Tuesday 26 May 2026, 14:30 Eastern, since support had answered and waits for the customer"
        in text
    )
    assert ": 38 h 10 min left." in text
    assert (
        "Running again from Thursday 28 May 2026, 18:00 Eastern, when the customer wrote, in the evening"
        in text
    )
    assert (
        "Solved and closed on Monday 1 June 2026, 10:00 Eastern, after 17 h 5 min of open time: 27 h 55 min early."
        in text
    )


def test_outsiders_see_nothing_of_it(client: PortalClient, world: World, ticket: Ticket) -> None:
    assert client.as_(world.outsider).get(f"/tickets/{ticket.id}/promise").status_code == 404
    assert client.as_(world.organiser).get(f"/tickets/{ticket.id}/promise").status_code == 200


def test_warnings_are_told_to_staff_alone(client: PortalClient, world: World, ticket: Ticket) -> None:
    db.session.execute(db.update(TicketGoal).values(warned_at=et("2026-05-26 14:00")))
    db.session.commit()
    assert "The team was warned" in client.as_(world.agent).get(f"/tickets/{ticket.id}/promise").text
    assert "The team was warned" not in client.as_(world.contact).get(f"/tickets/{ticket.id}/promise").text


def test_a_ticket_leads_to_its_count(client: PortalClient, world: World) -> None:
    made = asked(world)
    assert f"/tickets/{made.id}/promise" in client.as_(world.contact).get(f"/tickets/{made.id}").text


def met(ticket: Ticket, minutes: int, days_ago: int, kind: str = "next_reply") -> TicketGoal:
    """A goal that was met so many days before noon of 1 July 2026, having taken so many business minutes."""
    then = et("2026-07-01 12:00") - timedelta(days=days_ago)
    return TicketGoal(
        ticket_id=ticket.id, kind=kind, started_at=then, allowed_minutes=540, left_minutes=540, runs_since=then,
        due_at=then, warn_at=then, met_at=then, took_minutes=minutes, in_time=True, policy_edition=1,
    )  # fmt: skip


def test_the_figures_are_those_of_thirty_days(world: World) -> None:
    made = asked(world)
    taken = [
        (20, 1),
        (30, 2),
        (40, 3),
        (50, 10),
        (60, 11),
        (70, 12),
        (80, 13),
        (90, 20),
        (600, 29),
        (660, 29),
    ]
    db.session.add_all([met(made, minutes, ago) for minutes, ago in taken])
    db.session.add_all([met(made, 9000, 31), met(made, 9000, 1, kind="resolution")])
    db.session.commit()
    with at("2026-07-01 12:00"):
        figures = reply_figures(edition_in_force())
    assert figures.record is not None
    assert (figures.record.replies, figures.record.median_minutes, figures.record.ninetieth_minutes) == (
        10,
        60,
        600,
    )
    assert figures.sentence == (
        "In the last 30 days half of the replies took at most 1 h of business time, and nine of ten at most "
        "1 business day (10 replies counted)."
    )


def test_few_replies_are_no_figure(client: PortalClient, world: World) -> None:
    page = client.as_(world.contact).get(f"/events/{world.congress.id}/tickets/new")
    assert "The last 30 days had no reply: too few for a figure that says something." in page.text
    made = asked(world)
    replied(world, made, "agent")
    assert "had one reply: too few" in client.get("/policies").text
