"""Contacts and attendees answer each other by mail; nothing of it lands among the mail that staff sort (WHO-2)."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.blueprints.questions.public_form import ATTENDEE
from portal.db import db
from portal.inbound.models import InboundMail
from portal.inbound.queries import mail_page
from portal.mail.addresses import bounce_address, question_address, told_by
from portal.mail.models import OutboundMail
from portal.questions.following import erase_by_link
from portal.questions.models import QuestionMessage
from portal.tickets.models import Ticket
from portal.tickets.storage import store
from tests.inbound.letters import brought, filed, letter, stored
from tests.outbox import Outbox
from tests.people import World
from tests.questions.scenes import MIA, answered, as_stored, asked, confirmed, count, removed

pytestmark = pytest.mark.usefixtures("takes_mail", "outbox")
ELSE = "else@attendees.example"


@pytest.fixture
def takes_mail(app: Flask) -> Iterator[None]:
    """The portal has an address at which mail comes in."""
    before = app.extensions["settings"]
    app.extensions["settings"] = before.model_copy(update={"inbound_address": "support@conf.example"})
    yield
    app.extensions["settings"] = before


def turns() -> list[tuple[int | None, str, str]]:
    found = select(QuestionMessage).order_by(QuestionMessage.id)
    return [(turn.author_id, turn.channel, turn.body) for turn in db.session.scalars(found)]


def nothing_kept(mail: InboundMail) -> bool:
    told = f"{mail.sender}{mail.sender_name}{mail.subject}{mail.body}{mail.envelope_from}{mail.envelope_to}"
    return (mail.state, mail.reason, told) == ("ignored", "question", "[]") and not store().has(
        mail.storage_name
    )


def test_a_contact_answers_by_replying_to_the_mail(world: World, outbox: Outbox) -> None:
    question, _ = confirmed(world)
    mail = next(mail for mail in outbox.all() if mail.person_id == world.contact.id)
    assert "Reply to this mail" in mail.body_text
    to = mail.headers["Reply-To"].rpartition("<")[2].strip(">")
    told = told_by(to)
    assert told is not None
    assert (told.about, told.question_id, told.person_id) == ("question", question.id, world.contact.id)
    kept = filed(letter(world.contact.email.upper(), "In your profile."), to=to)
    assert turns() == [(world.contact.id, "mail", "In your profile.")]
    (sent,) = outbox.all()
    assert (sent.address, sent.subject) == (MIA, "Answer from Congress team")
    assert world.contact.email not in sent.body_text
    assert nothing_kept(kept)
    assert as_stored(question).state == "answered"


def test_an_attendee_replies_to_the_answer(world: World, outbox: Outbox) -> None:
    question, _ = confirmed(world)
    answered(world, question)
    answer = outbox.all()[-1]
    to = answer.headers["Reply-To"].rpartition("<")[2].strip(">")
    assert "Congress team" in answer.headers["Reply-To"]
    kept = filed(letter(f"Mia <{MIA}>", "It works, thank you."), to=to)
    assert turns()[-1] == (None, "mail", "It works, thank you.")
    assert sorted(mail.address for mail in outbox.all()) == sorted(
        [world.contact.email, world.other_contact.email]
    )
    assert nothing_kept(kept)


def test_a_reply_that_went_to_supports_own_address_is_known_by_its_thread(
    world: World, outbox: Outbox
) -> None:
    question, _ = confirmed(world)
    answered(world, question)
    answer = outbox.all()[-1]
    kept = filed(letter(MIA, "Thanks!", In_Reply_To=answer.message_id))
    assert turns()[-1] == (None, "mail", "Thanks!")
    assert nothing_kept(kept)
    assert count(Ticket) == 0


@pytest.mark.parametrize("sender", [ELSE, "agent@people.example", "contact@people.example"])
def test_nobody_else_writes_as_the_attendee_and_the_attendee_hears_of_it(
    world: World, outbox: Outbox, sender: str
) -> None:
    question, _ = confirmed(world)
    outbox.all()
    kept = filed(letter(sender, "Let me in."), to=question_address(question.id, 0))
    assert turns() == []
    assert [(mail.address, mail.subject) for mail in outbox.all()] == [
        (MIA, "New links to your questions on Congress")
    ]
    assert nothing_kept(kept)


@pytest.mark.parametrize("sender", [MIA, ELSE, "other.contact@people.example"])
def test_nobody_else_answers_at_a_contacts_address(world: World, outbox: Outbox, sender: str) -> None:
    question, _ = confirmed(world)
    outbox.all()
    kept = filed(letter(sender, "As the contact."), to=question_address(question.id, world.contact.id))
    assert turns() == []
    assert outbox.all() == []
    assert nothing_kept(kept)


def test_a_removed_contact_answers_nobody_by_mail(world: World, outbox: Outbox) -> None:
    question, _ = confirmed(world)
    outbox.all()
    removed(world, "contact")
    kept = filed(letter(world.contact.email, "Late."), to=question_address(question.id, world.contact.id))
    assert turns() == []
    assert MIA not in [mail.address for mail in outbox.all()]
    assert nothing_kept(kept)


def test_an_answer_to_an_erased_question_is_told_back(world: World, outbox: Outbox) -> None:
    question, token = confirmed(world)
    erase_by_link(ATTENDEE, token)
    outbox.all()
    filed(letter(world.contact.email, "Hm."), to=question_address(question.id, world.contact.id))
    (mail,) = outbox.all()
    assert (mail.address, mail.subject) == (world.contact.email, "Your answer was not sent")
    assert "erased" in mail.body_text


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk", "List_Id": "<x.example>"}]
)
def test_machines_write_nothing(world: World, outbox: Outbox, headers: dict[str, str]) -> None:
    question, _ = confirmed(world)
    outbox.all()
    kept = filed(letter(MIA, "I am away.", **headers), to=question_address(question.id, 0))
    assert turns() == []
    assert outbox.all() == []
    assert nothing_kept(kept)


def test_the_same_mail_brought_twice_is_one_turn(world: World) -> None:
    question, _ = confirmed(world)
    raw = letter(MIA, "Once.")
    for received in (raw, b"Received: from elsewhere\n" + raw):
        filed(received, to=question_address(question.id, 0), sender=MIA)
    assert turns() == [(None, "mail", "Once.")]


def test_files_are_said_to_be_left_out(world: World) -> None:
    question, _ = confirmed(world)
    filed(letter(MIA, "See the picture.", files={"a.bin": b"x"}), to=question_address(question.id, 0))
    assert turns()[-1][2].startswith("See the picture.\n\n(Something that came with this mail")


def test_a_forged_address_is_no_question(world: World) -> None:
    question, _ = confirmed(world)
    local, _, domain = question_address(question.id, 0).partition("@")
    forged = f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}"
    assert filed(letter(MIA, "Hm."), to=forged).reason != "question"
    assert turns() == []


def test_a_bounce_is_noted_and_shows_the_address_to_nobody(world: World, outbox: Outbox) -> None:
    asked(world)
    mail = outbox.all()[-1]
    mail.state = "sent"
    db.session.commit()
    report = (
        "From: mailer-daemon@home.example\nTo: x\nSubject: failed\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nNo.\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; home.example\n\nFinal-Recipient: rfc822; {MIA}\nAction: failed\nStatus: 5.1.1\n\n--b--\n"
    )
    kept = filed(report.encode(), to=bounce_address(mail.id), sender="")
    assert nothing_kept(kept)
    assert db.session.get_one(OutboundMail, mail.id).state == "bounced"


def test_staff_who_sort_mail_are_shown_none_of_it(world: World) -> None:
    question, _ = confirmed(world)
    filed(letter(MIA, "Hello?"), to=question_address(question.id, 0))
    for view in ("waiting", "filed", "ignored", "discarded"):
        assert mail_page(world.actor("manager"), view, None).items == []


def test_a_worker_that_dies_half_way_writes_it_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.inbound import attendees
    from portal.inbound.filing import file_mail

    question, _ = confirmed(world)
    key = brought(letter(MIA, "Once."), to=question_address(question.id, 0))

    def dies(_: int) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(attendees, "_emptied", dies)
        with pytest.raises(OSError, match="killed"):
            file_mail(key)
    file_mail(key)
    assert turns() == [(None, "mail", "Once.")]
    assert nothing_kept(stored(key))
    assert db.session.scalar(select(func.count()).select_from(QuestionMessage)) == 1
