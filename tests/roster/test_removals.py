"""Removals: asked for, withdrawn, decided, and what follows at once (WHO-6)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.models import Session
from portal.accounts.permissions import Role
from portal.accounts.queries import actor_for
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.events.models import Event
from portal.roster.models import Contact, Removal, Seat
from portal.roster.queries import contact_people
from portal.roster.removals import ask_for_removal, decide_removal, withdraw_removal
from tests.people import contact, grant, person

MONDAY_NOON_EASTERN = datetime(2026, 11, 16, 17, 0, tzinfo=UTC)


@pytest.fixture
def leaving(world):
    """The contact whose removal is asked for."""
    return db.session.scalars(select(Contact).where(Contact.person_id == world.other_contact.id)).one()


@pytest.fixture
def request_(world, leaving, outbox):
    """A pending request by the organiser; its mail has been looked at."""
    made = ask_for_removal(world.actor("organiser"), leaving.id, reason="Has changed jobs")
    outbox.all()
    return made


def saved(removal):
    return db.session.get(Removal, removal.id, populate_existing=True)


def names(event):
    return [each.name for each in contact_people(event.id)]


def audit(action):
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 200), ("agent", 200), ("contact", 403), ("manager", 403), ("admin", 403),
     ("outsider", 404), ("outside_contact", 404), ("moderator", 404), ("nobody", 404)],
)  # fmt: skip
def test_who_may_ask_for_a_removal(client, world, leaving, who, status):
    browser, address = client.as_(getattr(world, who)), f"/contacts/{leaving.id}/removal"
    assert browser.get(address).status_code == status
    assert browser.fragment("get", address).status_code == status
    if status != 200:
        assert browser.post(address, {"reason": "x"}).status_code == status
        with pytest.raises((Forbidden, NotFound)):
            ask_for_removal(world.actor(who), leaving.id)
        assert db.session.scalar(select(Removal)) is None


@pytest.mark.parametrize(
    ("who", "status"),
    [("organiser", 200), ("agent", 200), ("manager", 200), ("contact", 403), ("other_contact", 403), ("admin", 403),
     ("outsider", 404), ("outside_contact", 404), ("moderator", 404), ("nobody", 404)],
)  # fmt: skip
def test_who_sees_a_request(client, world, request_, who, status):
    browser = client.as_(getattr(world, who))
    assert browser.get(f"/removals/{request_.id}").status_code == status
    assert browser.fragment("get", f"/removals/{request_.id}").status_code == status
    roster = browser.get(f"/events/{world.congress.id}/contacts")
    assert ("Removal asked for" in roster.text) == (status == 200)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("organiser", 403),
        ("agent", 403),
        ("contact", 403),
        ("admin", 403),
        ("outsider", 404),
        ("nobody", 404),
    ],
)
def test_only_managers_decide(client, world, request_, who, status):
    answer = client.as_(getattr(world, who)).post(
        f"/removals/{request_.id}/decision", {"decision": "approve"}, form_at="/account"
    )
    assert answer.status_code == status
    with pytest.raises((Forbidden, NotFound)):
        decide_removal(world.actor(who), request_.id, approve=True)
    assert saved(request_).state == "pending"


@pytest.mark.parametrize(
    ("who", "status"), [("contact", 403), ("manager", 403), ("outsider", 404), ("nobody", 404)]
)
def test_only_who_may_ask_may_withdraw(client, world, request_, who, status):
    answer = client.as_(getattr(world, who)).post(f"/removals/{request_.id}/withdrawal", form_at="/account")
    assert answer.status_code == status
    with pytest.raises((Forbidden, NotFound)):
        withdraw_removal(world.actor(who), request_.id)
    assert saved(request_).state == "pending"


@time_machine.travel(MONDAY_NOON_EASTERN, tick=False)
def test_the_time_due_is_shown_at_once_and_kept(client, world, leaving, outbox):
    browser, address = client.as_(world.organiser), f"/contacts/{leaving.id}/removal"
    assert "Wed 18 Nov 2026, 18:00 CET" in browser.get(address).text
    assert "Wed 18 Nov 2026, 12:00 EST" in browser.get(address).text
    answer = browser.post(address, {"reason": "Has changed jobs"})
    made = db.session.scalars(select(Removal)).one()
    assert answer.headers["Location"] == f"/removals/{made.id}"
    assert (made.state, made.due_at) == ("pending", MONDAY_NOON_EASTERN + timedelta(days=2))
    for page in (browser.get(f"/removals/{made.id}"), browser.get(f"/events/{world.congress.id}/contacts")):
        assert "Wed 18 Nov 2026, 18:00 CET" in page.text
    mails = {mail.address: mail for mail in outbox.all()}
    assert set(mails) == {
        "manager@people.example", "second.manager@people.example", "organiser@people.example",
    }  # fmt: skip
    assert "> Has changed jobs" in mails["manager@people.example"].body_text
    for mail in mails.values():
        assert "Wed 18 Nov 2026, 12:00 EST" in mail.body_text
    assert mails["manager@people.example"].permission == "roster:decide"
    entry = audit("removal.requested")[0]
    assert entry.after["contact"] == "other.contact@people.example"
    assert (entry.actor_id, entry.event_id) == (world.organiser.id, world.congress.id)


def test_the_person_keeps_access_until_it_is_approved(client, world, request_):
    assert client.as_(world.other_contact).get(f"/events/{world.congress.id}").status_code == 200
    assert "Other Contact" in names(world.congress)


def test_asking_twice_is_one_request(world, leaving, request_, outbox):
    again = ask_for_removal(world.actor("organiser"), leaving.id, reason="Once more")
    assert again.id == request_.id
    assert outbox.all() == []
    with pytest.raises(Conflict, match="Organiser has asked for this removal already"):
        ask_for_removal(world.actor("agent"), leaving.id)


def test_the_form_tells_of_a_request_that_waits(client, world, leaving, request_):
    page = client.as_(world.agent).get(f"/contacts/{leaving.id}/removal").text
    assert "Organiser has asked for this already" in page
    assert f'href="/removals/{request_.id}"' in page


def test_a_request_is_withdrawn_and_can_be_made_anew(client, world, leaving, request_, outbox):
    browser = client.as_(world.organiser)
    answer = browser.post(f"/removals/{request_.id}/withdrawal", form_at=f"/removals/{request_.id}")
    assert answer.headers["Location"] == f"/events/{world.congress.id}/contacts"
    assert saved(request_).state == "withdrawn"
    assert {mail.address for mail in outbox.all()} == {
        "manager@people.example",
        "second.manager@people.example",
    }
    assert audit("removal.withdrawn")[0].subject_id == request_.id
    assert "Other Contact" in names(world.congress)
    assert ask_for_removal(world.actor("agent"), leaving.id).id != request_.id
    assert outbox.all()


def test_on_approval_the_person_is_out_at_once(client, world, request_, outbox):
    inside = client.as_(world.other_contact)
    pages = [
        f"/events/{world.congress.id}",
        f"/events/{world.congress.id}/contacts",
        f"/events/{world.congress.id}/tickets",
    ]
    assert [inside.get(page).status_code for page in pages] == [200, 200, 200]
    answer = client.as_(world.manager).post(
        f"/removals/{request_.id}/decision", {"decision": "approve"}, form_at=f"/removals/{request_.id}"
    )
    assert answer.headers["Location"] == "/staff/removals"
    for page in pages:
        assert inside.get(page).status_code == 404
        assert inside.fragment("get", page).status_code == 404
    assert "Congress" not in inside.get("/events").text
    assert actor_for(world.other_contact.id).contact_event_ids == frozenset()
    assert names(world.congress) == ["Contact"]
    ended = db.session.get(Contact, request_.contact_id, populate_existing=True)
    assert ended.ended_at is not None
    assert ended.seat_id is None
    mails = {(mail.address, mail.subject) for mail in outbox.all()}
    assert mails == {
        ("other.contact@people.example", "You are no longer a Technical Contact of Congress"),
        ("organiser@people.example", "Removed: Other Contact, Congress"),
    }
    entry = audit("removal.approved")[0]
    assert (entry.before, entry.after["state"]) == ({"state": "pending"}, "approved")
    assert entry.actor_id == world.manager.id


def test_the_sign_in_itself_stays_for_what_else_the_person_may_do(client, world, request_, outbox):
    contact(world.workshop, world.other_contact)
    db.session.commit()
    inside = client.as_(world.other_contact)
    decide_removal(world.actor("manager"), request_.id, approve=True)
    assert inside.get(f"/events/{world.congress.id}").status_code == 404
    assert inside.get(f"/events/{world.workshop.id}").status_code == 200
    assert db.session.scalars(select(Session).where(Session.ended_at.is_not(None))).all() == []
    assert outbox.all()


def test_mail_that_waits_is_withheld_from_whoever_was_removed(world, leaving, outbox, run_jobs):
    from portal.mail.post import post

    event = db.session.get(Event, world.congress.id)
    post(leaving.person, "contact_registered", cause="waiting", permission="event:read", scope=event.scope,
         event=event, registered_by=world.actor("organiser"), invited=False)  # fmt: skip
    db.session.commit()
    request_ = ask_for_removal(world.actor("organiser"), leaving.id)
    decide_removal(world.actor("manager"), request_.id, approve=True)
    outbox.all()
    received = [mail["Subject"] for mail in run_jobs() if "other.contact@people.example" in mail["To"]]
    assert received == ["You are no longer a Technical Contact of Congress"]


def test_a_seat_freed_is_free_again(world, request_, outbox):
    decide_removal(world.actor("manager"), request_.id, approve=True)
    seats = db.session.scalars(select(Seat).where(Seat.event_id == world.congress.id)).all()
    assert sorted((seat.number, seat.closing) for seat in seats) == [(n, False) for n in (1, 2, 3, 4)]
    assert outbox.all()


def test_over_the_limit_a_removal_frees_no_seat(world, leaving, outbox):
    third = contact(world.congress, person("Third"))
    event = db.session.get(Event, world.congress.id)
    event.attendees, event.licence = 400, "basic"
    db.session.commit()
    request_ = ask_for_removal(world.actor("organiser"), leaving.id)
    decide_removal(world.actor("manager"), request_.id, approve=True)
    seats = db.session.scalars(select(Seat).where(Seat.event_id == world.congress.id)).all()
    assert sorted((seat.number, seat.closing) for seat in seats) == [(1, False), (3, False)]
    assert names(world.congress) == ["Contact", "Third"]
    assert third.id
    assert outbox.all()


def test_declining_needs_a_reason_which_the_requester_reads(client, world, request_, outbox):
    browser, address = client.as_(world.manager), f"/removals/{request_.id}/decision"
    refused = browser.post(address, {"decision": "decline"}, form_at=f"/removals/{request_.id}")
    assert refused.status_code == 422
    assert "Say why you decline" in refused.text
    answer = browser.post(
        address,
        {"decision": "decline", "reason": "They are the only contact on site"},
        form_at=f"/removals/{request_.id}",
    )
    assert answer.status_code == 303
    assert saved(request_).state == "declined"
    (mail,) = outbox.all()
    assert (mail.address, mail.subject) == (
        "organiser@people.example",
        "Not removed: Other Contact, Congress",
    )
    assert "> They are the only contact on site" in mail.body_text
    assert "Other Contact" in names(world.congress)
    page = client.as_(world.organiser).get(f"/removals/{request_.id}").text
    assert "They are the only contact on site" in page
    assert audit("removal.declined")[0].after["reason"] == "They are the only contact on site"


def test_anything_but_approve_declines_nothing_by_accident(client, world, request_):
    answer = client.as_(world.manager).post(
        f"/removals/{request_.id}/decision", {"decision": "approved?"}, form_at=f"/removals/{request_.id}"
    )
    assert answer.status_code == 422
    assert saved(request_).state == "pending"


def test_nobody_decides_what_they_asked_for_or_what_concerns_them(client, world, leaving, outbox):
    both = person("Agent And Manager")
    grant(both, Role.AGENT)
    grant(both, Role.MANAGER)
    grant(world.other_contact, Role.MANAGER)
    db.session.commit()
    request_ = ask_for_removal(actor_for(both.id), leaving.id)
    for decider in (both, world.other_contact):
        with pytest.raises(Refused) as refusal:
            decide_removal(actor_for(decider.id), request_.id, approve=True)
        assert refusal.value.rule == "WHO-6"
        page = client.as_(decider).get(f"/removals/{request_.id}").text
        assert "Another manager decides this" in page
        assert "Approve removal" not in page
    assert saved(request_).state == "pending"
    decide_removal(world.actor("manager"), request_.id, approve=True)
    assert saved(request_).state == "approved"
    assert outbox.all()


@pytest.mark.parametrize("first", ["approve", "decline", "withdraw"])
@pytest.mark.parametrize("second", ["approve", "decline", "withdraw"])
def test_what_is_settled_stays_settled(world, request_, outbox, first, second):
    moves = {
        "approve": lambda: decide_removal(world.actor("manager"), request_.id, approve=True),
        "decline": lambda: decide_removal(
            world.actor("second_manager"), request_.id, approve=False, reason="No"
        ),
        "withdraw": lambda: withdraw_removal(world.actor("organiser"), request_.id),
    }
    state = moves[first]().state
    written = len(outbox.all())
    with pytest.raises(Conflict, match="was quicker"):
        moves[second]()
    assert saved(request_).state == state
    assert outbox.all() == []
    assert written
    assert len(audit(f"removal.{state}")) == 1


def test_a_late_click_is_a_conflict_page(client, world, request_, outbox):
    browser = client.as_(world.manager)
    browser.get(f"/removals/{request_.id}")
    withdraw_removal(world.actor("organiser"), request_.id)
    answer = browser.post(f"/removals/{request_.id}/decision", {"decision": "approve"}, form_at="/account")
    assert answer.status_code == 409
    assert "Organiser was quicker" in answer.text
    assert outbox.all()


def test_whoever_has_left_cannot_be_removed_again(client, world, leaving, request_, outbox):
    decide_removal(world.actor("manager"), request_.id, approve=True)
    with pytest.raises(Conflict, match="no longer a contact"):
        ask_for_removal(world.actor("organiser"), leaving.id)
    assert (
        "There is nothing to ask for"
        in client.as_(world.organiser).get(f"/contacts/{leaving.id}/removal").text
    )
    assert outbox.all()


def test_too_long_a_reason_is_refused_and_kept(client, world, leaving):
    long = "word " * 500
    answer = client.as_(world.organiser).post(f"/contacts/{leaving.id}/removal", {"reason": long})
    assert answer.status_code == 422
    assert long.strip() in answer.text
    with pytest.raises(Invalid):
        ask_for_removal(world.actor("organiser"), leaving.id, reason=long)


@pytest.mark.parametrize("key", ["0", "999999", "9223372036854775808"])
def test_what_is_not_there_is_not_found(client, world, key):
    assert client.as_(world.agent).get(f"/contacts/{key}/removal").status_code == 404
    assert client.as_(world.manager).get(f"/removals/{key}").status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("manager", 200), ("agent", 403), ("organiser", 403), ("contact", 403), ("admin", 403), ("nobody", 403)],
)
def test_who_sees_the_list(client, world, who, status):
    assert client.as_(getattr(world, who)).get("/staff/removals").status_code == status


def test_the_list_is_ordered_by_time_due_and_marks_what_is_late(client, world, outbox):
    browser = client.as_(world.manager)
    assert "Nothing to decide" in browser.get("/staff/removals").text
    with time_machine.travel(MONDAY_NOON_EASTERN, tick=False):
        late = _asked(world, "Late Leaver")
    with time_machine.travel(MONDAY_NOON_EASTERN + timedelta(days=4), tick=False):
        soon = _asked(world, "Soon Leaver")
    with time_machine.travel(MONDAY_NOON_EASTERN + timedelta(days=3), tick=False):
        text = client.as_(world.manager).get("/staff/removals").text
    assert text.index("Late Leaver") < text.index("Soon Leaver")
    assert text.count("is-late") == 1
    assert late.due_at < soon.due_at
    assert outbox.all()


def _asked(world, name):
    made = contact(world.congress, person(name))
    db.session.commit()
    return ask_for_removal(world.actor("organiser"), made.id)


def test_what_was_decided_is_listed_apart(client, world, request_, outbox):
    decide_removal(world.actor("manager"), request_.id, approve=True)
    browser = client.as_(world.second_manager)
    assert "Other Contact" not in browser.get("/staff/removals").text
    decided = browser.get("/staff/removals?state=decided").text
    assert "Other Contact" in decided
    assert "Approved" in decided
    assert outbox.all()


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIiwgMSwgMl0"])
def test_a_forged_cursor_shows_the_first_page(client, world, request_, cursor):
    assert "Other Contact" in client.as_(world.manager).get(f"/staff/removals?cursor={cursor}").text
