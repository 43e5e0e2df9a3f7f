"""Filing a mail: a turn of a ticket, a new ticket, or a place in quarantine. A job; it may run twice.

What it comes to is written in one transaction: the mail's own row says `filed` in the transaction that
writes the ticket's message, so that a worker may die anywhere and nothing is lost or filed twice.
"""

from functools import partial
from typing import Any

import structlog
from flask import current_app

from portal.accounts.queries import actor_for
from portal.db import db, in_transaction
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.inbound import reasons
from portal.inbound.attendees import about_question, drop_of_audience, is_of_audience, pass_to_question
from portal.inbound.judging import judged
from portal.inbound.limits import Limits
from portal.inbound.models import InboundMail
from portal.inbound.outcome import WAITING, mark_filed, mark_settled, note_failure
from portal.inbound.parsed import ParsedMail, Unparsable
from portal.inbound.recognising import Recognised
from portal.inbound.sandbox import read_mail
from portal.inbound.seen import seen_by
from portal.inbound.sessions import note_answer_of
from portal.inbound.turn_text import body_of, files_of, quoted_of, subject_of
from portal.policy.coverage import Topic
from portal.tickets.arrivals import Arrival
from portal.tickets.models import Message
from portal.tickets.service import open_ticket, reply_to_ticket
from portal.tickets.storage import store
from portal.tickets.uploads import Taken, limits, take

log = structlog.get_logger(__name__)


def file_mail(mail_id: int) -> None:
    """File a mail, unless that is done. Raises what keeps it from being filed now, to be tried again."""
    mail = db.session.get(InboundMail, mail_id)
    if mail is None or mail.state not in WAITING:
        return
    try:
        _file(mail, _read(mail))
    except Exception as error:
        described = repr(error)
        in_transaction(lambda: note_failure(mail_id, described))
        raise


def _read(mail: InboundMail) -> ParsedMail | Unparsable:
    with store().open(mail.storage_name) as stored:
        raw = stored.read()
    most, settings = limits(), current_app.extensions["settings"]
    allowed = Limits(file_count=most.count, file_bytes=most.size, raw_bytes=settings.inbound_max_bytes)
    return read_mail(raw, allowed)


def _file(mail: InboundMail, parsed: ParsedMail | Unparsable) -> None:
    if isinstance(parsed, Unparsable):
        return _settle(mail, ParsedMail(notes=(parsed.reason,)), Recognised(), reasons.UNREADABLE)
    if (about := about_question(mail, parsed)) is not None:
        return pass_to_question(mail, parsed, about)
    if is_of_audience(mail, parsed):
        return drop_of_audience(mail, parsed)
    if mail.state == "released":
        decided = Recognised(by="staff", person=mail.person, ticket=mail.ticket, event=mail.event)
        return _write(mail, parsed, decided)
    found = judged(mail, parsed)
    if found.reason == reasons.CALENDAR and parsed.calendar is not None:
        return note_answer_of(mail, parsed, parsed.calendar)
    return _settle(mail, parsed, found, found.reason) if found.reason else _write(mail, parsed, found)


def _write(mail: InboundMail, parsed: ParsedMail, found: Recognised) -> None:
    """Make the turn of a ticket; what the ticket does not take goes into quarantine."""
    actor = actor_for(found.person.id) if found.person else None
    if actor is None:
        return _settle(mail, parsed, found, reasons.STRANGER)
    seen = seen_by(mail, found)
    taken = take(files_of(parsed), (), actor.id)
    written: dict[str, Any] = {
        "body": body_of(parsed), "form_key": f"mail:{mail.id}", "uploads": taken.uploads,
        "arrival": _arrival(mail, parsed, found, taken),
    }  # fmt: skip
    try:
        with taken.dropped_when_refused():
            if found.ticket is not None:
                reply_to_ticket(actor, found.ticket.id, seen=seen, **written)
            elif found.event is not None:
                topic, subject = Topic.USING_THE_SYSTEM, subject_of(parsed)
                open_ticket(actor, found.event.id, topic=topic, subject=subject, **written)
    except Invalid as problem:
        return _settle(mail, parsed, found, reasons.OVERTAKEN if "seen" in problem.fields else reasons.UNFIT)
    except (Forbidden, NotFound):
        # Whoever was a contact a moment ago is none now.
        return _settle(mail, parsed, found, reasons.NOT_THEIRS)
    except Conflict:
        # Another worker was quicker with the same mail.
        return None
    log.info("mail_filed", mail_id=mail.id, by=found.by)
    return None


def _arrival(mail: InboundMail, parsed: ParsedMail, found: Recognised, taken: Taken) -> Arrival:
    left_out = [f"{problem} It is in the original mail." for problem in taken.problems]
    remarks = "\n".join((*parsed.notes, *left_out))
    return Arrival("mail", quoted_of(parsed), remarks, partial(_filed, mail.id, parsed, found))


def _filed(mail_id: int, parsed: ParsedMail, found: Recognised, message: Message) -> None:
    if not mark_filed(mail_id, parsed, found, message):
        raise Conflict("This mail was filed already.")


def _settle(mail: InboundMail, parsed: ParsedMail, found: Recognised, reason: str) -> None:
    in_transaction(lambda: mark_settled(mail.id, parsed, found, reason))
    log.info("mail_settled", mail_id=mail.id, reason=reason)
