"""From a list to contacts, page by page: nothing is written before it is confirmed, nothing is lost (WHO-3, WHO-5)."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.roster.imports.models import ContactImport
from portal.roster.imports.service import forget_expired_imports
from portal.roster.models import Contact
from portal.roster.queries import contact_people
from tests.imports.lists import CSV, UNREADABLE, people, vcard
from tests.people import contact, event, person

MIXED = (
    "Name,E-mail,Phone,Job title\n"
    "Ada Byron,Ada@Engines.example,+43 1 234567,Analyst\n"
    "Somebody Else,CONTACT@people.example,,\n"
    "Ada Again,ada@engines.example,,\n"
    "Bob,bob@,,\n"
    "Carl,carl@people.example,,\n"
    "Dora,dora@people.example,,\n"
)


def new(world, at=None):
    return f"/events/{(at or world.congress).id}/contacts/import"


def names(at):
    return [each.name for each in contact_people(at.id)]


def uploaded(browser, world, content, name="contacts.csv", at=None):
    answer = browser.post(new(world, at), {"file": (io.BytesIO(content), name)})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def pasted(browser, world, text, at=None):
    answer = browser.post(new(world, at), {"text": text})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def shown(page):
    return re.search(r'name="shown"[^>]*value="([^"]*)"', page)[1]


def confirmed(browser, preview, choice="fitting", rows=None):
    numbers = shown(browser.get(preview).text) if rows is None else rows
    return browser.post(f"{preview}/confirmation", {"choice": choice, "shown": numbers}, form_at=preview)


def written():
    tables = (Person, Contact, AuditEntry)
    return [db.session.scalar(select(func.count()).select_from(table)) for table in tables]


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 200), ("agent", 200), ("manager", 200), ("contact", 403), ("admin", 403), ("outsider", 404),
     ("outside_contact", 404), ("moderator", 404), ("nobody", 404)],
)  # fmt: skip
def test_who_may_bring_a_list(client, world, who, status):
    browser = client.as_(getattr(world, who))
    for address in (new(world), f"/events/{world.congress.id}/contacts/colleagues"):
        assert browser.get(address).status_code == status
        assert browser.fragment("get", address).status_code == status
    if status != 200:
        assert browser.post(new(world), {"text": CSV}, form_at="/account").status_code == status
    assert browser.get("/contacts/template.csv").status_code == (403 if who in ("contact", "admin", "outside_contact", "moderator", "nobody") else 200)  # fmt: skip


def test_a_list_exists_for_its_owner_alone(client, world):
    preview = pasted(client.as_(world.organiser), world, CSV)
    for other in (world.agent, world.manager, world.outsider, world.contact):
        browser = client.as_(other)
        assert browser.get(preview).status_code in (403, 404)
        assert browser.post(
            f"{preview}/confirmation", {"choice": "all", "shown": "2"}, form_at="/account"
        ).status_code in (403, 404)
    assert names(world.congress) == ["Contact", "Other Contact"]


def test_the_preview_says_everything_and_writes_nothing(client, world):
    before = written()
    browser = client.as_(world.organiser)
    page = browser.get(pasted(browser, world, MIXED)).text
    assert "2 of 4" in page
    assert (
        "This event has room for 2 more Technical Contacts: 2 of 4 are registered, 3 are to be added." in page
    )
    assert f"/events/{world.congress.id}/orders/new" in page
    assert "#now" in page
    assert "To be registered and told by mail: <strong>Ada Byron</strong>, <strong>Carl</strong>." in page
    assert "Left out for want of a seat: <strong>Dora</strong>." in page
    assert "Contact is a contact of this event already." in page
    assert "The same address as in line 2." in page
    assert "Enter an e-mail address such as" in page
    assert "1 row" in page
    assert shown(page) == "2,6"
    assert written() == before


def test_the_rows_are_shown_by_what_they_come_to(client, world):
    browser = client.as_(world.organiser)
    preview = pasted(browser, world, MIXED)
    wrong = browser.get(f"{preview}?show=wrong").text
    assert "bob@" in wrong
    assert "Somebody Else" not in wrong
    assert "Somebody Else" in browser.get(f"{preview}?show=registered").text
    assert browser.get(f"{preview}?show=nonsense&page=-5").status_code == 200
    assert browser.get(f"{preview}?page=999999999999").status_code == 200


def test_the_valid_ones_that_fit_are_registered(client, world, outbox):
    browser = client.as_(world.organiser)
    preview = pasted(browser, world, MIXED)
    answer = confirmed(browser, preview)
    assert answer.headers["Location"] == f"/events/{world.congress.id}/contacts"
    assert "Ada Byron and Carl are Technical Contacts now." in browser.get(answer.headers["Location"]).text
    assert names(world.congress) == ["Contact", "Other Contact", "Ada Byron", "Carl"]
    ada = db.session.scalars(
        select(Contact).where(Contact.seat_number == 3, Contact.event_id == world.congress.id)
    ).one()
    assert (ada.phone, ada.job_title, ada.registered_by_id) == ("+43 1 234567", "Analyst", world.organiser.id)
    assert sorted(outbox.subjects()) == [
        "You are a Technical Contact of Congress -> ada@engines.example",
        "You are a Technical Contact of Congress -> carl@people.example",
        "You can now sign in to Conference Tracker Support -> ada@engines.example",
        "You can now sign in to Conference Tracker Support -> carl@people.example",
    ]
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries if entry.action.startswith("contact")] == [
        "contact.registered", "contact.registered", "contacts.imported",
    ]  # fmt: skip
    assert entries[-1].after == {
        "source": "Pasted list", "rows": 6, "wrong": 1,
        "registered": ["ada@engines.example", "carl@people.example"],
    }  # fmt: skip
    assert (entries[-1].actor_id, entries[-1].event_id) == (world.organiser.id, world.congress.id)


def test_a_second_confirmation_changes_nothing(client, world, outbox):
    browser = client.as_(world.organiser)
    preview = pasted(browser, world, MIXED)
    confirmed(browser, preview)
    outbox.all()
    again = confirmed(browser, preview, rows="2,6")
    assert again.status_code == 303
    assert names(world.congress) == ["Contact", "Other Contact", "Ada Byron", "Carl"]
    assert outbox.all() == []
    page = browser.get(preview).text
    assert "This list was carried out" in page
    assert "<strong>Carl</strong> (seat 4)" in page
    assert "Register" not in page.split("<main", 1)[1].replace("Registered", "")


def test_a_whole_list_is_all_or_nothing(client, world, outbox):
    browser = client.as_(world.organiser)
    preview = pasted(browser, world, "Name,E-mail\nAda,ada@people.example\nBob,bob@people.example\n")
    page = browser.get(preview).text
    assert "Everybody can be registered" in page
    assert "All of them, or nobody if the roster changes meanwhile" in page
    contact(world.congress, person("Quicker"))
    db.session.commit()
    answer = confirmed(browser, preview, "all", rows="2,3")
    assert answer.status_code == 409
    assert "The roster has changed since you looked. Nobody was registered" in answer.text
    assert "Left out for want of a seat: <strong>Bob</strong>." in answer.text
    assert names(world.congress) == ["Contact", "Other Contact", "Quicker"]
    assert outbox.all() == []
    assert confirmed(browser, preview).status_code == 303
    assert names(world.congress) == ["Contact", "Other Contact", "Quicker", "Ada"]
    outbox.all()


def test_those_who_still_fit_are_never_more_than_were_shown(client, world, outbox):
    browser = client.as_(world.organiser)
    preview = pasted(browser, world, "Name,E-mail\nAda,ada@people.example\nBob,bob@people.example\n")
    assert confirmed(browser, preview, rows="3,77,-1,x,99999999999").status_code == 303
    assert names(world.congress) == ["Contact", "Other Contact", "Bob"]
    outbox.all()


@pytest.mark.parametrize(
    ("form", "status"),
    [({}, 409), ({"choice": "everything", "shown": "2"}, 422), ({"choice": "all", "shown": ""}, 409),
     ({"choice": "all", "shown": "2,3"}, 409), ({"choice": "fitting", "shown": "9"}, 409),
     ({"choice": "fitting", "shown": "2;DROP TABLE contact"}, 409)],
)  # fmt: skip
def test_a_forged_confirmation_registers_nobody(client, world, form, status):
    browser = client.as_(world.organiser)
    preview = pasted(browser, world, CSV)
    assert browser.post(f"{preview}/confirmation", form, form_at=preview).status_code == status
    assert names(world.congress) == ["Contact", "Other Contact"]


def test_an_event_over_its_limit_takes_nobody(client, world):
    browser = client.as_(world.organiser)
    contact(world.workshop, person("Only"))
    db.session.commit()
    page = browser.get(pasted(browser, world, CSV, at=world.workshop)).text
    assert "There is no free seat" in page
    assert "This event has all of its 1 Technical Contact: 1 registered." in page
    assert "Nobody can be registered now" in page
    assert "/confirmation" not in page


def test_the_way_on_buys_as_many_seats_as_are_missing(client, world):
    browser = client.as_(world.organiser)
    page = browser.get(pasted(browser, world, people(5).decode())).text
    assert "Buy 3 additional contacts" in page
    assert f"/events/{world.congress.id}/orders/new?quantity=3" in page
    assert (
        "orders/new"
        not in client.as_(world.agent).get(pasted(client.as_(world.agent), world, CSV, world.workshop)).text
    )


def test_a_closed_account_is_a_mistake_in_its_row(client, world):
    person("Gone", email="ada@engines.example", disabled_at=now())
    db.session.commit()
    browser = client.as_(world.organiser)
    page = browser.get(pasted(browser, world, CSV)).text
    assert "Support has closed the account with this address." in page
    assert "Nobody can be registered now" in page


def test_somebody_who_is_known_keeps_their_name(client, world, outbox):
    browser = client.as_(world.organiser)
    confirmed(browser, pasted(browser, world, "Name,E-mail\nA Nickname,NOBODY@people.example\n"))
    assert names(world.congress)[-1] == "Nobody"
    outbox.all()


def test_mistakes_are_corrected_in_what_was_typed(client, world):
    browser = client.as_(world.organiser)
    preview = pasted(browser, world, MIXED)
    page = browser.get(preview).text
    address = re.search(r'href="(/events/\d+/contacts/import\?from=\d+)"', page)[1]
    assert "Bob,bob@,," in browser.get(address).text
    assert "Lists that wait for you" in browser.get(new(world)).text
    assert browser.get(f"{new(world)}?from=99999999").status_code == 404
    assert browser.get(f"{new(world)}?from=x").status_code == 200
    assert "bob@" not in client.as_(world.agent).get(new(world)).text


SMALL = {name: known for name, known in UNREADABLE.items() if len(known[0]) < 400_000}


@pytest.mark.parametrize(("content", "said"), SMALL.values(), ids=list(SMALL))
def test_a_file_that_cannot_be_read_is_answered_in_words(client, world, content, said):
    before = written()
    answer = client.as_(world.organiser).post(new(world), {"file": (io.BytesIO(content), "contacts.csv")})
    assert answer.status_code == 422
    assert said in answer.text
    assert written() == before
    assert db.session.scalar(select(func.count()).select_from(ContactImport)) == 0


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [("", 422, "Choose a file, or paste"), ("\x00", 422, "Choose a file, or paste"), ("Ada", 422, "No column"),
     (people(10_001, short=True).decode(), 422, "more than 10,000 rows"), ("BEGIN:VCARD", 303, ""), ("a@b" * 400_000, 422, "1,000,000"),
     ("a" * 1_000_001, 422, "1,000,000")],
)  # fmt: skip
def test_pasted_text_that_cannot_be_read_is_answered_in_words(client, world, text, status, said):
    answer = client.as_(world.organiser).post(new(world), {"text": text})
    assert answer.status_code == status
    assert said in answer.text


def test_a_file_beyond_the_limit_is_answered_in_words(client, world):
    browser = client.as_(world.organiser)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get(new(world)).text)[1]
    part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
    body = (
        part.format("csrf_token", "", token)
        + part.format("file", '; filename="a.csv"', "a" * 5_000_001)
        + "--x--\r\n"
    )
    answer = browser._counted(
        "post", new(world), data=body.encode(), content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 422
    assert "larger than 5 MB" in answer.text


def test_what_was_pasted_comes_back_when_it_cannot_be_read(client, world):
    answer = client.as_(world.organiser).post(new(world), {"text": "Ada and Bob, please"})
    assert answer.status_code == 422
    assert "Ada and Bob, please</textarea>" in answer.text


def test_a_file_and_a_pasted_list_are_one_too_many(client, world):
    answer = client.as_(world.organiser).post(
        new(world), {"file": (io.BytesIO(CSV.encode()), "a.csv"), "text": CSV}
    )
    assert answer.status_code == 422
    assert "not both" in answer.text


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\lists\\a.csv", "=1+1.csv", "<b>.csv", "a\u2028X: y.csv", "x" * 300]
)
def test_the_name_of_a_file_is_only_shown(client, world, name):
    browser = client.as_(world.organiser)
    page = browser.get(uploaded(browser, world, CSV.encode(), name))
    assert page.status_code == 200
    assert "<b>.csv" not in page.text
    assert "/etc/" not in page.text


def test_a_form_sent_twice_keeps_one_list(client, world):
    browser = client.as_(world.organiser)
    key = {"text": CSV, "form_key": "7f4a1c9e-9a53-4c0e-8a3d-6c1f6f0f7a10"}
    assert (
        browser.post(new(world), key).headers["Location"] == browser.post(new(world), key).headers["Location"]
    )
    assert db.session.scalar(select(func.count()).select_from(ContactImport)) == 1


def test_ten_thousand_rows_are_shown_a_hundred_at_a_time(client, world, outbox):
    browser = client.as_(world.organiser)
    preview = uploaded(browser, world, people(10_000, short=True))
    page = browser.get(preview).text
    assert "Page 1 of 100" in page
    assert page.count('data-label="Result"') == 100
    assert "Person 9999" in browser.get(f"{preview}?page=100").text
    assert confirmed(browser, preview).status_code == 303
    assert names(world.congress)[2:] == ["Person 0", "Person 1"]
    outbox.all()


def test_cards_are_counted_as_cards(client, world, outbox):
    browser = client.as_(world.organiser)
    preview = uploaded(browser, world, vcard("FN:Ada", "EMAIL:ada@people.example").encode(), "ada.vcf")
    assert ">Card<" in browser.get(preview).text
    assert confirmed(browser, preview, "all").status_code == 303
    outbox.all()


def test_a_list_is_kept_for_a_day(client, world):
    browser = client.as_(world.organiser)
    preview = pasted(browser, world, CSV)
    with time_machine.travel(now() + timedelta(hours=23), tick=False):
        forget_expired_imports()
        assert client.as_(world.organiser).get(preview).status_code == 200
    with time_machine.travel(now() + timedelta(hours=25), tick=False):
        browser = client.as_(world.organiser)
        late = browser.get(preview)
        assert (late.status_code, "kept for 24 hours" in late.text) == (404, True)
        assert confirmed(browser, preview, rows="2").status_code == 404
        forget_expired_imports()
    assert db.session.scalar(select(func.count()).select_from(ContactImport)) == 0
    assert names(world.congress) == ["Contact", "Other Contact"]


def test_who_lost_the_right_meanwhile_registers_nobody(client, world):
    browser = client.as_(world.organiser)
    preview = pasted(browser, world, CSV)
    from portal.accounts.grants import end_grant
    from portal.accounts.models import Grant

    end_grant(db.session.scalars(select(Grant.id).where(Grant.person_id == world.organiser.id)).one())
    db.session.commit()
    assert browser.get(preview).status_code in (403, 404)
    assert confirmed(browser, preview, rows="2").status_code in (403, 404)
    assert names(world.congress) == ["Contact", "Other Contact"]


def test_the_template_can_be_sent_back_as_it_is(client, world):
    browser = client.as_(world.organiser)
    content = browser.get("/contacts/template.csv").data
    page = browser.get(uploaded(browser, world, content)).text
    assert "Everybody can be registered" in page
    assert "+43 1 2345678" in page


def test_people_of_other_events_are_chosen_and_confirmed(client, world, outbox):
    browser, address = client.as_(world.organiser), f"/events/{world.workshop.id}/contacts/colleagues"
    page = browser.get(address).text
    assert "other.contact@people.example" in page
    assert "Congress" in page
    assert "outside.contact@people.example" not in page
    assert "Other Contact" not in browser.get(f"{address}?q=nobody").text
    answer = browser.post(address, {"people": [world.contact.id, world.other_contact.id]})
    preview = browser.get(answer.headers["Location"]).text
    assert (
        "This event has room for 1 more Technical Contact: 0 of 1 are registered, 2 are to be added."
        in preview
    )
    assert confirmed(browser, answer.headers["Location"]).status_code == 303
    assert names(world.workshop) == ["Contact"]
    assert "Other Contact" in browser.get(address).text
    outbox.all()


@pytest.mark.parametrize("chosen", [[], ["x"], ["0"], ["99999999999999999999"], ["-1"]])
def test_nobody_chosen_is_said(client, world, chosen):
    answer = client.as_(world.organiser).post(
        f"/events/{world.workshop.id}/contacts/colleagues", {"people": chosen}
    )
    assert answer.status_code == 422
    assert "Choose at least one person." in answer.text


def test_people_the_actor_may_not_know_of_cannot_be_chosen(client, world):
    forged = {"people": [world.outside_contact.id, world.nobody.id]}
    answer = client.as_(world.organiser).post(f"/events/{world.workshop.id}/contacts/colleagues", forged)
    assert answer.status_code == 422
    other = event(world.library, "Elsewhere")
    db.session.commit()
    assert client.as_(world.organiser).get(f"/events/{other.id}/contacts/colleagues").status_code == 404
    assert "Outside Contact" in client.as_(world.agent).get(f"/events/{other.id}/contacts/colleagues").text
