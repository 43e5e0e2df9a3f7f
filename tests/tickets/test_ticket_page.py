"""A ticket's page: reading, replying, claiming, closing. /tickets/<id> and what is under it."""

import html
import io
import re
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from portal.db import db
from portal.tickets.models import Attachment, Message
from tests.outbox import Outbox
from tests.people import World
from tests.policy.moments import et
from tests.signing_in import PortalClient
from tests.tickets.scenes import as_stored, asked, closed, png, replied
from tests.tickets.test_service import leave

pytestmark = pytest.mark.usefixtures("outbox")

READERS = [
    ("organiser", 200), ("contact", 200), ("other_contact", 200), ("agent", 200), ("manager", 200), ("admin", 404),
    ("moderator", 404), ("outsider", 404), ("outside_contact", 404), ("nobody", 404),
]  # fmt: skip


def text_of(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.get_data(as_text=True))))


def messages() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Message.body).order_by(Message.id)))


def seen_on(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize(("who", "status"), READERS)
def test_who_reads_a_ticket(client: PortalClient, world: World, who: str, status: int) -> None:
    ticket = asked(world)
    browser = client.as_(getattr(world, who))
    for page in (browser.get(f"/tickets/{ticket.id}"), browser.fragment("get", f"/tickets/{ticket.id}")):
        assert page.status_code == status
        assert ("How do I print them?" in page.get_data(as_text=True)) is (status == 200)


def test_what_is_not_there_is_not_found(client: PortalClient, world: World) -> None:
    for odd in ("/tickets/0", "/tickets/999999999999999999999999", "/tickets/1x", "/attachments/0"):
        assert client.as_(world.agent).get(odd).status_code == 404


def test_the_page_shows_the_promise_with_its_steps(client: PortalClient, world: World) -> None:
    with time_machine.travel(et("2026-06-06 12:00"), tick=False):
        ticket = asked(world)
        page = text_of(client.as_(world.contact).get(f"/tickets/{ticket.id}"))
    assert "Expect a reply by Mon 8 Jun 2026, 23:00 CEST (Mon 8 Jun 2026, 17:00 EDT)" in page
    assert "It arrived at the weekend, so a reply is due by the close of the next business day." in page
    assert "Rule HOW-4" in page
    assert "Monday 8 June 2026: a business day, it counts." in page


def test_a_late_reply_is_owned_up_to(client: PortalClient, world: World) -> None:
    with time_machine.travel(et("2026-06-02 10:00"), tick=False):
        ticket = asked(world)
    with time_machine.travel(et("2026-06-03 10:01"), tick=False):
        page = text_of(client.as_(world.contact).get(f"/tickets/{ticket.id}"))
    assert "The reply is late" in page
    assert "We are sorry" in page


def test_text_is_shown_as_written_and_nothing_of_it_runs(client: PortalClient, world: World) -> None:
    ticket = asked(
        world,
        subject="<b>bold</b>",
        body="a & b <script>alert(1)</script>\nsecond line\n\nhttps://example.com/x?a=1&b=2 javascript:alert(1)",
    )
    page = client.as_(world.agent).get(f"/tickets/{ticket.id}").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "<b>bold" not in page
    assert "a &amp; b &lt;script&gt;alert(1)&lt;/script&gt;<br>second line</p><p>" in page
    assert '<a href="https://example.com/x?a=1&amp;b=2" rel="' in page
    assert 'href="javascript' not in page


def test_an_agent_answers_and_the_contact_is_mailed(
    client: PortalClient, world: World, outbox: Outbox
) -> None:
    ticket = asked(world)
    outbox.all()
    browser = client.as_(world.agent)
    seen = seen_on(browser.get(f"/tickets/{ticket.id}").get_data(as_text=True))
    sent = browser.post(
        f"/tickets/{ticket.id}/replies",
        {"body": "Choose two columns.", "seen": seen},
        form_at=f"/tickets/{ticket.id}",
    )
    assert (sent.status_code, sent.location) == (303, f"/tickets/{ticket.id}")
    assert [mail.subject for mail in outbox.all()] == ["Answer: Badges in two columns"]
    page = text_of(client.as_(world.contact).get(f"/tickets/{ticket.id}"))
    assert "Waiting for you" in page
    assert "Choose two columns." in page


def test_for_htmx_the_whole_ticket_is_swapped_with_the_reply_in_it(
    client: PortalClient, world: World
) -> None:
    ticket = asked(world)
    sent = client.as_(world.contact).fragment(
        "post",
        f"/tickets/{ticket.id}/replies",
        data={"body": "One more thing."},
        form_at=f"/tickets/{ticket.id}",
    )
    page = sent.get_data(as_text=True)
    assert sent.status_code == 200
    assert page.lstrip().startswith('<div id="ticket"')
    assert "<html" not in page
    assert "One more thing." in page
    assert 'hx-swap-oob="true"' in page
    assert "Your reply was sent." in page
    assert (
        '<textarea id="body" name="body"' in page.replace('aria-describedby="body-hint" ', "")
        or "</textarea>" in page
    )


@pytest.mark.parametrize("fragment", [False, True])
def test_an_answer_overtaken_by_another_message_comes_back_with_it(
    client: PortalClient, world: World, outbox: Outbox, fragment: bool
) -> None:
    ticket, browser = asked(world), client.as_(world.agent)
    address = f"/tickets/{ticket.id}"
    seen = seen_on(browser.get(address).get_data(as_text=True))
    replied(world, ticket, "manager", "I have answered already.")
    outbox.all()
    typed = {"body": "My own long answer.", "seen": seen}
    send = browser.fragment if fragment else lambda _, *a, **k: browser.post(*a, **k)
    page = send("post", f"{address}/replies", data=typed, form_at=address)
    assert page.status_code == 422
    text = page.get_data(as_text=True)
    assert "Somebody wrote while you did" in text
    assert "I have answered already." in text
    assert re.search(r"badge-info\">New<", text)
    assert "My own long answer." in text
    assert outbox.all() == []
    again = browser.post(f"{address}/replies", typed | {"seen": seen_on(text)}, form_at=address)
    assert again.status_code == 303
    assert messages()[-1] == "My own long answer."


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"body": ""}, "Write your reply."),
        ({"body": " \x00 "}, "Write your reply."),
        ({"body": "x" * 20_001}, "within 20,000 characters"),
        ({"files": [(io.BytesIO(b"<svg/>"), "a.svg")]}, "a.svg: files that can run"),
        ({"kept": ["x"]}, "is gone"),
    ],
)
def test_a_bad_reply_comes_back(
    client: PortalClient, world: World, changes: dict[str, Any], problem: str
) -> None:
    ticket = asked(world)
    page = client.as_(world.contact).post(
        f"/tickets/{ticket.id}/replies", {"body": "Typed text"} | changes, form_at=f"/tickets/{ticket.id}"
    )
    assert page.status_code == 422
    assert problem in text_of(page)
    assert "Typed text" in page.get_data(as_text=True) or "body" in changes
    assert len(messages()) == 1


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 40, "1.5", "²", "\x00"])
def test_a_forged_sight_is_no_sight(client: PortalClient, world: World, seen: str) -> None:
    ticket, browser = asked(world), client.as_(world.agent)
    page = browser.post(
        f"/tickets/{ticket.id}/replies", {"body": "x", "seen": seen}, form_at=f"/tickets/{ticket.id}"
    )
    assert page.status_code == 422
    shut = browser.post(f"/tickets/{ticket.id}/closure", {"seen": seen}, form_at=f"/tickets/{ticket.id}")
    assert shut.status_code == 409


def test_a_reply_carries_files(client: PortalClient, world: World) -> None:
    ticket = asked(world)
    client.as_(world.contact).post(
        f"/tickets/{ticket.id}/replies",
        {"body": "See the picture.", "files": [(io.BytesIO(png()), "a.png")]},
        form_at=f"/tickets/{ticket.id}",
    )
    page = client.as_(world.agent).get(f"/tickets/{ticket.id}").get_data(as_text=True)
    file_id = db.session.scalar(select(Attachment.id))
    assert f'href="/attachments/{file_id}"' in page


@pytest.mark.parametrize(
    ("who", "status"),
    [(who, 303 if status == 200 else status) for who, status in READERS if who != "organiser"],
)
@pytest.mark.parametrize("verb", ["replies", "closure"])
def test_who_may_reply_and_close(
    client: PortalClient, world: World, who: str, status: int, verb: str
) -> None:
    ticket = asked(world)
    last = db.session.scalar(select(func.max(Message.id)))
    sent = client.as_(getattr(world, who)).post(f"/tickets/{ticket.id}/{verb}", {"body": "x", "seen": last})
    assert sent.status_code == status


@pytest.mark.parametrize("verb", ["replies", "closure", "claim"])
def test_an_organiser_reads_but_does_not_write(client: PortalClient, world: World, verb: str) -> None:
    ticket, browser = asked(world), client.as_(world.organiser)
    assert browser.post(f"/tickets/{ticket.id}/{verb}", {"body": "x"}).status_code == 403
    assert browser.fragment("post", f"/tickets/{ticket.id}/{verb}", data={"body": "x"}).status_code == 403
    page = browser.get(f"/tickets/{ticket.id}").get_data(as_text=True)
    assert "<textarea" not in page
    assert "Close ticket" not in page


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("agent", 303),
        ("manager", 303),
        ("contact", 403),
        ("admin", 404),
        ("outsider", 404),
        ("moderator", 404),
    ],
)
def test_who_may_claim(client: PortalClient, world: World, who: str, status: int) -> None:
    ticket = asked(world)
    assert client.as_(getattr(world, who)).post(f"/tickets/{ticket.id}/claim").status_code == status
    assert (as_stored(ticket).assignee_id is not None) is (status == 303)


def test_the_second_to_claim_reads_who_has_it(client: PortalClient, world: World) -> None:
    ticket = asked(world)
    won = client.as_(world.agent).fragment("post", f"/tickets/{ticket.id}/claim")
    assert won.status_code == 200
    assert "You have this ticket now." in won.get_data(as_text=True)
    for lost in (
        client.as_(world.manager).post(f"/tickets/{ticket.id}/claim"),
        client.as_(world.manager).fragment("post", f"/tickets/{ticket.id}/claim"),
    ):
        assert lost.status_code == 409
        assert "Agent has this ticket already." in text_of(lost)
        assert f"/tickets/{ticket.id}" in lost.get_data(as_text=True)


def test_closing_and_opening_again_on_the_page(client: PortalClient, world: World) -> None:
    ticket, browser = asked(world), client.as_(world.contact)
    address = f"/tickets/{ticket.id}"
    seen = seen_on(browser.get(address).get_data(as_text=True))
    assert browser.post(f"{address}/closure", {"seen": seen}, form_at=address).status_code == 303
    page = text_of(browser.get(address))
    assert "Closed on" in page
    assert "Close ticket" not in page
    assert browser.post(f"{address}/closure", {"seen": seen}, form_at=address).status_code == 409
    browser.post(f"{address}/replies", {"body": "It came back."}, form_at=address)
    assert "Expect a reply by" in text_of(browser.get(address))


def test_what_is_outside_of_cover_is_marked_for_both_sides(client: PortalClient, world: World) -> None:
    ticket = asked(world, topic="on_site")
    for who in (world.contact, world.agent):
        assert "Rule OUT-6" in text_of(client.as_(who).get(f"/tickets/{ticket.id}"))


def test_who_left_the_roster_sees_nothing_on_the_next_request(client: PortalClient, world: World) -> None:
    ticket, browser = asked(world), client.as_(world.contact)
    browser.post(
        f"/tickets/{ticket.id}/replies",
        {"body": "A file.", "files": [(io.BytesIO(b"text"), "a.txt")]},
        form_at=f"/tickets/{ticket.id}",
    )
    file_id = db.session.scalar(select(Attachment.id))
    places = (f"/tickets/{ticket.id}", f"/attachments/{file_id}", f"/events/{world.congress.id}/tickets")
    assert [browser.get(place).status_code for place in places] == [200, 200, 200]
    leave(world, "contact")
    for place in places:
        assert browser.get(place).status_code == 404
        assert browser.fragment("get", place).status_code == 404
    sent = browser.post(f"/tickets/{ticket.id}/replies", {"body": "Still here?"}, form_at="/account")
    assert sent.status_code == 404
    assert len(messages()) == 2


def test_a_long_conversation_is_shown_in_stretches(client: PortalClient, world: World) -> None:
    ticket = asked(world, body="The very first.")
    for n in range(100):
        db.session.add(
            Message(ticket_id=ticket.id, author_id=world.contact.id, from_staff=False, body=f"Turn {n}.")
        )
    db.session.commit()
    browser = client.as_(world.agent)
    newest = browser.get(f"/tickets/{ticket.id}").get_data(as_text=True)
    assert "The very first." not in newest
    assert newest.index("Turn 0.") < newest.index("Turn 99.")
    earlier = re.search(r'href="([^"]+)">Show earlier messages', newest)
    assert earlier
    assert "The very first." in browser.get(html.unescape(earlier[1])).get_data(as_text=True)
    assert browser.get(f"/tickets/{ticket.id}?cursor=junk").status_code == 200


def test_a_closed_ticket_says_when(client: PortalClient, world: World) -> None:
    ticket = asked(world)
    closed(world, ticket, "contact")
    assert "A reply opens it again until" in text_of(client.as_(world.agent).get(f"/tickets/{ticket.id}"))
