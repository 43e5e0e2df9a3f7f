"""Whether support helped: asked once after closing, answered without signing in, changed once at most."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Invalid, NotFound
from portal.mail.models import OutboundMail
from portal.tickets.models import Ticket
from portal.tickets.models_goals import Satisfaction
from portal.tickets.satisfaction import rate_ticket
from portal.tickets.satisfaction_links import satisfaction_token
from tests.outbox import Outbox
from tests.people import World
from tests.policy.moments import et
from tests.signing_in import PortalClient
from tests.tickets.scenes import asked, closed, replied

LINK = re.compile(r"/satisfaction/[^\s?]+\?answer=(?:good|bad)")
NOON = "2026-06-02 12:00"


def at(moment: str) -> Any:
    """That moment on the US Eastern wall clock."""
    return time_machine.travel(et(moment), tick=False)


@pytest.fixture
def ticket(world: World) -> Ticket:
    """Answered and closed by support."""
    with at(NOON):
        made = asked(world)
        replied(world, made, "agent")
        return closed(world, made)


def closing_mails(outbox: Outbox) -> list[OutboundMail]:
    """The mails about the closing."""
    return [mail for mail in outbox.all() if mail.cause.startswith("ticket-closed")]


def said() -> Satisfaction:
    """What is stored."""
    db.session.rollback()
    db.session.remove()
    return db.session.scalars(db.select(Satisfaction)).one()


def test_the_closing_mail_asks_whoever_asked(world: World, ticket: Ticket, outbox: Outbox) -> None:
    [mail] = closing_mails(outbox)
    assert mail.person_id == world.contact.id
    assert len(LINK.findall(mail.body_text)) == 2


def test_it_is_asked_once_for_all(world: World, ticket: Ticket, outbox: Outbox) -> None:
    outbox.all()
    with at("2026-06-03 12:00"):
        replied(world, ticket, "contact")
        replied(world, ticket, "agent")
        closed(world, ticket)
    [mail] = closing_mails(outbox)
    assert LINK.findall(mail.body_text) == []


def test_a_colleague_who_took_part_is_told_but_not_asked(world: World, outbox: Outbox) -> None:
    with at(NOON):
        made = asked(world)
        replied(world, made, "other_contact")
        replied(world, made, "agent")
        closed(world, made)
    links = {mail.person_id: len(LINK.findall(mail.body_text)) for mail in closing_mails(outbox)}
    assert links == {world.contact.id: 2, world.other_contact.id: 0}


def test_the_link_shows_a_page_and_only_sending_it_counts(
    client: PortalClient, world: World, ticket: Ticket, outbox: Outbox
) -> None:
    contact_id, link = world.contact.id, LINK.findall(closing_mails(outbox)[0].body_text)[0]
    with at("2026-06-03 12:00"):
        page = client.get(link)
        assert page.status_code == 200
        assert 'value="good"' in page.text
        assert said().answer is None
        answer = client.post(link.split("?")[0], {"answer": "good", "comment": "Quick."}, form_at=link)
    assert "Thank you" in answer.text
    assert (said().answer, said().comment) == ("good", "Quick.")
    entry = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "ticket.rated")).one()
    assert (entry.actor_id, entry.after) == (contact_id, {"answer": "good", "comment": "Quick."})


def test_it_can_be_changed_once(world: World, ticket: Ticket, outbox: Outbox) -> None:
    actor = world.actor("contact")
    outbox.all()
    with at("2026-06-03 12:00"):
        rate_ticket(actor, ticket.id, answer="bad")
        rate_ticket(actor, ticket.id, answer="bad")
        assert said().changed_at is None
        rate_ticket(actor, ticket.id, answer="good", comment="It was my mistake.")
        with pytest.raises(Conflict):
            rate_ticket(actor, ticket.id, answer="bad")
    assert (said().answer, said().comment) == ("good", "It was my mistake.")


def test_after_the_window_it_is_over(world: World, ticket: Ticket, outbox: Outbox) -> None:
    outbox.all()
    with at("2026-06-16 12:01"), pytest.raises(Conflict):
        rate_ticket(world.actor("contact"), ticket.id, answer="good")


def test_who_may_answer(world: World, ticket: Ticket, outbox: Outbox) -> None:
    outbox.all()
    with at("2026-06-03 12:00"):
        for name in ("agent", "outsider", "outside_contact"):
            with pytest.raises(NotFound):
                rate_ticket(world.actor(name), ticket.id, answer="good")
        with pytest.raises(Invalid):
            rate_ticket(world.actor("contact"), ticket.id, answer="perfect")


def test_a_forged_link_and_one_of_somebody_removed_are_not_found(
    client: PortalClient, world: World, ticket: Ticket, outbox: Outbox
) -> None:
    outbox.all()
    good, contact_id = satisfaction_token(ticket.id, world.contact.id), world.contact.id
    foreign, unknown = satisfaction_token(ticket.id, world.outsider.id), satisfaction_token(ticket.id, 10**6)
    assert client.get("/satisfaction/WzEsMl0.forged").status_code == 404
    with at("2026-06-03 12:00"):
        assert client.get(f"/satisfaction/{good}").status_code == 200
        assert client.get(f"/satisfaction/{foreign}").status_code == 404
        assert client.get(f"/satisfaction/{unknown}").status_code == 404
        ended = db.text("UPDATE role_grant SET ended_at = now() WHERE person_id = :id")
        db.session.execute(ended, {"id": contact_id})
        db.session.commit()
        assert client.get(f"/satisfaction/{good}").status_code == 404


def test_the_page_asks_the_customer_and_shows_staff_what_was_said(
    client: PortalClient, world: World, ticket: Ticket, outbox: Outbox
) -> None:
    outbox.all()
    with at("2026-06-03 12:00"):
        customer, agent, address = client.as_(world.contact), client.as_(world.agent), f"/tickets/{ticket.id}"
        assert "Did support help you?" in customer.get(address).text
        assert "Did support help you?" not in agent.get(address).text
        answer = customer.post(
            f"{address}/satisfaction", {"answer": "bad", "comment": "Slow."}, form_at=address
        )
        assert answer.status_code == 303
        seen = agent.get(address).text
    assert "The customer on support&#39;s help" in seen
    assert "Slow." in seen
    assert said().answered_at == et("2026-06-03 12:00")


def test_nothing_chosen_says_so(client: PortalClient, world: World, ticket: Ticket, outbox: Outbox) -> None:
    outbox.all()
    good = satisfaction_token(ticket.id, world.contact.id)
    with at("2026-06-03 12:00"):
        answer = client.post(f"/satisfaction/{good}", {"comment": "Hm."})
    assert answer.status_code == 422
    assert "Hm." in answer.text
    assert said().asked_at + timedelta(days=1) == et("2026-06-03 12:00")
