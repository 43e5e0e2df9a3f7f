"""Staff sort the mail that waits: each is decided once, and goes only where its author may write (WHO-1)."""

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Invalid
from portal.inbound import reasons, service
from portal.inbound.filing import file_mail
from portal.tickets.models import Message, Ticket
from tests.inbound.letters import filed, letter, stored
from tests.people import contact
from tests.tickets.scenes import asked

pytestmark = pytest.mark.usefixtures("takes_mail", "outbox")


@pytest.fixture
def waiting(world):
    """A stranger's mail in quarantine."""
    return filed(letter("Ann Stranger <ann@elsewhere.example>", "<b>Let me</b> in", subject="A question"))


def test_the_list_shows_what_waits_and_why(client, world, waiting):
    page = client.as_(world.agent).get("/staff/mail").text
    assert "A question" in page
    assert reasons.SENTENCES[reasons.STRANGER] in page


def test_every_view_says_how_many_wait(client, world, waiting):
    for view in ("waiting", "filed"):
        assert '<span class="count">1</span>' in client.as_(world.agent).get(f"/staff/mail?view={view}").text


def test_an_empty_list_says_so(client, world):
    assert "No mail waits" in client.as_(world.agent).get("/staff/mail").text


@pytest.mark.parametrize("view", ["filed", "ignored", "discarded", "nonsense"])
def test_every_view_answers(client, world, waiting, view):
    assert client.as_(world.agent).get(f"/staff/mail?view={view}").status_code == 200


@pytest.mark.parametrize("who", ["organiser", "contact", "outsider", "moderator", "admin"])
def test_nobody_else_knows_of_it(client, world, waiting, who):
    browser = client.as_(getattr(world, who))
    assert browser.get("/staff/mail").status_code == 403
    assert browser.get(f"/staff/mail/{waiting.id}").status_code == 404
    assert browser.get(f"/staff/mail/{waiting.id}/original.eml").status_code == 404


def test_a_mail_is_shown_as_text_and_saved_as_a_file(client, world, waiting):
    browser = client.as_(world.agent)
    page = browser.get(f"/staff/mail/{waiting.id}").text
    assert "&lt;b&gt;Let me&lt;/b&gt; in" in page
    original = browser.get(f"/staff/mail/{waiting.id}/original.eml")
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert original.mimetype == "application/octet-stream"
    assert b"From: Ann Stranger" in original.data


def test_a_released_mail_opens_a_ticket_in_the_name_of_a_contact(client, world, waiting):
    browser = client.as_(world.agent)
    sent = {"author": world.contact.email, "event": str(world.congress.id)}
    response = browser.post(f"/staff/mail/{waiting.id}/release", sent, form_at=f"/staff/mail/{waiting.id}")
    assert response.status_code == 303
    assert stored(waiting.id).state == "released"
    file_mail(waiting.id)
    mail = stored(waiting.id)
    assert (mail.state, mail.recognised_by, mail.decided_by_id) == ("filed", "staff", world.agent.id)
    ticket = db.session.get_one(Ticket, mail.ticket_id)
    assert (ticket.event_id, ticket.opened_by_id, ticket.channel) == (
        world.congress.id,
        world.contact.id,
        "mail",
    )
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_type == "inbound_mail"))
    assert list(actions) == ["mail.quarantined", "mail.released"]


def test_a_released_mail_joins_a_ticket(world, waiting):
    ticket = asked(world)
    service.release_mail(world.actor("agent"), waiting.id, author=world.contact.email, ticket_id=ticket.id)
    file_mail(waiting.id)
    bodies = db.session.scalars(
        select(Message.body).where(Message.ticket_id == ticket.id).order_by(Message.id)
    )
    assert list(bodies)[-1] == "<b>Let me</b> in"


@pytest.mark.parametrize(
    ("author", "place", "field"),
    [
        ("outside_contact", "event", "author"),
        ("organiser", "event", "author"),
        ("nobody", "event", "author"),
        ("second_manager", "ticket", "author"),
        ("contact", "nowhere", "ticket"),
        ("contact", "unknown", "ticket"),
    ],
)
def test_it_goes_only_where_its_author_may_write(world, waiting, author, place, field):
    where = {
        "event": {"event_id": world.congress.id}, "ticket": {"ticket_id": asked(world).id},
        "nowhere": {}, "unknown": {"ticket_id": 10**9},
    }[place]  # fmt: skip
    with pytest.raises(Invalid) as refused:
        service.release_mail(world.actor("agent"), waiting.id, author=getattr(world, author).email, **where)
    assert list(refused.value.fields) == [field]
    assert stored(waiting.id).state == "quarantined"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"author": "x"},
        {"author": "a@b.example", "ticket": "x" * 99},
        {"author": "\x00", "event": "9" * 40},
    ],
)
def test_bad_input_is_told_and_kept(client, world, waiting, sent):
    browser = client.as_(world.agent)
    response = browser.post(f"/staff/mail/{waiting.id}/release", sent, form_at=f"/staff/mail/{waiting.id}")
    assert response.status_code == 422
    assert stored(waiting.id).state == "quarantined"


def test_a_mail_is_put_away_with_a_reason(client, world, waiting):
    browser, place = client.as_(world.agent), f"/staff/mail/{waiting.id}"
    assert browser.post(f"{place}/disposal", {"reason": " "}, form_at=place).status_code == 422
    assert browser.post(f"{place}/disposal", {"reason": "Advertising"}, form_at=place).status_code == 303
    mail = stored(waiting.id)
    assert (mail.state, mail.decision_reason, mail.decided_by_id) == (
        "discarded",
        "Advertising",
        world.agent.id,
    )
    assert "Advertising" in browser.get("/staff/mail?view=discarded").text


def test_a_mail_is_decided_once(world, waiting):
    service.discard_mail(world.actor("agent"), waiting.id, reason="Advertising")
    with pytest.raises(Conflict, match="Agent was quicker"):
        service.release_mail(
            world.actor("manager"), waiting.id, author=world.contact.email, event_id=world.congress.id
        )


def test_whoever_may_not_write_any_more_is_not_written_for(world, waiting):
    from portal.accounts.grants import end_grant
    from portal.accounts.models import Grant
    from portal.db import in_transaction

    service.release_mail(
        world.actor("agent"), waiting.id, author=world.contact.email, event_id=world.congress.id
    )
    grant = db.session.scalar(select(Grant.id).where(Grant.person_id == world.contact.id))
    in_transaction(lambda: end_grant(grant))
    file_mail(waiting.id)
    assert (stored(waiting.id).state, stored(waiting.id).reason) == ("quarantined", reasons.NOT_THEIRS)


def test_a_colleague_releases_an_answer_that_was_overtaken(world, outbox, run_jobs):
    from portal.mail.addresses import reply_address
    from tests.tickets.scenes import replied

    ticket = asked(world)
    run_jobs()
    replied(world, ticket, "contact", "Never mind.")
    mail = filed(letter(world.agent.email, "My answer."), to=reply_address(ticket.id, world.agent.id))
    service.release_mail(world.actor("agent"), mail.id, author=world.agent.email, ticket_id=ticket.id)
    file_mail(mail.id)
    last = db.session.scalars(
        select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id.desc())
    ).first()
    assert (last.body, last.from_staff) == ("My answer.", True)


def test_a_contact_of_several_events_is_sorted_to_one(world):
    contact(world.workshop, world.contact)
    db.session.commit()
    mail = filed(letter(world.contact.email))
    service.release_mail(
        world.actor("agent"), mail.id, author=world.contact.email, event_id=world.workshop.id
    )
    file_mail(mail.id)
    assert db.session.get_one(Ticket, stored(mail.id).ticket_id).event_id == world.workshop.id
