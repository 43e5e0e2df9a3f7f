"""Mail about a ticket is one thread, can be answered by its signed address, and takes its files along."""

from io import BytesIO

import pytest

from portal.db import db
from portal.inbound.turn_text import SentFile
from portal.mail.addresses import Told, bounce_address, reply_address, told_by
from portal.mail.models import OutboundMail
from portal.tickets.uploads import take
from tests.inbound.conftest import ADDRESS
from tests.tickets.scenes import asked, png, replied

pytestmark = pytest.mark.usefixtures("takes_mail", "outbox")


@pytest.fixture
def takes_mail(app):
    before = app.extensions["settings"]
    app.extensions["settings"] = before.model_copy(update={"inbound_address": ADDRESS})
    yield
    app.extensions["settings"] = before


def to(person, received):
    return [mail for mail in received if mail["To"] == person.email]


def test_the_mails_of_a_ticket_are_one_thread(world, run_jobs, mail_server):
    ticket = asked(world)
    [receipt] = to(world.contact, run_jobs())
    replied(world, ticket, "agent", "Which printer?")
    [answer] = to(world.contact, run_jobs())
    assert receipt["Subject"] == answer["Subject"] == f"[#{ticket.id}] Badges in two columns"
    assert answer["In-Reply-To"] == receipt["Message-ID"]
    assert answer["References"].split()[-1] == receipt["Message-ID"]
    assert answer["Reply-To"].endswith(f"<{reply_address(ticket.id, world.contact.id)}>")
    for part in ("plain", "html"):
        text = answer.get_body((part,)).get_content()
        assert text.index("Please write your reply above this line") < text.index("Which printer?")


def test_each_has_an_address_of_their_own(world, run_jobs):
    asked(world)
    received = run_jobs()
    [agents], [contacts] = to(world.agent, received), to(world.contact, received)
    assert agents["Reply-To"] != contacts["Reply-To"]
    assert contacts["Message-ID"] not in (agents["References"] or "")


def test_the_message_ids_that_are_sent_are_those_on_record(world, run_jobs):
    asked(world)
    [receipt] = to(world.contact, run_jobs())
    db.session.rollback()
    kept = db.session.scalars(
        db.select(OutboundMail.message_id).where(OutboundMail.person_id == world.contact.id)
    )
    assert kept.all() == [receipt["Message-ID"]]


def test_bounces_come_back_to_a_signed_address(world, run_jobs, mail_server):
    mail_server.envelopes.clear()
    asked(world)
    run_jobs()
    db.session.rollback()
    sent = db.session.scalars(db.select(OutboundMail.id)).all()
    assert sorted(mail_server.envelopes) == sorted(bounce_address(mail_id) for mail_id in sent)


def test_files_of_an_answer_travel_with_it(world, run_jobs):
    ticket = asked(world)
    run_jobs()
    taken = take([SentFile("screen.png", BytesIO(png()))], (), world.agent.id)
    replied(world, ticket, "agent", "See the picture.", uploads=taken.uploads)
    [answer] = to(world.contact, run_jobs())
    assert [(file.get_filename(), file.get_content()) for file in answer.iter_attachments()] == [
        ("screen.png", png())
    ]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("support@conf.example", Told("support")),
        ("Support@CONF.example", Told("support")),
        ("support+fair-2@conf.example", Told("event", slug="fair-2")),
        ("support+@conf.example", Told("support")),
        ("support+x@other.example", None),
        ("other@conf.example", None),
        ("", None),
        ("@", None),
        ("support+" + "a" * 32 + "@conf.example", Told("forged", slug="a" * 32)),
    ],
)
def test_what_an_address_tells(app, context, address, told):
    assert told_by(address) == told


@pytest.mark.parametrize("ticket_id", [1, 255, 2**40 - 1])
def test_a_signed_address_tells_its_ticket_and_person(app, context, ticket_id):
    told = told_by(reply_address(ticket_id, 7))
    assert told == Told("ticket", ticket_id=ticket_id, person_id=7)
    assert len(reply_address(ticket_id, 7).partition("@")[0]) <= 64


def test_every_changed_letter_of_a_signed_address_is_noticed(app, context):
    local, _, domain = reply_address(12, 7).partition("@")
    start = len("support+")
    for at in range(start, len(local)):
        other = "a" if local[at] != "a" else "b"
        told = told_by(f"{local[:at]}{other}{local[at + 1 :]}@{domain}")
        assert told is not None
        assert told.about == "forged"


def test_another_key_signs_other_addresses(app, context):
    mine = reply_address(12, 7)
    before = app.extensions["settings"]
    app.extensions["settings"] = before.model_copy(update={"secret_key": type(before.secret_key)("y" * 40)})
    try:
        told = told_by(mine)
    finally:
        app.extensions["settings"] = before
    assert told is not None
    assert told.about == "forged"
