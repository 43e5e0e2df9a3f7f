"""The pages of quotes, for the owner, the team and outsiders."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.clock import now
from portal.db import db
from portal.orders.models import Order
from portal.quotes.models import Quote
from tests.tickets.scenes import asked as ticket_asked

ASKING = {"subject": "on_site", "title": "Two people at the venue", "asked_for": "Three days in May."}


def test_asking_keeps_what_was_typed_when_something_is_missing(client, world):
    client = client.as_(world.contact)
    page = client.post(f"/events/{world.congress.id}/quotes/new", data=ASKING | {"title": " "})
    assert page.status_code == 422
    assert "Say in a few words what you need." in page.text
    assert "Three days in May." in page.text
    made = client.post(f"/events/{world.congress.id}/quotes/new", data=ASKING)
    assert made.status_code == 303
    assert "Two people at the venue" in client.get(made.location).text


def test_what_was_typed_into_a_ticket_is_carried_along_whole(client, world):
    long = "Line by line.\n" * 900
    page = client.as_(world.contact).post(
        f"/events/{world.congress.id}/quotes/carried",
        data={"topic": "audio_video", "subject": "Cut <our> film", "body": long},
    )
    assert page.status_code == 200
    assert page.text.count("Line by line.") == 900
    assert "Cut &lt;our&gt; film" in page.text
    assert 'value="audio_video" selected' in page.text or 'selected value="audio_video"' in page.text
    assert db.session.scalars(select(Quote)).all() == []


def test_a_ticket_of_another_event_is_not_carried_along(client, world):
    ticket = ticket_asked(world)
    client = client.as_(world.organiser)
    assert client.get(f"/events/{world.congress.id}/quotes/new?ticket={ticket.id}").status_code == 200
    assert client.get(f"/events/{world.workshop.id}/quotes/new?ticket={ticket.id}").status_code == 404
    assert (
        client.get(f"/events/{world.congress.id}/quotes/new?ticket=99999999999999999999").status_code == 200
    )


def test_a_refusal_by_rule_says_the_way_on(client, world):
    page = client.as_(world.contact).post(
        f"/events/{world.congress.id}/quotes/new", data=ASKING | {"subject": "third_party"}
    )
    assert page.status_code == 422
    assert "Not a valid choice" in page.text


def in_a_month():
    return (now() + timedelta(days=30)).date().isoformat()


def draft_of(lines, **changes):
    data = {"words": "As agreed.", "terms": "", "last_day": in_a_month()} | changes
    for number, (what, quantity, price) in enumerate(lines):
        data |= {
            f"lines-{number}-description": what, f"lines-{number}-quantity": quantity, f"lines-{number}-price": price,
        }  # fmt: skip
    return data


def test_support_writes_sends_and_the_customer_accepts(client, world, asked):
    quote = asked()
    here = f"/quotes/{quote.id}"
    client = client.as_(world.agent)
    assert "Write the quote" in client.get(here).text
    lines = [("Typing", "12", "95.00"), ("", "", ""), ("Setting up", "", "250")]
    assert client.post(f"{here}/draft", data=draft_of(lines)).status_code == 303
    assert "US$1,390.00" in client.get(here).text
    assert client.post(f"{here}/sending", data={"version": "1"}).status_code == 403
    assert client.as_(world.manager).post(f"{here}/sending", data={"version": "1"}).status_code == 303
    organiser = client.as_(world.organiser)
    assert "Accept and order for US$1,390.00" in organiser.get(here).text
    pdf = organiser.get(f"{here}/versions/1/quote.pdf")
    assert (pdf.mimetype, pdf.data[:4]) == ("application/pdf", b"%PDF")
    accepted = organiser.post(f"{here}/acceptance", data={"version": "1", "purchase_order": "PO-9"})
    order = db.session.scalars(select(Order)).one()
    assert accepted.location == f"/orders/{order.id}"
    page = organiser.get(accepted.location).text
    assert "What the quote offered is done by its terms" in page
    assert "seat" not in page.split("<main", 1)[1].lower()
    assert "Accepted by Organiser" in organiser.get(here).text


@pytest.mark.parametrize(
    ("lines", "changes", "told"),
    [
        ([], {}, "Write at least one line."),
        ([("Work", "1", "")], {}, "Enter a price"),
        ([("", "1", "5.00")], {}, "Say what this line is for."),
        ([("Work", "0", "5.00")], {}, "Use a quantity from 1"),
        ([("Work", "1", "-5")], {}, "Use a price from 0"),
        ([("Work", "1", "NaN")], {}, "price"),
        ([("Work", "1", "1e99")], {}, "price"),
        ([("Work", "x", "5")], {}, "integer"),
        ([("Work", "1", "5.00")], {"last_day": "2001-01-01"}, "not past"),
        ([("Work", "1", "5.00")], {"last_day": "soon"}, "Choose the last day"),
        ([("Work", "1", "5.00")], {"last_day": "9999-12-31"}, "Choose a day"),
    ],
)
def test_a_draft_that_cannot_be_taken_says_why_and_keeps_it(client, world, asked, lines, changes, told):
    quote = asked()
    page = client.as_(world.agent).post(f"/quotes/{quote.id}/draft", data=draft_of(lines, **changes))
    assert page.status_code == 422
    assert told in page.text
    assert "As agreed." in page.text


def test_more_lines_are_offered_without_losing_any(client, world, asked):
    lines = [(f"Line {number}", "1", "1.00") for number in range(7)]
    page = client.as_(world.agent).post(f"/quotes/{asked().id}/draft", data=draft_of(lines, more="1"))
    assert page.status_code == 200
    assert [f'value="Line {number}"' in page.text for number in range(7)] == [True] * 7
    assert 'name="lines-9-description"' in page.text


def test_a_late_click_is_told_what_happened(client, world, sent):
    quote = sent(2)
    client = client.as_(world.organiser)
    late = client.post(f"/quotes/{quote.id}/acceptance", data={"version": "1"})
    assert late.status_code == 409
    assert "Another version of this quote" in late.text
    for forged in ("", "x", "-1", "9" * 30):
        assert client.post(f"/quotes/{quote.id}/acceptance", data={"version": forged}).status_code == 409


def test_declining_asks_for_the_reason(client, world, sent):
    quote = sent()
    client = client.as_(world.organiser)
    refused = client.post(f"/quotes/{quote.id}/declination", data={"version": "1"})
    assert refused.status_code == 422
    assert "Say why" in refused.text
    done = client.post(f"/quotes/{quote.id}/declination", data={"version": "1", "reason": "Too late."})
    assert done.status_code == 303
    assert "Too late." in client.get(f"/quotes/{quote.id}").text


def test_the_list_shows_each_their_own_and_staff_the_figures(client, world, sent, asked):
    quote = sent()
    asked()
    assert quote.reference in client.as_(world.organiser).get("/quotes").text
    assert quote.reference in client.as_(world.contact).get("/quotes?state=sent").text
    for who in (world.outsider, world.outside_contact):
        assert quote.reference not in client.as_(who).get("/quotes").text
        assert client.as_(who).get(f"/quotes/{quote.id}").status_code == 404
    client.as_(world.organiser).post(f"/quotes/{quote.id}/acceptance", data={"version": "1"})
    page = client.as_(world.agent).get("/quotes?state=nonsense").text
    assert "100%" in page
    assert "US$1,390.00" in page
