"""Drafts: what is typed is kept on the server, for its author alone, until it is sent."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from portal.clock import now
from portal.db import db
from portal.errors import Forbidden, NotFound
from portal.tickets import drafts, service
from portal.tickets.clearing import forget_unsent
from portal.tickets.drafts import discard_draft, draft_for, save_draft
from portal.tickets.models_drafts import TicketDraft
from portal.tickets.storage import store
from portal.tickets.uploads import take
from tests.outbox import Outbox
from tests.people import World
from tests.policy.moments import et
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, replied
from tests.tickets.test_asking_page import SEAL, attached, filled, new, text_of, tickets
from tests.tickets.test_attachments import Sent

pytestmark = pytest.mark.usefixtures("outbox")

KEY = "5f0c3a52-54d8-4a3c-9f62-4f7f9d2a0c11"


def save(world: World, place: str, who: str = "contact", **changes: Any) -> Any:
    values: dict[str, Any] = {"texts": {"body": "Half a thought"}, "form_key": KEY}
    return save_draft(world.actor(who), place, **values | changes)


def place(world: World) -> str:
    return f"new:{world.congress.id}"


def draft_page(world: World, end: str = "") -> str:
    return f"/events/{world.congress.id}/tickets/draft{end}"


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(TicketDraft)) or 0


def test_a_draft_is_its_authors_alone_and_one_for_each_place(world: World) -> None:
    ticket = asked(world)
    save(world, place(world), texts={"subject": "One", "body": "", "topic": "problem"})
    save(world, place(world), texts={"subject": "Two", "body": "More"})
    save(world, f"reply:{ticket.id}")
    found = draft_for(world.actor("contact"), place(world))
    assert found is not None
    assert found.texts == {"subject": "Two", "body": "More"}
    assert draft_for(world.actor("other_contact"), place(world)) is None
    assert draft_for(world.actor("agent"), f"reply:{ticket.id}") is None
    assert kept() == 2


def test_blank_texts_keep_nothing_and_a_long_one_is_cut(world: World) -> None:
    save(world, place(world), texts={"body": "x" * 30_000})
    found = draft_for(world.actor("contact"), place(world))
    assert found is not None
    assert len(found.texts["body"]) == drafts.LONGEST_TEXT
    assert save(world, place(world), texts={"body": "  ", "subject": ""}) is None
    assert kept() == 0


@pytest.mark.parametrize(
    ("who", "where", "error"),
    [
        ("organiser", "new", Forbidden), ("agent", "new", Forbidden), ("outside_contact", "new", NotFound),
        ("organiser", "reply", Forbidden), ("outside_contact", "reply", NotFound), ("contact", "note", NotFound),
        ("outsider", "note", NotFound),
    ],
)  # fmt: skip
def test_only_where_its_author_may_write(world: World, who: str, where: str, error: type[Exception]) -> None:
    ticket = asked(world)
    key = world.congress.id if where == "new" else ticket.id
    with pytest.raises(error):
        save(world, f"{where}:{key}", who)
    assert kept() == 0


def test_sending_deletes_the_draft_and_a_late_save_does_not_bring_it_back(world: World) -> None:
    save(world, place(world))
    ticket = asked(world, form_key=KEY)
    assert kept() == 0
    assert save(world, place(world)) is None
    save(world, f"reply:{ticket.id}", form_key="a" * 8)
    replied(world, ticket, "contact", form_key="b" * 8)
    assert kept() == 0
    assert save(world, f"reply:{ticket.id}", form_key="b" * 8) is None
    assert kept() == 0


def test_a_refused_sending_keeps_the_draft(world: World) -> None:
    save(world, place(world))
    with pytest.raises(Exception, match="Choose a topic"):
        asked(world, topic="none", form_key=KEY)
    assert kept() == 1


def test_files_of_a_draft_outlive_the_clearing_and_others_do_not(world: World) -> None:
    taken = take([Sent("a.txt", b"kept"), Sent("b.txt", b"not kept")], [], world.contact.id)
    first, second = taken.uploads
    save(world, place(world), uploads=[first])
    with time_machine.travel(now() + timedelta(days=20)):
        forget_unsent()
        found = draft_for(world.actor("contact"), place(world))
        assert found is not None
        assert found.uploads == (first,)
    assert store().has(first.storage_name)
    assert not store().has(second.storage_name)


def test_a_month_untouched_a_draft_is_forgotten_with_its_files(world: World) -> None:
    taken = take([Sent("a.txt", b"kept")], [], world.contact.id)
    save(world, place(world), uploads=taken.uploads)
    with time_machine.travel(now() + timedelta(days=31)):
        forget_unsent()
    assert kept() == 0
    assert not store().has(taken.uploads[0].storage_name)


def test_a_file_that_was_sent_is_no_longer_in_the_draft(world: World) -> None:
    taken = take([Sent("a.txt", b"text")], [], world.contact.id)
    save(world, place(world), uploads=taken.uploads)
    asked(world, "contact", uploads=taken.uploads, event=world.congress)
    save(world, place(world), uploads=taken.uploads, form_key="c" * 8)
    found = draft_for(world.actor("contact"), place(world))
    assert found is not None
    assert found.uploads == ()


def test_discarding_takes_ones_own_alone(world: World) -> None:
    save(world, place(world))
    save(world, place(world), "other_contact")
    discard_draft(world.actor("contact"), place(world))
    assert draft_for(world.actor("other_contact"), place(world)) is not None
    assert kept() == 1


# On the page.


def test_what_is_typed_comes_back_when_the_form_is_opened(client: PortalClient, world: World) -> None:
    with time_machine.travel(et("2026-06-02 10:40"), tick=False):
        browser = client.as_(world.contact)
        saved = browser.fragment("post", draft_page(world), data=filled(), form_at=new(world))
        assert saved.get_data(as_text=True).startswith("Draft kept at 16:40.")
        page = browser.get(new(world))
    assert tickets() == []
    assert "Your draft of Tue 2 Jun 2026, 16:40 CEST is restored." in text_of(page)
    for typed in (
        'value="Labels drift"',
        "By the tenth label",
        '<option selected value="problem">',
        "Rule COV-4",
    ):
        assert typed in page.get_data(as_text=True)


def test_without_script_a_button_keeps_the_draft_with_its_files(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    saved = browser.post(
        draft_page(world), filled(files=[attached("a.txt", b"text")], topic=""), form_at=new(world)
    )
    assert (saved.status_code, saved.location) == (303, new(world))
    page = browser.get(new(world))
    assert "Your draft is kept for 30 days." in text_of(page)
    assert "a.txt" in text_of(page)
    sent = browser.post(new(world), filled(kept=SEAL.findall(page.get_data(as_text=True))))
    assert sent.status_code == 303
    assert "restored" not in text_of(browser.get(new(world)))


def test_a_file_that_is_not_taken_is_named_and_the_words_are_kept(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    browser.post(draft_page(world), filled(files=[attached("a.svg", b"<svg/>")]), form_at=new(world))
    page = browser.get(new(world))
    assert "a.svg: files that can run" in text_of(page)
    assert 'value="Labels drift"' in page.get_data(as_text=True)


def test_an_empty_form_keeps_no_draft(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    nothing = filled(subject=" ", body="")
    assert browser.fragment("post", draft_page(world), data=nothing, form_at=new(world)).get_data() == b""
    browser.post(draft_page(world), nothing, form_at=new(world))
    assert "There is nothing to keep yet." in text_of(browser.get(new(world)))
    assert kept() == 0


def test_discarding_on_the_page(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    browser.post(draft_page(world), filled(), form_at=new(world))
    listed = browser.get(f"/events/{world.congress.id}/tickets")
    assert "“Labels drift”, was not sent" in text_of(listed)
    gone = browser.post(draft_page(world, "/deletion"), form_at=new(world))
    assert gone.location == f"/events/{world.congress.id}/tickets"
    assert "was not sent" not in text_of(browser.get(gone.location))
    assert kept() == 0


def test_a_refused_form_is_kept_as_a_draft_too(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    assert browser.post(new(world), filled(body="")).status_code == 422
    assert 'value="Labels drift"' in browser.get(new(world)).get_data(as_text=True)
    assert browser.post(new(world), filled(topic="on_site", body="Please come.")).status_code == 200
    assert "Please come." in browser.get(new(world)).get_data(as_text=True)


def test_what_the_address_says_never_overwrites_a_draft(client: PortalClient, world: World) -> None:
    browser = client.as_(world.contact)
    browser.post(draft_page(world), filled(), form_at=new(world))
    page = browser.get(f"{new(world)}?topic=on_site&subject=Other").get_data(as_text=True)
    assert 'value="Labels drift"' in page
    assert "Other" not in page


@pytest.mark.parametrize("end", ["", "/deletion"])
@pytest.mark.parametrize(
    ("who", "status"), [("organiser", 403), ("agent", 403), ("outside_contact", 404), ("nobody", 404)]
)
def test_who_is_no_contact(client: PortalClient, world: World, end: str, who: str, status: int) -> None:
    assert client.as_(getattr(world, who)).post(draft_page(world, end), filled()).status_code == status
    assert kept() == 0


def test_a_reply_by_mail_leaves_the_draft_on_the_page(world: World) -> None:
    from portal.tickets.arrivals import Arrival

    ticket = asked(world)
    save(world, f"reply:{ticket.id}", form_key="d" * 8)
    service.reply_to_ticket(
        world.actor("contact"), ticket.id, body="By mail.", form_key="e" * 8, arrival=Arrival(channel="mail")
    )
    assert kept() == 1


def test_the_subject_and_text_of_mails_never_hold_a_draft(world: World, outbox: Outbox) -> None:
    save(world, place(world))
    assert outbox.all() == []


# Replies.


def reply_draft(ticket: Any, end: str = "") -> str:
    return f"/tickets/{ticket.id}/draft{end}"


def test_a_reply_comes_back_where_it_was_left(client: PortalClient, world: World) -> None:
    ticket = asked(world)
    for who in (world.contact, world.agent):
        browser, typed = client.as_(who), {"body": f"Half a reply of {who.name}", "seen": "0"}
        saved = browser.fragment("post", reply_draft(ticket), data=typed, form_at=f"/tickets/{ticket.id}")
        assert saved.get_data(as_text=True).startswith("Draft kept at")
        page = browser.get(f"/tickets/{ticket.id}")
        assert "is restored below." in text_of(page)
        assert f"Half a reply of {who.name}</textarea>" in page.get_data(as_text=True)
    other = client.as_(world.other_contact).get(f"/tickets/{ticket.id}").get_data(as_text=True)
    assert "Half a reply" not in other
    assert kept() == 2


def test_claiming_a_ticket_leaves_what_is_being_typed(client: PortalClient, world: World) -> None:
    ticket, agent = asked(world), client.as_(world.agent)
    address = f"/tickets/{ticket.id}"
    agent.fragment("post", reply_draft(ticket), data={"body": "Half a reply"}, form_at=address)
    claimed = agent.fragment("post", f"{address}/claim", form_at=address)
    assert "Half a reply</textarea>" in claimed.get_data(as_text=True)


def test_a_sent_reply_leaves_no_draft_and_an_empty_form(client: PortalClient, world: World) -> None:
    ticket, browser = asked(world), client.as_(world.contact)
    address = f"/tickets/{ticket.id}"
    saved = browser.post(
        reply_draft(ticket), {"body": "Half", "files": [attached("a.txt", b"a")]}, form_at=address
    )
    assert saved.location == address
    seals = SEAL.findall(browser.get(address).get_data(as_text=True))
    assert len(seals) == 1
    sent = browser.fragment(
        "post", f"{address}/replies", data={"body": "Whole", "seen": "99", "kept": seals}, form_at=address
    )
    assert "restored" not in sent.get_data(as_text=True)
    assert "Whole" in sent.get_data(as_text=True)
    assert kept() == 0


def test_discarding_a_reply(client: PortalClient, world: World) -> None:
    ticket, browser = asked(world), client.as_(world.contact)
    save(world, f"reply:{ticket.id}")
    gone = browser.post(reply_draft(ticket, "/deletion"), form_at=f"/tickets/{ticket.id}")
    assert gone.location == f"/tickets/{ticket.id}"
    assert kept() == 0


@pytest.mark.parametrize("end", ["", "/deletion"])
@pytest.mark.parametrize(("who", "status"), [("organiser", 403), ("outside_contact", 404), ("nobody", 404)])
def test_who_may_not_reply_keeps_no_reply(
    client: PortalClient, world: World, end: str, who: str, status: int
) -> None:
    ticket = asked(world)
    assert client.as_(getattr(world, who)).post(reply_draft(ticket, end), {"body": "x"}).status_code == status
    assert kept() == 0


def test_drafts_move_with_a_merge_unless_their_author_typed_on_both(world: World) -> None:
    from portal.tickets.merging import merge_tickets

    one, two = asked(world), asked(world)
    save(world, f"reply:{one.id}", texts={"body": "On the first"})
    save(world, f"reply:{one.id}", "other_contact", texts={"body": "First, by another"})
    save(world, f"reply:{two.id}", texts={"body": "On the second"})
    merge_tickets(world.actor("agent"), one.id, two.id)
    for who, text in (("contact", "On the second"), ("other_contact", "First, by another")):
        found = draft_for(world.actor(who), f"reply:{two.id}")
        assert found is not None
        assert found.texts["body"] == text
