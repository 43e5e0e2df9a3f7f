"""An organiser looks after a roster: who is on it and why no more, who joins, and who leaves (WHO-3 to WHO-6)."""

import re

import pytest
from playwright.sync_api import Page, expect

from portal.accounts.models import Person
from portal.db import db
from portal.events.models import Event
from tests.accounts.secrets import PASSWORD, give_password
from tests.browser.conftest import WAYS, announced, link_in, mail_to, sign_in, status_of
from tests.people import contact

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("outbox")]

NEWCOMER = "nora.newcomer@people.example"


@WAYS
def test_who_is_added_starts_by_the_mailed_link_and_leaves_when_a_manager_agrees(
    visit, world, run_jobs, width, javascript
):
    way = {"width": width, "javascript": javascript}
    give_password(world.organiser)
    organiser = visit(None, "/sign-in", **way)
    sign_in(organiser, world.organiser.email, PASSWORD)

    _add(organiser, world.workshop, "Nora Newcomer", NEWCOMER)
    expect(announced(organiser)).to_contain_text("Nora Newcomer is a Technical Contact now.")
    expect(organiser.get_by_text("1 of 1")).to_be_visible()

    newcomer = visit(
        None, link_in(mail_to(run_jobs(), NEWCOMER, "You can now sign in"), "/invitations/"), **way
    )
    newcomer.get_by_label("Password").fill(PASSWORD)
    newcomer.get_by_role("button", name="Start").click()
    newcomer.goto("/events")
    newcomer.get_by_role("link", name="Workshop").click()
    expect(newcomer.get_by_role("heading", level=1)).to_have_text("Workshop")

    _ask_for_removal(organiser, world.workshop, "Nora Newcomer")
    expect(announced(organiser)).to_contain_text("Until they decide, nothing changes.")
    assert newcomer.reload().status == 200
    _approve(visit(world.manager, "/staff/removals", **way), "Nora Newcomer")

    leave = newcomer.get_by_role("link", name="Tickets")
    assert status_of(newcomer, leave.click) == 404
    newcomer.goto("/events")
    expect(newcomer.get_by_role("link", name="Workshop")).to_have_count(0)


def _add(page: Page, event: Event, name: str, email: str) -> None:
    page.goto(f"/events/{event.id}/contacts")
    page.get_by_role("link", name="Add contact").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Add contact").click()


def _ask_for_removal(page: Page, event: Event, name: str) -> None:
    page.goto(f"/events/{event.id}/contacts")
    page.get_by_role("link", name=f"Remove {name}").click()
    page.get_by_label("Reason").fill("Has left the society.")
    page.get_by_role("button", name="Ask for removal").click()


def _approve(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("button", name="Approve removal").click()
    expect(announced(page)).to_contain_text(f"{name} is no longer a contact")


@WAYS
def test_a_full_roster_says_which_rule_fills_it_and_leads_on(visit, world, width, javascript):
    contact(world.workshop, world.nobody)
    db.session.commit()
    page = visit(world.organiser, f"/events/{world.workshop.id}/contacts", width=width, javascript=javascript)
    full = page.get_by_role("region", name="Every seat is taken")
    expect(page.get_by_text("1 of 1")).to_be_visible()
    expect(full.get_by_role("link", name="Rule WHO-3")).to_be_visible()
    expect(page.get_by_role("link", name="Add contact")).to_have_count(0)
    full.get_by_role("link", name=re.compile("Buy an additional contact")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("additional contact")


def test_a_seat_that_was_filled_meanwhile_refuses_the_form_and_keeps_what_was_typed(visit, world):
    page = visit(world.organiser, f"/events/{world.workshop.id}/contacts/new")
    page.get_by_label("Name").fill("Nora Newcomer")
    page.get_by_label("E-mail address").fill(NEWCOMER)
    contact(world.workshop, world.nobody)
    db.session.commit()
    assert status_of(page, page.get_by_role("button", name="Add contact").click) == 422
    expect(page.get_by_role("region", name="Every seat is taken")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Nora Newcomer")
    expect(page.get_by_label("E-mail address")).to_have_value(NEWCOMER)


def test_the_other_tab_of_who_was_removed_gets_no_fragment(visit, world):
    form = visit(world.contact, f"/events/{world.congress.id}/tickets/new")
    _remove(visit, world, world.contact)
    form.get_by_label("Your question").fill("What was typed")
    with form.expect_response(lambda answer: "topic=" in answer.url) as refused:
        form.get_by_label("What is it about?").select_option("problem")
    assert refused.value.status == 404
    expect(announced(form)).to_contain_text("There is nothing at this address that you can see.")
    expect(form.get_by_label("Your question")).to_have_value("What was typed")
    assert status_of(form, form.get_by_role("button", name="Send to support").click) == 404


def _remove(visit, world, person: Person) -> None:
    organiser = visit(world.organiser, f"/events/{world.congress.id}/contacts")
    organiser.get_by_role("link", name=f"Remove {person.name}", exact=True).click()
    organiser.get_by_label("Who takes over").select_option(label=world.other_contact.name)
    organiser.get_by_role("button", name="Ask for removal").click()
    _approve(visit(world.manager, "/staff/removals"), person.name)
