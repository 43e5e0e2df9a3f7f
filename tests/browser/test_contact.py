"""A contact asks support, an agent answers, and both know by when (HOW-1 to HOW-4)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect

from portal.clock import now
from portal.db import db
from portal.tickets.models import Ticket
from tests.accounts.secrets import PASSWORD, give_password
from tests.browser.conftest import WAYS, announced, link_in, mail_to, sign_in, text_of

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("outbox")]

LIST = {"name": "attendees.csv", "mimeType": "text/csv", "buffer": b"name,badge\nAda,1\n"}


@pytest.fixture
def thanksgiving_eve():
    """Half an hour after support closed for Thanksgiving: 17:30 Eastern, 23:30 in Vienna."""
    with time_machine.travel(datetime(2026, 11, 25, 22, 30, tzinfo=UTC), tick=True):
        yield


@WAYS
def test_a_question_its_answer_and_the_end_of_it(
    thanksgiving_eve, visit, world, run_jobs, width, javascript, earlier_ticket
):
    way = {"width": width, "javascript": javascript}
    give_password(world.contact)
    contact = visit(None, "/sign-in", **way)
    sign_in(contact, world.contact.email, PASSWORD)
    contact.goto(f"/events/{world.congress.id}/tickets")
    contact.get_by_role("link", name="Ask support").first.click()

    _ask(contact, "Badges print twice", "Every badge comes out twice.")
    expect(announced(contact)).to_contain_text("Your ticket was sent to support.")
    expect(
        contact.get_by_role("heading", name="Expect a reply by Fri 27 Nov 2026, 23:00 CET")
    ).to_be_visible()
    expect(contact.get_by_role("complementary", name="Where this ticket stands")).to_contain_text(
        "Thanksgiving"
    )
    expect(contact.get_by_role("link", name="attendees.csv")).to_be_visible()
    receipt = text_of(mail_to(run_jobs(), world.contact.email, "Received: Badges print twice"))
    assert "Fri 27 Nov 2026, 23:00 CET" in receipt
    assert "Fri 27 Nov 2026, 17:00 EST" in receipt

    agent = visit(world.agent, "/staff/tickets", **way)
    board = agent.get_by_role("list", name="Tickets").get_by_role("listitem")
    assert [row.split("\n")[0] for row in board.get_by_role("link").all_inner_texts()] == [
        "Due before that", "Badges print twice",
    ]  # fmt: skip
    board.filter(has_text="Badges print twice").get_by_role("button", name="Claim").click()
    expect(announced(agent)).to_contain_text("You have this ticket now.")
    agent.get_by_label("Your reply").fill("Which printer is it?")
    agent.get_by_role("button", name="Send answer").click()
    expect(announced(agent)).to_contain_text("Your reply was sent.")

    answer = mail_to(run_jobs(), world.contact.email, "Answer: Badges print twice")
    assert "> Which printer is it?" in text_of(answer)
    contact.goto(link_in(answer, "/tickets/"))
    contact.get_by_label("Your reply").fill("The one at the entrance.")
    contact.get_by_role("button", name="Send reply").click()
    expect(contact.get_by_role("list", name="Messages")).to_contain_text("The one at the entrance.")
    expect(contact.get_by_label("Your reply")).to_have_value("")

    agent.reload()
    agent.get_by_text("Close ticket", exact=True).click()
    agent.get_by_role("button", name="Yes, close ticket").click()
    expect(announced(agent)).to_contain_text("The ticket is closed. A reply opens it again.")
    contact.reload()
    expect(contact.get_by_role("heading", name="Closed on")).to_be_visible()


def _ask(page: Page, subject: str, question: str) -> None:
    page.get_by_label("What is it about?").select_option("problem")
    page.get_by_label("Subject").fill(subject)
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Files").set_input_files(LIST)
    expect(page.get_by_role("heading", name="Expect a reply by Fri 27 Nov 2026, 23:00 CET")).to_be_visible()
    page.get_by_role("button", name="Send to support").click()


@pytest.fixture
def earlier_ticket(thanksgiving_eve, world):
    """Another customer's ticket, opened this afternoon, whose reply is due sooner."""
    ticket = Ticket(
        event_id=world.fair.id, subject="Due before that", topic="problem", policy_edition=1,
        opened_by_id=world.outside_contact.id, awaiting_since=now(), reply_due_at=now() + timedelta(hours=8),
    )  # fmt: skip
    db.session.add(ticket)
    db.session.commit()


def test_what_support_does_not_cover_is_said_as_soon_as_it_is_chosen(visit, world):
    page = visit(world.contact, f"/events/{world.congress.id}/tickets/new")
    page.get_by_label("What is it about?").focus()
    page.get_by_label("What is it about?").select_option("do_it_for_us")
    told = page.get_by_role("region", name="Support does not cover this")
    expect(told.get_by_role("link", name="Rule OUT-1")).to_be_visible()
    expect(page.get_by_label("What is it about?")).to_be_focused()
    expect(page.get_by_role("button", name="Send it to support anyway")).to_be_visible()
