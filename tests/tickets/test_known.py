"""What may answer a question already: told while it is typed, and before it is sent."""

import html
import re
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.articles.models import Sparing
from portal.audit.models import AuditEntry
from portal.db import db
from portal.tickets.known import earlier_tickets
from portal.wishlist.models import Wish
from tests.articles.shelf import article
from tests.people import World
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, replied
from tests.tickets.test_asking_page import SEAL, attached, filled, new, text_of, tickets

pytestmark = pytest.mark.usefixtures("outbox")

KEY = "5f0c3a52-54d8-4a3c-9f62-4f7f9d2a0b77"


def known(world: World, words: str) -> str:
    return f"/events/{world.congress.id}/tickets/known?subject={words}"


def wish(world: World, title: str) -> Wish:
    made = Wish(
        title=title, problem="It takes us hours.", author_id=world.contact.id, organisation_id=world.society.id,
        state="published", published_at=func.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.commit()
    return made


def test_articles_tickets_and_wishes_are_told_while_typing(client: PortalClient, world: World) -> None:
    article(world.agent, "Printing badges in two columns")
    asked(world, subject="Badges print in two columns")
    wish(world, "Badges in two columns by default")
    part = client.as_(world.contact).fragment("get", known(world, "two columns of badges"))
    text = text_of(part)
    assert "<html" not in part.get_data(as_text=True)
    for kind in ("Help article Printing badges", "Ticket of this event Badges print", "Wish Badges in two"):
        assert kind in re.sub(r"\(opens in a new tab\)", "", text)
    assert 'name="known" value="yes"' in part.get_data(as_text=True)


def test_nothing_known_is_an_empty_part(client: PortalClient, world: World) -> None:
    asked(world, subject="Badges print twice")
    for words in ("", "%00", "the", "Something quite different", "'%22 | !%26 (", "x" * 400):
        part = client.as_(world.contact).fragment("get", known(world, words))
        assert part.status_code == 200
        assert re.sub(r"\s", "", part.get_data(as_text=True)) == '<divid="known"aria-live="polite"></div>'


def test_it_is_a_page_of_its_own_too(client: PortalClient, world: World) -> None:
    asked(world, subject="Badges print twice")
    page = client.as_(world.contact).get(known(world, "badges print"))
    assert "Badges print twice" in page.get_data(as_text=True)
    assert "This answered my question" not in page.get_data(as_text=True)
    assert "Nothing known comes near" in text_of(
        client.as_(world.contact).get(known(world, "quite different"))
    )


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("who", "status"), [("organiser", 403), ("agent", 403), ("outsider", 404), ("outside_contact", 404)]
)
def test_who_is_no_contact(client: PortalClient, world: World, method: str, who: str, status: int) -> None:
    assert getattr(client.as_(getattr(world, who)), method)(known(world, "badges")).status_code == status


def test_only_tickets_of_this_event_that_say_as_much(world: World) -> None:
    near = asked(world, subject="Badges print twice", body="Every one of them.")
    asked(world, subject="Badges are blue", body="Why?")
    asked(world, "outside_contact", event=world.fair, subject="Badges print twice")
    in_an_answer = asked(world, subject="Question on the printer", body="See the picture.")
    replied(world, in_an_answer, "agent", "The badges come out double because of the driver.")
    actor = world.actor("contact")
    found = [ticket.id for ticket in earlier_tickets(actor, world.congress.id, "My badges print twice!")]
    assert found == [near.id]
    found = [ticket.id for ticket in earlier_tickets(actor, world.congress.id, "double badges")]
    assert found == [in_an_answer.id]


def test_what_support_notes_among_itself_is_not_looked_at(world: World) -> None:
    from portal.tickets.notes import add_note

    ticket = asked(world, subject="A question", body="Please help.")
    add_note(world.actor("agent"), ticket.id, body="Their invoice is disputed.", form_key=KEY)
    for who in ("contact", "agent"):
        assert earlier_tickets(world.actor(who), world.congress.id, "disputed invoice") == []


def test_the_first_sending_shows_what_is_known_once_with_everything_kept(
    client: PortalClient, world: World
) -> None:
    earlier = asked(world, subject="Labels drift on the roll")
    browser, typed = client.as_(world.contact), filled(known="", files=[attached("a.txt", b"text")])
    step = browser.post(new(world), typed)
    assert step.status_code == 200
    assert [ticket.id for ticket in tickets()] == [earlier.id]
    page, text = step.get_data(as_text=True), text_of(step)
    assert "Check what is known" in text
    assert "Nothing was sent yet" in text
    assert "Labels drift on the roll" in text
    assert typed["subject"] in html.unescape(page)
    assert "By the tenth label" in page
    assert "a.txt" in text
    again = browser.post(new(world), filled(kept=SEAL.findall(page)))
    assert again.status_code == 303
    assert len(tickets()) == 2


def test_no_step_when_nothing_is_known(client: PortalClient, world: World) -> None:
    assert client.as_(world.contact).post(new(world), filled(known="")).status_code == 303


def test_a_form_sent_twice_leads_to_its_ticket_and_shows_no_step(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    first, second = (browser.post(new(world), filled(known="", form_key=KEY)) for _ in range(2))
    assert (first.status_code, second.location) == (303, first.location)


def answer(client: PortalClient, world: World, what: str, **changes: Any) -> Any:
    data = filled(form_key=KEY, answered_by=what, **changes)
    return client.as_(world.contact).post(known(world, ""), data, form_at=new(world))


def test_an_article_that_answered_is_counted_once_for_a_form(client: PortalClient, world: World) -> None:
    made = article(world.agent, "Printing badges")
    for _ in range(2):
        done = answer(client, world, f"article:{made.id}")
    assert (done.status_code, done.location) == (303, f"/events/{world.congress.id}/tickets")
    assert db.session.scalar(select(func.count()).select_from(Sparing)) == 1
    page = client.as_(world.contact).get(done.location)
    assert "Your draft of" in text_of(page)
    assert tickets() == []


def test_an_earlier_ticket_that_answered_is_put_on_record_once(client: PortalClient, world: World) -> None:
    ticket = asked(world)
    for _ in range(2):
        assert answer(client, world, f"ticket:{ticket.id}", subject="", body="").status_code == 303
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "ticket.spared")).all()
    assert [(row.subject_id, row.actor_id) for row in rows] == [(ticket.id, world.contact.id)]
    assert "Your draft of" not in text_of(
        client.as_(world.contact).get(f"/events/{world.congress.id}/tickets")
    )


@pytest.mark.parametrize(
    "what", ["", "ticket", "ticket:x", "wish:1", "ticket:99999999999999999999", "article:77", "ticket:٣"]
)
def test_what_is_no_suggestion_is_not_found(client: PortalClient, world: World, what: str) -> None:
    assert answer(client, world, what).status_code == 404


def test_another_customers_ticket_answers_nothing(client: PortalClient, world: World) -> None:
    foreign = asked(world, "outside_contact", event=world.fair)
    assert answer(client, world, f"ticket:{foreign.id}").status_code == 404
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "ticket.spared")) == 0
