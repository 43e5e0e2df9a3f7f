"""A report that a mail of ours did not arrive goes on that mail's record, and whoever answered hears of it."""

from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from sqlalchemy import select

from portal.db import db
from portal.inbound import reasons
from portal.mail.addresses import bounce_address
from portal.mail.models import OutboundMail
from tests.inbound.letters import filed
from tests.tickets.scenes import asked, replied

pytestmark = pytest.mark.usefixtures("takes_mail", "outbox")


def report(address: str, original: str, action: str = "failed") -> bytes:
    """A report as mail servers write it (RFC 3464)."""
    whole = MIMEMultipart("report", report_type="delivery-status")
    whole["From"], whole["To"] = "MAILER-DAEMON@mx.example", "support@conf.example"
    whole["Subject"] = "Undelivered Mail Returned to Sender"
    whole["Auto-Submitted"] = "auto-replied"
    whole.attach(MIMEText("I could not deliver it."))
    status, server, recipient = MIMEMessage(EmailMessage()), EmailMessage(), EmailMessage()
    status.set_type("message/delivery-status")
    server["Reporting-MTA"] = "dns; mx.example"
    recipient["Final-Recipient"] = f"rfc822; {address}"
    recipient["Action"] = action
    recipient["Status"] = "5.1.1" if action == "failed" else "4.4.1"
    recipient["Diagnostic-Code"] = "smtp; 550 No such user"
    for part in (server, recipient):
        for name in ("MIME-Version", "Content-Type"):
            del part[name]
    status.set_payload([server, recipient])
    whole.attach(status)
    returned = EmailMessage()
    returned["Message-ID"] = original
    whole.attach(MIMEMessage(returned))
    return whole.as_bytes()


@pytest.fixture
def answer(world, run_jobs):
    """An answer of support that was sent to the contact."""
    ticket = asked(world)
    replied(world, ticket, "agent", "Try again.")
    run_jobs()
    db.session.rollback()
    sent = (
        select(OutboundMail)
        .where(OutboundMail.person_id == world.contact.id)
        .order_by(OutboundMail.id.desc())
    )
    return db.session.scalars(sent.limit(1)).one()


def now_of(mail):
    db.session.rollback()
    db.session.remove()
    return db.session.get_one(OutboundMail, mail.id)


@pytest.mark.parametrize("way", ["address", "message-id"])
def test_a_bounce_is_on_record_and_told(client, world, outbox, answer, way):
    outbox.all()
    to = bounce_address(answer.id) if way == "address" else "support@conf.example"
    named = "<else@where.example>" if way == "address" else answer.message_id
    mail = filed(report(answer.address, named), to=to, sender="")
    assert (mail.state, mail.reason) == ("ignored", reasons.BOUNCE)
    bounced = now_of(answer)
    assert bounced.state == "bounced"
    assert "5.1.1" in bounced.bounce_reason
    [told] = outbox.all()
    assert told.person_id == world.agent.id
    assert answer.address in told.body_text
    page = client.as_(world.organiser).get(f"/events/{world.congress.id}/contacts").text
    assert "Mail fails" in page


def test_a_delay_changes_nothing(world, outbox, answer):
    outbox.all()
    filed(report(answer.address, answer.message_id, "delayed"), sender="")
    assert now_of(answer).state == "sent"
    assert outbox.all() == []


def test_a_report_on_a_mail_of_others_changes_nothing(world, outbox, answer):
    outbox.all()
    mail = filed(report("x@y.example", "<else@where.example>"), sender="")
    assert (mail.state, mail.reason) == ("ignored", reasons.BOUNCE)
    assert now_of(answer).state == "sent"
    assert outbox.all() == []


def test_the_same_report_twice_is_told_once(world, outbox, answer):
    outbox.all()
    for number in range(2):
        filed(b"Received: %d\r\n" % number + report(answer.address, answer.message_id), sender="")
    assert len(outbox.all()) == 1
