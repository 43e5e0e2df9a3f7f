"""Mail about an attendee's question goes to those it concerns; nothing of it is kept where staff could read it (WHO-2).

So it is with what comes back of mail to the audience of a session, which was sent in a customer's name.
"""

from dataclasses import dataclass

import structlog
from sqlalchemy import or_, select, update

from portal.accounts.actor import SYSTEM, Actor
from portal.accounts.models import Person
from portal.accounts.queries import actor_for
from portal.clock import now
from portal.db import db, in_transaction
from portal.errors import PortalError
from portal.inbound import reasons
from portal.inbound.authentication import fails
from portal.inbound.models import InboundMail
from portal.inbound.parsed import ParsedMail
from portal.inbound.recognising import tells_of
from portal.inbound.reports import note_bounce
from portal.inbound.turn_text import body_of
from portal.mail.models import OutboundMail
from portal.questions.service import answer_question, remind_of_link, reply_as_attendee, tell_not_sent
from portal.tickets.storage import store

log = structlog.get_logger(__name__)

WAITING = ("received", "released")
ATTENDEE = Actor(person_id=None, name="An attendee")
LEFT_OUT = "(Something that came with this mail, such as a file, could not be passed on.)"


@dataclass(frozen=True)
class About:
    """The question that a mail is about, and the contact our address was made for; None for its attendee."""

    question_id: int
    person_id: int | None


def about_question(mail: InboundMail, parsed: ParsedMail) -> About | None:
    """The question that a mail is about, by our address or by the mail of ours that it answers or reports on."""
    for told in tells_of(mail, parsed):
        if told.about == "question":
            return About(told.question_id, told.person_id or None)
        if told.about == "bounce" and (found := _of_ours(OutboundMail.id == told.mail_id)):
            return found
    known = _named_by(parsed)
    return _of_ours(OutboundMail.message_id.in_(known)) if known else None


def pass_to_question(mail: InboundMail, parsed: ParsedMail, about: About) -> None:
    """Make a mail a turn of its question where its sender may write there, and keep nothing of it. May run twice."""
    if parsed.kind == "bounce":
        in_transaction(lambda: note_bounce(parsed, tells_of(mail, parsed)))
    elif _by_a_person(mail, parsed):
        _write(mail, parsed, about)
    _keep_nothing(mail)


def is_of_audience(mail: InboundMail, parsed: ParsedMail) -> bool:
    """Whether a mail answers, or reports on, one of ours to somebody in the audience of a session.

    Whoever has an account may write to support, also as an answer to such a mail.
    """
    senders = [sender.address.lower() for sender in parsed.senders]
    if parsed.kind != "bounce" and db.session.scalar(select(Person.id).where(Person.email.in_(senders))):
        return False
    bounced = [told.mail_id for told in tells_of(mail, parsed) if told.about == "bounce"]
    which = or_(OutboundMail.id.in_(bounced), OutboundMail.message_id.in_(_named_by(parsed)))
    sent = select(OutboundMail.id).where(which, OutboundMail.audience_member_id.is_not(None))
    return db.session.scalar(sent.limit(1)) is not None


def drop_of_audience(mail: InboundMail, parsed: ParsedMail) -> None:
    """Note what a report says, and keep nothing of the mail: support reads no mail of audiences. May run twice."""
    if parsed.kind == "bounce":
        in_transaction(lambda: note_bounce(parsed, tells_of(mail, parsed)))
    _keep_nothing(mail)


def _keep_nothing(mail: InboundMail) -> None:
    name, key = mail.storage_name, mail.id
    in_transaction(lambda: _emptied(key))
    store().delete(name)
    log.info("mail_of_attendees", mail_id=key)


def _named_by(parsed: ParsedMail) -> list[str]:
    named = (*parsed.thread_ids, *([parsed.bounce.original_message_id] if parsed.bounce else []))
    return [message_id for message_id in named if message_id]


def _of_ours(which: object) -> About | None:
    sent = select(OutboundMail.question_id, OutboundMail.person_id).where(which)  # type: ignore[arg-type]
    found = db.session.execute(sent.where(OutboundMail.question_id.is_not(None)).limit(1)).first()
    return About(found.question_id, found.person_id) if found else None


def _by_a_person(mail: InboundMail, parsed: ParsedMail) -> bool:
    from_nobody = mail.door == "smtp" and not mail.envelope_from
    one_sender = len(parsed.senders) == 1 and bool(parsed.senders[0].address)
    return parsed.kind == "person" and one_sender and not from_nobody and not fails(mail)


def _write(mail: InboundMail, parsed: ParsedMail, about: About) -> None:
    body = "\n\n".join(
        filter(None, (body_of(parsed), LEFT_OUT if parsed.attachments or parsed.notes else ""))
    )
    key = f"mail:{parsed.message_id or mail.id}"
    sender = parsed.senders[0].address.lower()
    if about.person_id is None:
        _by_attendee(about, sender, body, key)
    else:
        _by_contact(about.question_id, about.person_id, sender, body, key)


def _by_attendee(about: About, sender: str, body: str, key: str) -> None:
    try:
        reply_as_attendee(ATTENDEE, about.question_id, address=sender, body=body, form_key=key)
    except PortalError:
        # Sent from another address, or what a question does not take: the page says what, at the link.
        remind_of_link(SYSTEM, about.question_id, cause=key)


def _by_contact(question_id: int, person_id: int, sender: str, body: str, key: str) -> None:
    actor = actor_for(person_id)
    if actor is None or actor.email != sender:
        return
    try:
        answer_question(actor, question_id, body=body, form_key=key, channel="mail")
    except PortalError as problem:
        tell_not_sent(SYSTEM, question_id, person_id, why=problem.message, cause=key)


def _emptied(mail_id: int) -> None:
    waiting = update(InboundMail).where(InboundMail.id == mail_id, InboundMail.state.in_(WAITING))
    nothing: dict[str, object] = {"envelope_from": "", "envelope_to": [], "last_error": ""}
    settled = waiting.values(state="ignored", reason=reasons.QUESTION, settled_at=now(), **nothing)
    db.session.execute(settled)
