"""Opening a ticket on the page: /events/<id>/tickets and /events/<id>/tickets/new."""

import html
import io
import re
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal.db import db
from portal.policy.coverage import Topic, coverage
from portal.tickets.models import Attachment, Message, Ticket
from tests.outbox import Outbox
from tests.people import World
from tests.policy.moments import et
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, closed, pdf, png, replied

pytestmark = pytest.mark.usefixtures("outbox")

SEAL = re.compile(r'name="kept"[^>]*value="([^"]+)"')


def new(world: World) -> str:
    return f"/events/{world.congress.id}/tickets/new"


def filled(**changes: Any) -> dict[str, Any]:
    return {
        "topic": "problem", "subject": "Labels drift", "body": "By the tenth label\nit is 4 mm off.", "known": "yes",
    } | changes  # fmt: skip


def attached(name: str, content: bytes) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def tickets() -> list[Ticket]:
    db.session.rollback()
    return list(db.session.scalars(select(Ticket)))


def text_of(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.get_data(as_text=True))))


def test_the_page_says_by_when_and_why_before_anything_is_sent(client: PortalClient, world: World) -> None:
    with time_machine.travel(et("2026-07-02 20:00"), tick=False):
        page = client.as_(world.contact).get(new(world))
    assert page.status_code == 200
    text = text_of(page)
    assert "Expect a reply by Mon 6 Jul 2026, 23:00 CEST (Mon 6 Jul 2026, 17:00 EDT)" in text
    assert "Sent now, it arrives in the evening" in text
    assert "Independence Day (observed)" in text
    assert "Rule HOW-4" in text
    assert "How this is counted" in text
    assert tickets() == []


def test_the_limits_of_files_are_told_beforehand(client: PortalClient, world: World) -> None:
    text = text_of(client.as_(world.contact).get(new(world)))
    assert "Up to 5 files of at most 10 MB each: PDF, pictures" in text


def test_a_contact_asks_and_sees_the_ticket(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    sent = browser.post(new(world), filled(files=[attached("shot.png", png()), attached("a.pdf", pdf())]))
    (ticket,) = tickets()
    assert (sent.status_code, sent.location) == (303, f"/tickets/{ticket.id}")
    assert (ticket.subject, ticket.topic, ticket.channel) == ("Labels drift", "problem", "page")
    message = db.session.scalars(select(Message)).one()
    assert message.body == "By the tenth label\nit is 4 mm off."
    assert [(a.name, a.media_type, a.size) for a in message.attachments] == [
        ("shot.png", "image/png", len(png())), ("a.pdf", "application/pdf", len(pdf())),
    ]  # fmt: skip
    page = text_of(browser.get(sent.location))
    assert "Your ticket was sent to support." in page
    assert "Expect a reply by" in page


def test_for_htmx_a_sent_ticket_leads_to_its_page(client: PortalClient, world: World) -> None:
    sent = client.as_(world.contact).fragment("post", new(world), data=filled(), form_at=new(world))
    assert sent.status_code == 204
    assert sent.headers["HX-Redirect"] == f"/tickets/{tickets()[0].id}"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 403), ("agent", 403), ("manager", 403), ("admin", 403), ("moderator", 404), ("outsider", 404),
     ("outside_contact", 404), ("nobody", 404)],
)  # fmt: skip
def test_who_is_no_contact(client: PortalClient, world: World, method: str, who: str, status: int) -> None:
    browser = client.as_(getattr(world, who))
    for page in (getattr(browser, method)(new(world)), browser.fragment(method, new(world))):
        assert page.status_code == status
        assert ("Rule WHO-1" in page.get_data(as_text=True)) is (status == 403)
    assert tickets() == []


def test_an_organiser_is_told_why_and_offered_to_register(client: PortalClient, world: World) -> None:
    page = client.as_(world.organiser).get(new(world)).get_data(as_text=True)
    assert "You manage this event, but only its registered Technical Contacts can open tickets." in page
    assert f"/events/{world.congress.id}/contacts/new?who=me" in page


def test_signed_out_is_led_to_sign_in(client: PortalClient, world: World) -> None:
    assert client.get(new(world)).location.startswith("/sign-in")


OUTSIDE = [topic for topic in Topic if not coverage(topic).covered]


@pytest.mark.parametrize("topic", OUTSIDE)
def test_what_is_not_covered_is_said_first_with_everything_kept(
    client: PortalClient, world: World, topic: Topic
) -> None:
    browser, typed = client.as_(world.contact), filled(topic=topic.value)
    told = browser.post(new(world), typed | {"files": [attached("shot.png", png())]})
    assert told.status_code == 200
    assert tickets() == []
    page, text = told.get_data(as_text=True), text_of(told)
    assert "Support does not cover this" in text
    assert f"Rule {coverage(topic).rule}" in text
    assert coverage(topic).explanation in text
    assert typed["subject"] in page
    assert typed["body"] in text or "By the tenth label" in text
    assert "shot.png" in text
    assert "Send it to support anyway" in text
    again = browser.post(new(world), typed | {"told": topic.value, "kept": SEAL.findall(page)})
    assert again.status_code == 303
    (ticket,) = tickets()
    assert ticket.topic == topic.value
    assert [a.name for a in db.session.scalars(select(Attachment))] == ["shot.png"]


def test_no_quote_is_promised_for_the_products_of_others(client: PortalClient, world: World) -> None:
    page = text_of(client.as_(world.contact).get(f"{new(world)}?topic=third_party"))
    assert "No price quote is given for this." in page
    page = text_of(client.as_(world.contact).get(f"{new(world)}?topic=on_site"))
    assert "Ask for a price quote" in page


def test_a_new_feature_leads_to_the_wish_list_with_what_was_typed(client: PortalClient, world: World) -> None:
    page = client.as_(world.contact).post(
        new(world), filled(topic="change_or_feature", subject="Badges & ribbons")
    )
    assert "/wishes/new?title=Badges+%26+ribbons&problem=By+the+tenth" in html.unescape(
        page.get_data(as_text=True)
    )


def test_every_word_reaches_the_wish_list(client: PortalClient, world: World) -> None:
    browser, body = client.as_(world.contact), "word " * 1500 + "last"
    page = browser.post(new(world), filled(topic="change_or_feature", subject="Badges & ribbons", body=body))
    leads = re.search(r'href="(/wishes/new\?[^"]+)"', page.get_data(as_text=True))
    assert leads
    wish = browser.get(html.unescape(leads[1])).get_data(as_text=True)
    assert 'value="Badges &amp; ribbons"' in wish
    assert "word word last</textarea>" in wish
    other = client.as_(world.other_contact).get(f"/wishes/new?draft={world.congress.id}")
    assert "word word" not in other.get_data(as_text=True)
    for odd in ("x", "0", "-1", "99999999999999999999", "%00"):
        assert browser.get(f"/wishes/new?draft={odd}").status_code == 200


def test_telling_about_one_topic_does_not_tell_about_another(client: PortalClient, world: World) -> None:
    page = client.as_(world.contact).post(new(world), filled(topic="on_site", told="third_party"))
    assert "Rule OUT-6" in text_of(page)
    assert tickets() == []


def test_choosing_a_topic_shows_its_coverage_at_once(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    outside = browser.fragment("get", f"{new(world)}?topic=audio_video&subject=x").get_data(as_text=True)
    assert outside.lstrip().startswith('<div id="coverage"')
    assert "Rule OUT-3" in outside
    assert "Send it to support anyway" in outside
    inside = browser.fragment("get", f"{new(world)}?topic=after_the_event").get_data(as_text=True)
    assert "Rule COV-8" in inside
    assert "Send to support" in inside
    assert "<html" not in inside + outside


@pytest.mark.parametrize("topic", list(Topic))
def test_every_topic_is_explained(client: PortalClient, world: World, topic: Topic) -> None:
    assert f"Rule {coverage(topic).rule}" in text_of(
        client.as_(world.contact).get(f"{new(world)}?topic={topic}")
    )


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"topic": ""}, "Choose what it is about."),
        ({"topic": "free_lunch"}, "Not a valid choice"),
        ({"subject": "   "}, "Give it a subject."),
        ({"subject": "x" * 151}, "within 150 characters"),
        ({"body": ""}, "Write your question."),
        ({"body": "\x00"}, "Write your question."),
        ({"body": "x" * 20_001}, "within 20,000 characters"),
        ({"kept": "forged"}, "A file of your earlier try is gone"),
        ({"files": [attached("x.svg", b"<svg/>")]}, "x.svg: files that can run"),
        ({"files": [attached("x.png", b"<svg/>")]}, "x.png: what is in the file is not what its ending"),
        ({"files": [attached("x.txt", b"")]}, "x.txt: the file is empty"),
        ({"files": [attached("../../x.exe", b"MZ")]}, "x.exe: files that can run"),
    ],
)
def test_bad_input_comes_back_with_a_reason_and_what_was_typed(
    client: PortalClient, world: World, changes: dict[str, Any], problem: str
) -> None:
    page = client.as_(world.contact).post(new(world), filled(**changes))
    assert page.status_code == 422
    text = text_of(page)
    assert problem in text
    assert "Labels drift" in page.get_data(as_text=True) or "subject" in changes
    assert tickets() == []


@pytest.mark.parametrize(
    "junk",
    [
        {}, {"topic": ["a", "b"]}, {"form_key": "x"}, {"form_key": "'; drop table ticket"}, {"subject": "\ud7ff\uffff"},
        {"told": "x" * 9999}, {"kept": ["x"] * 50}, {"files": "no file"}, {"body": "\u202e\u0000\r\n"},
    ],
)  # fmt: skip
def test_junk_is_never_a_fault_of_the_server(
    client: PortalClient, world: World, junk: dict[str, Any]
) -> None:
    assert client.as_(world.contact).post(new(world), filled() | junk).status_code in (200, 303, 422)


@pytest.mark.parametrize(
    "query",
    ["topic=x", "topic=%00", "topic=problem&subject=%00", "cursor=x", "topic=problem&form_key=x&kept=y"],
)
def test_odd_addresses_are_read(client: PortalClient, world: World, query: str) -> None:
    assert client.as_(world.contact).get(f"{new(world)}?{query}").status_code == 200


def test_good_files_are_kept_when_another_is_refused(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    page = browser.post(
        new(world), filled(files=[attached("good.png", png()), attached("bad.html", b"<html>")])
    )
    seals = SEAL.findall(page.get_data(as_text=True))
    assert page.status_code == 422
    assert len(seals) == 1
    assert browser.post(new(world), filled(kept=seals)).status_code == 303
    assert [a.name for a in db.session.scalars(select(Attachment))] == ["good.png"]


def test_a_file_too_many_is_left_out_and_named(client: PortalClient, world: World) -> None:
    files = [attached(f"{n}.txt", b"text") for n in range(6)]
    page = client.as_(world.contact).post(new(world), filled(files=files))
    assert page.status_code == 422
    assert "5.txt: a message carries at most 5 files" in text_of(page)
    assert len(SEAL.findall(page.get_data(as_text=True))) == 5


def test_a_file_one_byte_too_large_is_refused(
    client: PortalClient, world: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = app.extensions["settings"].model_copy(update={"attachment_max_bytes": 2**17})
    monkeypatch.setitem(app.extensions, "settings", small)
    browser = client.as_(world.contact)
    page = browser.post(new(world), filled(files=[attached("big.txt", b"x" * (2**17 + 1))]))
    assert page.status_code == 422
    assert "big.txt: larger than 131 kB" in text_of(page)
    fits = browser.post(new(world), filled(files=[attached("fits.txt", b"x" * 2**17)]))
    assert fits.status_code == 303


def test_a_request_beyond_all_limits_is_refused_unread(
    client: PortalClient, world: World, app: Flask
) -> None:
    class Unread(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("a request too large was read")

    page = client.as_(world.contact).browser.post(
        new(world), input_stream=Unread(), content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(app.config["MAX_CONTENT_LENGTH"] + 1)},
    )  # fmt: skip
    assert page.status_code == 413
    assert "larger than this page takes" in text_of(page)
    assert tickets() == []


def test_another_persons_kept_file_is_not_taken(client: PortalClient, world: World) -> None:
    page = client.as_(world.contact).post(new(world), filled(body="", files=[attached("a.txt", b"secret")]))
    seals = SEAL.findall(page.get_data(as_text=True))
    assert len(seals) == 1
    assert client.as_(world.other_contact).post(new(world), filled(kept=seals)).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Attachment)) == 0


def test_a_kept_file_is_attached_once(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    page = browser.post(new(world), filled(body="", files=[attached("a.txt", b"text")]))
    seals = SEAL.findall(page.get_data(as_text=True))
    for _ in range(2):
        assert browser.post(new(world), filled(kept=seals)).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Attachment)) == 1


def test_a_kept_file_is_forgotten_after_a_day(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    with time_machine.travel(et("2026-06-02 10:00"), tick=False):
        browser = client.as_(world.contact)
        page = browser.post(new(world), filled(body="", files=[attached("a.txt", b"text")]))
    with time_machine.travel(et("2026-06-03 10:01"), tick=False):
        later = client.as_(world.contact).post(
            new(world), filled(kept=SEAL.findall(page.get_data(as_text=True)))
        )
    assert "A file of your earlier try is gone" in text_of(later)


def test_a_double_click_is_one_ticket(client: PortalClient, world: World, outbox: Outbox) -> None:
    browser, key = client.as_(world.contact), {"form_key": "5f0c3a52-54d8-4a3c-9f62-4f7f9d2a0b11"}
    first, second = (browser.post(new(world), filled() | key) for _ in range(2))
    assert first.location == second.location
    assert len(tickets()) == 1
    assert len(outbox.all()) == 2


# The list of an event's tickets.


def listed(world: World, query: str = "") -> str:
    return f"/events/{world.congress.id}/tickets{query}"


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 200), ("contact", 200), ("other_contact", 200), ("agent", 200), ("manager", 200), ("admin", 403),
     ("moderator", 404), ("outsider", 404), ("outside_contact", 404), ("nobody", 404)],
)  # fmt: skip
def test_who_reads_the_list(client: PortalClient, world: World, who: str, status: int) -> None:
    asked(world)
    page = client.as_(getattr(world, who)).get(listed(world))
    assert page.status_code == status
    assert ("Badges in two columns" in page.get_data(as_text=True)) is (status == 200)


def test_the_list_shows_this_events_tickets_only(client: PortalClient, world: World) -> None:
    asked(world, "outside_contact", event=world.fair, subject="Of another customer")
    assert "Of another customer" not in client.as_(world.agent).get(listed(world)).get_data(as_text=True)


def test_the_list_filters_by_state(client: PortalClient, world: World) -> None:
    asked(world, subject="First still open")
    replied(world, asked(world, subject="Second answered"), "agent")
    closed(world, asked(world, subject="Third closed"))
    for state, shown in (("open", "First"), ("waiting", "Second"), ("closed", "Third")):
        page = client.as_(world.contact).get(listed(world, f"?state={state}")).get_data(as_text=True)
        assert [word for word in ("First", "Second", "Third") if word in page] == [shown]
    for odd in (
        "?state=x",
        "?cursor=x",
        "?state=%00",
        "?cursor=WyJhIiwgMSwgMl0",
        "?cursor=WyJhIiwgIngiLCAieSJd",
    ):
        assert client.as_(world.contact).get(listed(world, odd)).status_code == 200


def test_the_list_is_paged_by_last_activity(client: PortalClient, world: World) -> None:
    for n in range(27):
        with time_machine.travel(et(f"2026-06-02 10:{n:02d}"), tick=False):
            asked(world, subject=f"Ticket number {n:02d}.")
    browser = client.as_(world.contact)
    first = browser.get(listed(world)).get_data(as_text=True)
    assert re.findall(r"number (\d\d)\.", first) == [f"{n:02d}" for n in range(26, 1, -1)]
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward
    second = browser.get(html.unescape(onward[1])).get_data(as_text=True)
    assert re.findall(r"number (\d\d)\.", second) == ["01", "00"]


def test_an_empty_list_says_what_to_do(client: PortalClient, world: World) -> None:
    assert "Ask a question and it appears here" in text_of(client.as_(world.contact).get(listed(world)))
    assert "No ticket of this event is in this state" in text_of(
        client.as_(world.contact).get(listed(world, "?state=closed"))
    )
