"""Ten messages by mail alone, as mail programs write them: nobody opens the page, and every word is there once."""

import smtplib
from email.message import EmailMessage
from email.utils import make_msgid, parseaddr

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Session
from portal.db import db
from portal.tickets.models import Message, Ticket
from tests.inbound.conftest import ADDRESS
from tests.inbound.open_door import OpenDoor

pytestmark = pytest.mark.usefixtures("takes_mail", "outbox")

SAID = (
    "Our badges print in one column.", "Which paper do you use?", "A4, with two labels.", "Choose two columns.",
    "I do not find it.", "It appears once the paper is labels.", "Found it!\n\nNow the names are cut off.",
    "Set the type smaller.", "That did it. Does it stay?", "It does, for this event.",
)  # fmt: skip


def text_of(mail: EmailMessage) -> str:
    """What a mail says, as text."""
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part else ""


def answer(sender: str, said: str, answered: EmailMessage | None) -> tuple[str, bytes]:
    """What a mail program sends: to the Reply-To, under the same subject, with the mail that it answers below."""
    written = EmailMessage()
    to = parseaddr(str(answered["Reply-To"]))[1] if answered else ADDRESS
    written["From"], written["To"], written["Message-ID"] = sender, to, make_msgid(domain="home.example")
    written["Subject"] = f"Re: {answered['Subject']}" if answered else "Badges"
    if answered is not None:
        written["In-Reply-To"] = written["References"] = str(answered["Message-ID"])
        quoted = "\n".join(f"> {line}" for line in text_of(answered).splitlines())
        said += f"\n\nOn Mon, 1 Jun 2026 at 16:05, Support <{ADDRESS}> wrote:\n\n{quoted}"
    written.set_content(said)
    return to, written.as_bytes()


def test_ten_messages_without_a_page(app, world, run_jobs):
    answered = None
    with OpenDoor(app) as port:
        for number, said in enumerate(SAID):
            sender, reader = (world.contact, world.agent) if number % 2 == 0 else (world.agent, world.contact)
            to, raw = answer(sender.email, said, answered)
            with smtplib.LMTP("127.0.0.1", port) as client:
                client.sendmail(sender.email, [to], raw)
            # The mail is filed by one job, which queues others.
            arrived = [mail for mail in (*run_jobs(), *run_jobs()) if mail["To"] == reader.email]
            [answered] = [mail for mail in arrived if f"> {said.splitlines()[-1]}" in text_of(mail)]
    db.session.rollback()
    turns = db.session.execute(
        select(Message.body, Message.from_staff, Message.channel).order_by(Message.id)
    ).all()
    assert [tuple(turn) for turn in turns] == [(said, n % 2 == 1, "mail") for n, said in enumerate(SAID)]
    assert db.session.scalars(select(func.count()).select_from(Ticket)).one() == 1
    assert db.session.scalars(select(func.count()).select_from(Session)).one() == 0
    assert db.session.scalars(select(Ticket.state)).one() == "waiting"
