"""Optional mail can be turned off by a link in it, with one click, and on the account's page; other mail cannot."""

import pytest

from portal.db import db, in_transaction
from portal.mail.models import OutboundMail
from portal.mail.optional import unsubscribe_token
from portal.mail.post import post
from portal.wishlist.models import Wish


@pytest.fixture
def wish(world):
    found = Wish(
        title="A wish", problem="A problem", author_id=world.contact.id, organisation_id=world.society.id,
        state="submitted",
    )  # fmt: skip
    db.session.add(found)
    db.session.commit()
    return found


def write(person, wish):
    in_transaction(lambda: post(person, "wish_published", cause="wish-published:1", wish=wish))


def fresh(person):
    db.session.rollback()
    db.session.remove()
    return db.session.get_one(type(person), person.id)


def test_optional_mail_carries_its_way_out(world, outbox, wish, run_jobs, client):
    write(world.contact, wish)
    [mail] = run_jobs()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = mail["List-Unsubscribe"].strip("<>").replace("http://127.0.0.1:8000", "")
    assert "Turn it off" in client.get(path).text
    assert fresh(world.contact).unwanted_mail == []
    # As a mail program sends it: no cookie, no token of a form.
    response = client.browser.post(path, data={"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert fresh(world.contact).unwanted_mail == ["wishes"]


def test_what_is_turned_off_is_not_written(world, outbox, wish):
    person = fresh(world.contact)
    person.unwanted_mail = ["wishes"]
    db.session.commit()
    write(person, wish)
    assert outbox.all() == []


def test_what_is_turned_off_meanwhile_is_not_sent(world, outbox, wish, run_jobs):
    write(world.contact, wish)
    fresh(world.contact).unwanted_mail = ["wishes"]
    db.session.commit()
    assert run_jobs() == []
    db.session.rollback()
    assert db.session.scalars(db.select(OutboundMail.state)).all() == ["withheld"]


def test_other_mail_has_no_way_out(world, outbox, run_jobs):
    in_transaction(lambda: post(world.contact, "password_changed", cause="x:1", at=world.contact.created_at))
    [mail] = run_jobs()
    assert mail["List-Unsubscribe"] is None


def test_the_account_page_turns_it_off_and_on(world, client):
    browser = client.as_(world.contact)
    assert browser.post("/account/mail", {}, form_at="/account").status_code == 303
    assert "wishes" in fresh(world.contact).unwanted_mail
    browser.post("/account/mail", {"wanted": ["wishes", "nonsense"]}, form_at="/account")
    assert "wishes" not in fresh(world.contact).unwanted_mail


@pytest.mark.parametrize("token", ["x", "WzEsIndpc2hlcyJd.AAAA", "%00"])
def test_a_link_of_nobody_turns_nothing_off(world, client, token):
    assert client.get(f"/unsubscribe/{token}").status_code == 404
    assert client.browser.post(f"/unsubscribe/{token}").status_code == 404


def test_a_link_turns_off_only_what_is_optional(world, client):
    token = unsubscribe_token(world.contact.id, "tickets")
    assert client.browser.post(f"/unsubscribe/{token}").status_code == 404
