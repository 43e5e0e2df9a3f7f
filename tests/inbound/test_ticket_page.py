"""The ticket page tells support how a turn came and whom it reached; customers see no address of it."""

import pytest
from sqlalchemy import select, update

from portal.clock import now
from portal.db import db
from portal.mail.addresses import reply_address
from portal.mail.models import OutboundMail
from portal.mail.service import deliver
from tests.inbound.letters import filed, letter
from tests.tickets.scenes import asked, replied

pytestmark = pytest.mark.usefixtures("takes_mail", "outbox")


@pytest.fixture
def conversation(world):
    """A ticket with a customer's mail, and support's answer, which came back."""
    ticket = asked(world)
    text = "It is this one.\n\nOn Monday, support wrote:\n> Which printer?\n"
    files = {"setup.exe": b"MZ"}
    filed(letter(world.contact.email, text, files=files), to=reply_address(ticket.id, world.contact.id))
    answer = replied(world, ticket, "agent", "Try again.")
    came_back = update(OutboundMail).where(OutboundMail.ticket_message_id == answer.id)
    db.session.execute(
        came_back.values(state="bounced", bounced_at=now(), bounce_reason="5.1.1 No such user")
    )
    db.session.commit()
    return ticket


def test_support_sees_how_it_came_and_whom_it_reached(client, world, conversation):
    page = client.as_(world.agent).get(f"/tickets/{conversation.id}").text
    for told in ("by mail", "Which printer?", "setup.exe", "Came back", "5.1.1 No such user", "On its way"):
        assert told in page


def test_customers_see_the_words_and_nobodys_address(client, world, conversation):
    page = client.as_(world.other_contact).get(f"/tickets/{conversation.id}").text
    assert "Which printer?" in page
    for hidden in ("Came back", "5.1.1", "setup.exe", world.agent.email, world.contact.email):
        assert hidden not in page


def test_what_a_colleagues_mail_repeats_stays_with_support(client, world, run_jobs):
    ticket = asked(world)
    run_jobs()
    text = "Under Print.\n\nOn Monday, the portal wrote:\n> Only for staff\n"
    filed(letter(world.agent.email, text), to=reply_address(ticket.id, world.agent.id))
    assert "Only for staff" in client.as_(world.agent).get(f"/tickets/{ticket.id}").text
    assert "Only for staff" not in client.as_(world.contact).get(f"/tickets/{ticket.id}").text


def test_an_answer_waits_while_the_mail_server_is_away_and_goes_out_once(
    app, client, world, run_jobs, monkeypatch
):
    ticket = asked(world)
    run_jobs()
    answer = replied(world, ticket, "agent", "Try again.")
    with monkeypatch.context() as away:
        away.setattr(app.extensions["mail"], "port", 1)
        assert run_jobs() == []
    assert "On its way" in client.as_(world.agent).get(f"/tickets/{ticket.id}").text
    [mail_id] = db.session.scalars(select(OutboundMail.id).where(OutboundMail.ticket_message_id == answer.id))
    deliver(mail_id)
    deliver(mail_id)
    assert "Mailed to 1 person" in client.as_(world.agent).get(f"/tickets/{ticket.id}").text
    db.session.rollback()
    assert db.session.get_one(OutboundMail, mail_id).state == "sent"
