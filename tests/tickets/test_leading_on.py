"""From a ticket to a live session, to the wish list, to a help article."""

import html
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from sqlalchemy import select

from portal.articles.models import Article
from portal.audit.models import AuditEntry
from portal.bookings.models import Booking
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid
from portal.tickets.leading_on import propose_session, withdraw_proposal
from portal.wishlist.models import Wish
from tests.articles.shelf import article
from tests.bookings.sessions import WEDNESDAY, book, window
from tests.outbox import Outbox
from tests.people import World
from tests.signing_in import PortalClient
from tests.tickets.scenes import as_stored, asked, replied
from tests.tickets.test_notes import noted

pytestmark = pytest.mark.usefixtures("outbox")


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    """A Monday, on which the Wednesday of the open times is near."""
    with time_machine.travel(datetime(2026, 11, 23, 14, 0, tzinfo=UTC), tick=False):
        yield


def test_a_session_is_proposed_once_told_and_taken_back(world: World, outbox: Outbox) -> None:
    ticket = asked(world)
    outbox.all()
    propose_session(world.actor("agent"), ticket.id, "live_assistance")
    with pytest.raises(Conflict):
        propose_session(world.actor("manager"), ticket.id, "live_assistance")
    (mail,) = outbox.all()
    assert mail.person_id == world.contact.id
    assert f"/events/{world.congress.id}/bookings?kind=live_assistance&ticket={ticket.id}" in mail.body_text
    withdraw_proposal(world.actor("agent"), ticket.id)
    with pytest.raises(Conflict):
        withdraw_proposal(world.actor("agent"), ticket.id)
    rows = db.session.scalars(select(AuditEntry.after).where(AuditEntry.action == "ticket.session_proposed"))
    assert list(rows) == [{"session_proposed": "live_assistance"}, {"session_proposed": None}]


@pytest.mark.parametrize("kind", ["presenter_training", "contacts", "nobody", ""])
def test_only_what_the_event_is_entitled_to_is_proposed(world: World, kind: str) -> None:
    with pytest.raises(Invalid):
        propose_session(world.actor("agent"), asked(world).id, kind)


def test_only_support_proposes(client: PortalClient, world: World) -> None:
    ticket = asked(world)
    with pytest.raises(Forbidden):
        propose_session(world.actor("contact"), ticket.id, "live_assistance")
    browser = client.as_(world.contact)
    for page in ("session", "wish", "article"):
        assert browser.get(f"/tickets/{ticket.id}/{page}").status_code == 403


def test_a_contact_books_and_the_booking_remembers_the_ticket(client: PortalClient, world: World) -> None:
    window(world.agent)
    ticket, agent, contact = asked(world), client.as_(world.agent), client.as_(world.contact)
    page, event = f"/tickets/{ticket.id}", world.congress.id
    assert agent.post(f"{page}/session", {"kind": "x"}, form_at=f"{page}/session").status_code == 422
    sent = agent.post(f"{page}/session", {"kind": "live_assistance"}, form_at=f"{page}/session")
    assert sent.location == page
    assert f"/events/{event}/bookings?kind=live_assistance&amp;ticket={ticket.id}" in contact.get(page).text
    times = contact.get(f"/events/{event}/bookings?kind=live_assistance&ticket={ticket.id}").text
    assert f"ticket={ticket.id}" in times
    form = f"/events/{event}/bookings/new?kind=contact_training&starts_at={WEDNESDAY:%Y-%m-%dT%H:%M}Z&ticket={ticket.id}"
    assert f"About ticket {ticket.id}: Badges in two columns" in contact.get(form).text
    typed = {
        "kind": "contact_training", "starts_at": f"{WEDNESDAY:%Y-%m-%dT%H:%M}Z", "ticket": str(ticket.id),
        "note": "Badges",
    }  # fmt: skip
    booked = contact.post(f"/events/{event}/bookings/new", typed, form_at=form)
    assert booked.status_code == 303
    assert db.session.scalars(select(Booking.ticket_id)).one() == ticket.id
    assert f'href="{page}"' in contact.get(booked.location).text
    shown = contact.get(page).text
    assert f'href="{booked.location}"' in shown
    assert "proposes a live session" not in shown


def test_a_ticket_of_another_event_is_not_remembered(world: World) -> None:
    window(world.agent)
    foreign = asked(world, "outside_contact", event=world.fair)
    made = book(world.contact, world.congress, "contacts", ticket_id=foreign.id)
    assert made.ticket_id is None


def test_a_wish_is_filled_in_on_the_customers_behalf(client: PortalClient, world: World) -> None:
    ticket, browser, customer = asked(world), client.as_(world.agent), client.as_(world.contact)
    outsider, organisation = client.as_(world.outsider), world.society.id
    led = browser.get(f"/tickets/{ticket.id}/wish").location
    assert parse_qs(urlsplit(led).query) == {
        "title": ["Badges in two columns"], "problem": ["How do I print them?"], "ticket_id": [str(ticket.id)],
        "organisation_id": [str(organisation)],
    }  # fmt: skip
    form = browser.get(led).text
    assert f'<option selected value="{organisation}">' in form
    typed = {
        "title": "Badges in two columns", "problem": "It is slow.", "ticket_id": str(ticket.id),
        "organisation_id": str(organisation),
    }  # fmt: skip
    made = browser.post("/wishes/new", typed, form_at=led)
    assert made.status_code == 303
    assert db.session.scalars(select(Wish.ticket_id)).one() == ticket.id
    assert f'href="/tickets/{ticket.id}"' in browser.get(made.location).text
    assert made.location not in customer.get(f"/tickets/{ticket.id}").text
    db.session.execute(db.update(Wish).values(state="published", published_at=datetime.now(UTC)))
    db.session.commit()
    assert f'href="{made.location}"' in customer.get(f"/tickets/{ticket.id}").text
    assert f'href="/tickets/{ticket.id}"' not in outsider.get(made.location).text
    assert browser.post("/wishes/new", typed | {"ticket_id": "999999"}, form_at=led).status_code in (200, 404)


def test_an_article_is_filled_in_from_the_answer_and_never_from_a_note(
    client: PortalClient, world: World
) -> None:
    ticket, browser, customer = asked(world), client.as_(world.agent), client.as_(world.contact)
    replied(world, ticket, "agent", "Choose two columns.")
    noted(world, ticket)
    led = browser.get(f"/tickets/{ticket.id}/article").location
    query = parse_qs(urlsplit(led).query)
    assert (query["body"], query["ticket_id"]) == (["Choose two columns."], [str(ticket.id)])
    assert "Choose two columns." in html.unescape(browser.get(led).text)
    written = article(world.agent, "Two columns", ticket_id=ticket.id)
    assert db.session.scalars(select(Article.ticket_id)).one() == ticket.id
    assert f'href="/articles/{written.id}"' in customer.get(f"/tickets/{as_stored(ticket).id}").text
