"""By when a reply is promised, stored with the ticket and told to who asked (HOW-2, HOW-4)."""

from datetime import timedelta

import pytest
import time_machine

from portal.clock import now
from portal.policy.edition import FIRST_EDITION
from portal.tickets.promises import due, in_words, promise_now, promise_of, reason_if_sent_now
from tests.outbox import Outbox
from tests.people import World
from tests.policy.moments import et
from tests.tickets.scenes import as_stored, asked, closed, replied

pytestmark = pytest.mark.usefixtures("outbox")

HOURS = FIRST_EDITION.hours

# Counted on the calendar by hand. The cast reads in Vienna.
CASES = [
    # Friday afternoon: the same time on Monday.
    ("2026-06-05 16:40", "2026-06-08 16:40", "Mon 8 Jun 2026, 22:40 CEST", "leaving out the weekend", "HOW-2"),
    # Saturday: the close of Monday.
    ("2026-06-06 12:00", "2026-06-08 17:00", "Mon 8 Jun 2026, 23:00 CEST", "at the weekend", "HOW-4"),
    # The evening before Independence Day is kept on a Friday.
    ("2026-07-02 20:00", "2026-07-06 17:00", "Mon 6 Jul 2026, 23:00 CEST", "Independence Day (observed)", "HOW-4"),
    # The day before Thanksgiving, in business hours.
    ("2026-11-25 10:00", "2026-11-27 10:00", "Fri 27 Nov 2026, 16:00 CET", "leaving out Thanksgiving Day", "HOW-2"),
    # US clocks go forward on Sunday, Vienna's only three weeks later: five hours apart, not six.
    ("2026-03-06 16:00", "2026-03-09 16:00", "Mon 9 Mar 2026, 21:00 CET", "leaving out the weekend", "HOW-2"),
    # US clocks go back on Sunday, Vienna's went a week before.
    ("2026-10-30 08:30", "2026-11-02 08:30", "Mon 2 Nov 2026, 14:30 CET", "leaving out the weekend", "HOW-2"),
    # Early on a business day: the close of that day.
    ("2026-06-02 06:00", "2026-06-02 17:00", "Tue 2 Jun 2026, 23:00 CEST", "before opening at 08:00", "HOW-4"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "due_at", "vienna", "why", "rule"), CASES)
def test_a_ticket_keeps_its_promise_and_its_opener_is_told(
    world: World, outbox: Outbox, sent: str, due_at: str, vienna: str, why: str, rule: str
) -> None:
    with time_machine.travel(et(sent), tick=False):
        ticket = as_stored(asked(world))
        promise = promise_of(ticket)
    assert (ticket.awaiting_since, ticket.reply_due_at) == (et(sent), et(due_at))
    assert promise is not None
    assert promise.rule == rule
    mail = next(mail for mail in outbox.all() if mail.person_id == world.contact.id)
    assert mail.subject == "Received: Badges in two columns"
    eastern = f"{et(due_at).astimezone(__import__('zoneinfo').ZoneInfo('America/New_York')):%H:%M}"
    assert vienna in mail.body_text
    assert f", {eastern} E" in mail.body_text
    assert why in mail.body_text
    assert rule in mail.body_text


def test_a_reply_while_a_promise_runs_leaves_it(world: World) -> None:
    with time_machine.travel(et("2026-06-02 10:00"), tick=False):
        ticket = asked(world)
    with time_machine.travel(et("2026-06-02 16:00"), tick=False):
        replied(world, ticket, "contact")
    assert as_stored(ticket).reply_due_at == et("2026-06-03 10:00")


@pytest.mark.parametrize("before", ["waiting", "closed"])
def test_a_reply_to_an_answered_or_closed_ticket_makes_a_new_promise(
    world: World, outbox: Outbox, before: str
) -> None:
    with time_machine.travel(et("2026-06-02 10:00"), tick=False):
        ticket = asked(world)
        replied(world, ticket, "agent")
        if before == "closed":
            closed(world, ticket)
    assert as_stored(ticket).state == before
    outbox.all()
    with time_machine.travel(et("2026-06-06 12:00"), tick=False):
        replied(world, ticket, "contact", "It came back.")
    stored = as_stored(ticket)
    assert (stored.state, stored.closed_at) == ("open", None)
    assert stored.reply_due_at == et("2026-06-08 17:00")
    assert [(mail.person_id, mail.subject) for mail in outbox.all()] == [
        (world.contact.id, "Received: Badges in two columns"),
        (world.agent.id, "Congress: Badges in two columns"),
    ]


def test_the_promise_of_what_is_not_sent_yet_is_told_so() -> None:
    with time_machine.travel(et("2026-06-06 12:00"), tick=False):
        from portal.policy.hours import reply_deadline

        promise = reply_deadline(now(), FIRST_EDITION)
    assert reason_if_sent_now(promise) == (
        "Sent now, it arrives at the weekend, so a reply is due by the close of the next business day."
    )


def test_the_promise_is_made_under_the_edition_in_force(world: World) -> None:
    assert promise_now(world.congress.id)[1].number == as_stored(asked(world)).policy_edition


@pytest.mark.parametrize(
    ("due_at", "at", "text", "late", "soon"),
    [
        ("2026-06-02 12:00", "2026-06-02 10:00", "due in 2 h", False, True),
        ("2026-06-02 12:30", "2026-06-02 10:00", "due in 2 h 30 min", False, False),
        ("2026-06-02 12:00", "2026-06-02 11:20", "due in 40 min", False, True),
        ("2026-06-02 12:00:30", "2026-06-02 12:00", "due now", False, True),
        ("2026-06-03 10:00", "2026-06-02 10:00", "due in 9 h", False, False),
        ("2026-06-02 16:59", "2026-06-02 10:00", "due in 6 h", False, False),
        # Over the weekend no time passes.
        ("2026-06-08 09:00", "2026-06-06 12:00", "due in 1 h", False, True),
        ("2026-06-09 17:00", "2026-06-06 12:00", "due in 2 business days", False, False),
        ("2026-06-02 12:00", "2026-06-02 12:40", "late by 40 min", True, False),
        ("2026-06-05 16:00", "2026-06-06 12:00", "late by 1 h", True, False),
        ("2026-06-05 17:00", "2026-06-06 12:00", "late", True, False),
        ("2026-06-05 16:00", "2026-06-08 17:00", "late by 1 business day", True, False),
    ],
)
def test_how_near_a_promise_is_in_business_time(
    due_at: str, at: str, text: str, late: bool, soon: bool
) -> None:
    shown = due(et(due_at), et(at), HOURS)
    assert (shown.text, shown.is_late, shown.is_soon) == (text, late, soon)


def test_three_days_are_three_days() -> None:
    assert in_words(3 * 540 + 10, HOURS) == "3 business days"


def test_an_edition_that_is_gone_makes_no_false_steps(world: World) -> None:
    ticket = as_stored(asked(world))
    assert ticket.reply_due_at is not None
    ticket.reply_due_at += timedelta(hours=1)
    assert promise_of(ticket) is None
