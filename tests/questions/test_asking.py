"""Asking on a help page: what is taken, what is mailed to whom, and when it reaches the contacts (WHO-2)."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from portal.accounts.actor import SYSTEM
from portal.blueprints.questions.public_form import ATTENDEE
from portal.clock import now
from portal.db import db
from portal.errors import Conflict, Invalid, NotFound
from portal.mail.models import OutboundMail
from portal.questions import asking
from portal.questions.erasing import forget_unconfirmed
from portal.questions.help_pages import change_help_page, help_at
from portal.questions.links import LinkGone
from portal.questions.models import Question, QuestionLink
from tests.outbox import Outbox
from tests.people import World, event
from tests.questions.scenes import BODY, MIA, as_stored, asked, confirmed, count, history, link_in_mail

pytestmark = pytest.mark.usefixtures("outbox")


def test_an_unconfirmed_question_reaches_the_asker_alone_and_carries_nothing_typed(
    world: World, outbox: Outbox
) -> None:
    question = asked(world, name="Buy Cheap Things")
    (mail,) = outbox.all()
    assert (mail.address, mail.person_id, mail.question_id) == (MIA, None, question.id)
    assert mail.sender_name == "Congress team"
    sent = mail.subject + mail.body_text + mail.body_html
    assert "badge" not in sent
    assert "Cheap" not in sent
    assert history() == []


def test_a_confirmed_question_reaches_every_contact_of_the_event_and_nobody_else(
    world: World, outbox: Outbox
) -> None:
    question = asked(world)
    token = link_in_mail(question)
    outbox.all()
    asking.confirm_question(ATTENDEE, token)
    mails = outbox.all()
    assert sorted(mail.address for mail in mails if mail.person_id) == sorted(
        [world.contact.email, world.other_contact.email]
    )
    assert [mail.address for mail in mails if not mail.person_id] == [MIA]
    assert all(mail.permission == "question:read" for mail in mails if mail.person_id)
    assert MIA not in "".join(mail.body_text + mail.body_html for mail in mails)
    assert as_stored(question).state == "open"
    assert history() == [("question.confirmed", "open")]


def test_a_link_confirms_once(world: World) -> None:
    question = asked(world)
    token = link_in_mail(question)
    asking.confirm_question(ATTENDEE, token)
    with pytest.raises(LinkGone):
        asking.confirm_question(ATTENDEE, token)
    assert history() == [("question.confirmed", "open")]


def test_a_link_to_follow_confirms_nothing_and_the_other_way_round(world: World) -> None:
    _, follow = confirmed(world)
    with pytest.raises(LinkGone):
        asking.confirm_question(ATTENDEE, follow)


def test_a_question_is_confirmed_within_48_hours_or_forgotten(world: World) -> None:
    question = asked(world)
    token = link_in_mail(question)
    with time_machine.travel(now() + timedelta(hours=47), tick=False):
        assert forget_unconfirmed(SYSTEM) == 0
    with time_machine.travel(now() + timedelta(hours=49), tick=False):
        with pytest.raises(LinkGone):
            asking.confirm_question(ATTENDEE, token)
        assert forget_unconfirmed(SYSTEM) == 1
    assert (count(Question), count(QuestionLink), count(OutboundMail)) == (0, 0, 0)


def test_a_confirmed_question_is_not_forgotten(world: World) -> None:
    confirmed(world)
    with time_machine.travel(now() + timedelta(hours=49), tick=False):
        assert forget_unconfirmed(SYSTEM) == 0
    assert count(Question) == 1


def test_the_same_form_sent_twice_is_one_question_and_one_mail(world: World, outbox: Outbox) -> None:
    first, second = asked(world, form_key="k"), asked(world, form_key="k")
    assert first.id == second.id
    assert len(outbox.all()) == 1


def test_an_edited_form_sent_again_is_another_question(world: World, outbox: Outbox) -> None:
    first, second = asked(world, form_key="k"), asked(world, form_key="k", body="And another thing?")
    assert first.id != second.id
    assert len(outbox.all()) == 2


def test_nobody_can_be_bombed_with_mail(app: Flask, world: World, outbox: Outbox) -> None:
    most = app.extensions["settings"].help_mails_a_day
    for number in range(most):
        asked(world, body=f"Question {number}?", email="MIA@Attendees.example" if number % 2 else MIA)
    with pytest.raises(Invalid) as refused:
        asked(world, body="One more?")
    assert "email" in refused.value.fields
    assert len(outbox.all()) == most
    assert asked(world, email="somebody.else@attendees.example")
    with time_machine.travel(now() + timedelta(hours=25), tick=False):
        assert asked(world, body="The next day?")


def test_contacts_answers_are_not_held_back_by_that_limit(app: Flask, world: World) -> None:
    from tests.questions.scenes import answered

    question, _ = confirmed(world)
    for number in range(app.extensions["settings"].help_mails_a_day + 1):
        answered(world, question, body=f"Answer {number}.")
    assert count(OutboundMail, OutboundMail.cause.startswith("question-answer:")) == 6


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "<b>Mia</b>"}),
        ("name", {"name": "x" * 200}),
        ("email", {"email": "nobody"}),
        ("email", {"email": "a@b.example\nBcc: c@d.example"}),
        ("body", {"body": " \n "}),
        ("body", {"body": "x" * 4001}),
        ("body", {"body": "http://a.example https://b.example www.c.example"}),
    ],
)
def test_what_cannot_be_taken_is_told_beside_its_field(
    world: World, outbox: Outbox, field: str, changes: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        asked(world, **changes)
    assert list(refused.value.fields) == [field]
    assert outbox.all() == []


def test_there_is_no_help_page_of_an_unknown_event(world: World) -> None:
    with pytest.raises(NotFound):
        asking.ask_question(ATTENDEE, "no-such-event", name="Mia", email=MIA, body=BODY, form_key="k")


def test_an_event_without_contacts_takes_no_questions(world: World) -> None:
    bare = event(world.society, "Bare")
    db.session.commit()
    assert not help_at(bare.slug).takes_questions
    with pytest.raises(Conflict):
        asked(world, event=bare)


def test_a_page_that_is_switched_off_takes_none_and_confirms_none(world: World) -> None:
    question = asked(world)
    token = link_in_mail(question)
    change_help_page(world.actor("organiser"), world.congress.id, is_open=False, team_name="", intro="")
    with pytest.raises(Conflict):
        asked(world, body="Another?")
    with pytest.raises(Conflict):
        asking.confirm_question(ATTENDEE, token)
    assert as_stored(question).state == "unconfirmed"
    change_help_page(world.actor("organiser"), world.congress.id, is_open=True, team_name="", intro="")
    assert asking.confirm_question(ATTENDEE, token)
