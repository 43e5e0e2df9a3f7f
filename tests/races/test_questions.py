"""Attendees and contacts at the same moment: a link that confirms once, and no more mail than is allowed."""

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, true

from portal.accounts.actor import Actor
from portal.blueprints.questions.public_form import ATTENDEE
from portal.mail.models import OutboundMail
from portal.questions import asking, escalating, mail_limit
from portal.questions.models import Question
from portal.questions.queries import question_for
from portal.tickets.models import Ticket
from tests.people import World
from tests.questions.scenes import MIA, asked, confirmed, count, key_of, link_in_mail
from tests.races.contest import at_once, kinds

pytestmark = pytest.mark.usefixtures("outbox")

CLIENTS = 8


def ask(slug: str, number: int) -> Any:
    return asking.ask_question(
        ATTENDEE, slug, name="Mia", email=MIA, body=f"Question {number}?", form_key=str(uuid4())
    )


def mails(app: Flask, world: World) -> int:
    """How many mails one address got when eight questions were asked in its name at once."""
    slug = world.congress.slug
    at_once(app, [lambda number=number: ask(slug, number) for number in range(CLIENTS)])  # type: ignore[misc]
    return count(OutboundMail, OutboundMail.address == MIA)


def test_one_address_gets_no_more_mail_than_is_allowed(app: Flask, world: World) -> None:
    most = app.extensions["settings"].help_mails_a_day
    assert mails(app, world) == most
    assert count(Question) == most


def test_without_the_lock_it_gets_more(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_limit, "one_at_a_time", lambda address: select(func.pg_sleep(0.2)))
    assert mails(app, world) > app.extensions["settings"].help_mails_a_day


def confirmations(app: Flask, world: World) -> dict[str, int]:
    """What eight clicks on one link came to."""
    token = link_in_mail(asked(world))
    return kinds(at_once(app, [lambda: asking.confirm_question(ATTENDEE, token)] * CLIENTS))


def test_a_link_pressed_eight_times_confirms_once(app: Flask, world: World) -> None:
    assert confirmations(app, world) == {"LinkGone": CLIENTS - 1, "str": 1}
    assert count(OutboundMail, OutboundMail.cause.startswith("question-asked:")) == 2


def test_without_looking_at_the_state_it_confirms_again(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "still_unconfirmed", true)
    assert confirmations(app, world).get("str", 0) > 1


def tickets(app: Flask, world: World) -> int:
    """How many tickets came of one question that two contacts passed on, four times each, at once."""
    question, _ = confirmed(world)
    key, contacts = key_of(question), [world.actor("contact"), world.actor("other_contact")]

    def escalate(actor: Actor) -> int:
        ticket = escalating.escalate_question(
            actor, key, topic="how_to", note="", share_address=False, form_key=str(uuid4())
        )
        return ticket.id

    at_once(app, [lambda actor=actor: escalate(actor) for actor in contacts * (CLIENTS // 2)])  # type: ignore[misc]
    return count(Ticket)


def test_a_question_passed_on_by_two_contacts_at_once_is_one_ticket(app: Flask, world: World) -> None:
    assert tickets(app, world) == 1


def test_without_holding_the_question_it_is_more(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escalating, "locked_question", question_for)
    assert tickets(app, world) > 1
