"""Sending what was written."""

import re
from email.utils import quote

import structlog
from flask import current_app
from flask_mail import Mail
from sqlalchemy import select

from portal.accounts.actor import Scope
from portal.accounts.models import Organisation, Person
from portal.accounts.queries import actor_for
from portal.audiences.queries import may_still_be_written
from portal.clock import now
from portal.db import db, in_transaction
from portal.documents.service import attachment
from portal.mail.addresses import bounce_address, takes_replies
from portal.mail.enclosed import files_of
from portal.mail.letter import Letter
from portal.mail.models import OutboundMail
from portal.mail.optional import unsubscribe_token
from portal.mail.post import address_of
from portal.mail.refusals import is_permanent
from portal.mail.threads import new_message_id
from portal.questions.queries import may_still_have

log = structlog.get_logger(__name__)
mail = Mail()

GIVE_UP_AFTER = 14
ONE_TIME_LINK = re.compile(r"(/(?:invitations|password-reset|asked/confirmation|asked|attending)/)[\w-]+")


def deliver(mail_id: int) -> None:
    """Send one mail once, if its addressee may still have it; raises what the mail server raised, to be retried.

    An address that is refused for good makes the mail failed at once, without raising.
    A crash between the server's acceptance and our commit sends it again with the same Message-ID.
    """
    try:
        in_transaction(lambda: _deliver(mail_id))
    except Exception as error:
        described, final = repr(error), is_permanent(error)
        in_transaction(lambda: _note_failure(mail_id, described, final=final))
        if not final:
            raise


def _deliver(mail_id: int) -> None:
    waiting = select(OutboundMail).where(OutboundMail.id == mail_id, OutboundMail.state == "queued")
    found = db.session.scalar(waiting.with_for_update(skip_locked=True))
    if found is None:
        return
    if _may_have(found):
        _send(found)
        found.state, found.sent_at = "sent", now()
        _forget_links(found)
    else:
        found.state = "withheld"
    found.attempts += 1
    log.info("mail", mail_id=found.id, state=found.state)


def _send(found: OutboundMail) -> None:
    letter = _letter(found)
    with mail.connect() as connection:
        connection.send(letter, envelope_from=_return_path(found))


def _return_path(found: OutboundMail) -> str | None:
    # What answers a stranger is sent from nobody: two machines that answer each other would never end.
    if found.answers_id is not None:
        return "<>"
    return bounce_address(found.id) if takes_replies() else None


def _forget_links(found: OutboundMail) -> None:
    # Whoever reads this table later must not be able to sign in with what was once mailed.
    found.body_text = ONE_TIME_LINK.sub(r"\1...", found.body_text)
    found.body_html = ONE_TIME_LINK.sub(r"\1...", found.body_html)


def _may_have(found: OutboundMail) -> bool:
    if found.question_id is not None and found.person_id is None:
        return may_still_have(found.question_id, found.address, found.cause)
    if found.audience_member_id is not None:
        return may_still_be_written(found.audience_member_id, found.address, found.cause)
    if found.answers_id is not None:
        return True
    if found.person_id is None:
        billed = select(Organisation.billing_email).where(Organisation.id == found.organisation_id)
        return db.session.scalar(billed) == found.address
    addressee = actor_for(found.person_id)
    if found.optional and _has_turned_off(found.person_id, found.optional):
        return False
    if found.permission is None:
        return addressee is not None
    scope = Scope(found.event_id, found.organisation_id)
    return addressee is not None and addressee.may(found.permission, scope)


def _letter(found: OutboundMail) -> Letter:
    letter = Letter(
        subject=found.subject, recipients=[found.address], body=found.body_text, html=found.body_html,
        sender=_sender(found),
    )  # fmt: skip
    found.message_id = found.message_id or new_message_id()
    letter.msgId = found.message_id
    letter.reply_to = found.headers.get("Reply-To")
    own = {name: value for name, value in found.headers.items() if name != "Reply-To"}
    letter.extra_headers = {"Auto-Submitted": "auto-generated", **own, **_way_out(found)}
    if found.calendar:
        # An alternative of the text is what mail programs answer to; the file is for those that open files alone.
        letter.alts[f"calendar; method={found.calendar_method}"] = found.calendar
        letter.attach("invite.ics", 'application/ics; name="invite.ics"', found.calendar.encode())
    if found.document_id is not None:
        name, content = attachment(found.document_id)
        letter.attach(name, "application/pdf", content)
    for name, media_type, content in files_of(found):
        letter.attach(name, media_type, content)
    return letter


def _sender(found: OutboundMail) -> str | None:
    # Quoted here: of a name with a comma in it the mail library would make two senders.
    address = current_app.config["MAIL_DEFAULT_SENDER"][1]
    return f'"{quote(found.sender_name)}" <{address}>' if found.sender_name else None


def _has_turned_off(person_id: int, kind: str) -> bool:
    unwanted = db.session.scalar(select(Person.unwanted_mail).where(Person.id == person_id))
    return kind in (unwanted or [])


def _way_out(found: OutboundMail) -> dict[str, str]:
    """RFC 8058: how a mail program turns off optional mail with one click."""
    if found.optional is None or found.person_id is None:
        return {}
    token = unsubscribe_token(found.person_id, found.optional)
    address = address_of("unsubscribing.show", token=token)
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _note_failure(mail_id: int, described: str, *, final: bool) -> None:
    waiting = select(OutboundMail).where(OutboundMail.id == mail_id, OutboundMail.state == "queued")
    found = db.session.scalar(waiting.with_for_update())
    if found is None:
        return
    found.attempts += 1
    found.last_error = described
    if final or found.attempts >= GIVE_UP_AFTER:
        found.state = "failed"
        _forget_links(found)
    log.warning("mail_failed", mail_id=mail_id, attempts=found.attempts, final=final, error=described)
