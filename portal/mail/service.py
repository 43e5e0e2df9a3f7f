"""Sending what was written."""

import re

import structlog
from flask import current_app
from flask_mail import Mail
from flask_mail import Message as Letter
from sqlalchemy import select

from portal.accounts.actor import Scope
from portal.accounts.models import Organisation
from portal.accounts.queries import actor_for
from portal.clock import now
from portal.db import db, in_transaction
from portal.documents.service import attachment
from portal.mail.models import OutboundMail
from portal.mail.refusals import is_permanent
from portal.questions.queries import may_still_have

log = structlog.get_logger(__name__)
mail = Mail()

GIVE_UP_AFTER = 14
ONE_TIME_LINK = re.compile(r"(/(?:invitations|password-reset|asked/confirmation|asked)/)[\w-]+")


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
        mail.send(_letter(found))
        found.state, found.sent_at = "sent", now()
        _forget_links(found)
    else:
        found.state = "withheld"
    found.attempts += 1
    log.info("mail", mail_id=found.id, state=found.state)


def _forget_links(found: OutboundMail) -> None:
    # Whoever reads this table later must not be able to sign in with what was once mailed.
    found.body_text = ONE_TIME_LINK.sub(r"\1...", found.body_text)
    found.body_html = ONE_TIME_LINK.sub(r"\1...", found.body_html)


def _may_have(found: OutboundMail) -> bool:
    if found.question_id is not None and found.person_id is None:
        return may_still_have(found.question_id, found.address, found.cause)
    if found.person_id is None:
        billed = select(Organisation.billing_email).where(Organisation.id == found.organisation_id)
        return db.session.scalar(billed) == found.address
    addressee = actor_for(found.person_id)
    if found.permission is None:
        return addressee is not None
    scope = Scope(found.event_id, found.organisation_id)
    return addressee is not None and addressee.may(found.permission, scope)


def _letter(found: OutboundMail) -> Letter:
    letter = Letter(
        subject=found.subject, recipients=[found.address], body=found.body_text, html=found.body_html,
        sender=(found.sender_name, current_app.config["MAIL_DEFAULT_SENDER"][1]) if found.sender_name else None,
    )  # fmt: skip
    letter.msgId = f"<{found.id}.{found.queued_at:%Y%m%d%H%M%S}@{current_app.config['MAIL_DOMAIN']}>"
    letter.extra_headers = {"Auto-Submitted": "auto-generated", **found.headers}
    if found.calendar:
        letter.alts[f"calendar; method={found.calendar_method}"] = found.calendar
    if found.document_id is not None:
        name, content = attachment(found.document_id)
        letter.attach(name, "application/pdf", content)
    return letter


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
