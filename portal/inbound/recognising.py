"""What a mail belongs to: its ticket or its event, and who wrote it. It reads and writes nothing.

A signed address tells the ticket, then the mails it answers, then the number in its subject. None of them
gives a right: the sender must be somebody who may write there at this moment (WHO-1, WHO-6).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.accounts.models import Grant, Person
from portal.accounts.queries import actor_for, person_with_email
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db
from portal.events.models import Event
from portal.inbound import reasons
from portal.inbound.models import InboundMail
from portal.inbound.parsed import ParsedMail
from portal.mail.addresses import Told, told_by
from portal.mail.models import OutboundMail
from portal.tickets.models import Ticket
from portal.tickets.sides import is_support

NUMBER = re.compile(r"\[#(\d{1,18})\]")
THREAD_MOST = 50


@dataclass(frozen=True)
class Recognised:
    """Where a mail belongs. With a `reason` it waits for staff instead; what else is known is told to them."""

    reason: str = ""
    by: str = ""
    person: Person | None = None
    ticket: Ticket | None = None
    event: Event | None = None


def recognised(mail: InboundMail, parsed: ParsedMail) -> Recognised:
    """Where a mail belongs, as of this moment."""
    if len(parsed.senders) != 1 or not parsed.senders[0].address:
        return Recognised(reasons.SENDERS)
    person = person_with_email(parsed.senders[0].address)
    told = _told(mail, parsed)
    ticket, by, token = _ticket(parsed, told)
    reply = _reply(ticket, by, person, token) if ticket else None
    # A number is easily in a subject by chance: it tells nothing of whoever may not write on that ticket.
    if reply is not None and (by != "subject" or not reply.reason):
        return reply
    return replace(_opening(person, told), by="address" if _slugs(told) else "sender")


def tells_of(mail: InboundMail, parsed: ParsedMail) -> list[Told]:
    """What each of our addresses on the mail tells, those of the envelope first."""
    return list(_told(mail, parsed))


def _told(mail: InboundMail, parsed: ParsedMail) -> list[Told]:
    headed = (one.address for one in (*parsed.delivered_to, *parsed.to, *parsed.cc))
    read = (told_by(address) for address in (*mail.envelope_to, *headed))
    return [told for told in dict.fromkeys(read) if told is not None]


def _ticket(parsed: ParsedMail, told: Iterable[Told]) -> tuple[Ticket | None, str, Told | None]:
    token = next((one for one in told if one.about == "ticket"), None)
    found = _merged(token.ticket_id) if token else None
    if found is not None:
        return found, "token", token
    found = _merged(_of_thread(parsed.thread_ids[:THREAD_MOST]))
    if found is not None:
        return found, "thread", None
    number = NUMBER.search(parsed.subject)
    return (_merged(int(number[1])) if number else None), "subject", None


def _of_thread(message_ids: tuple[str, ...]) -> int | None:
    """The ticket of the nearest mail that it answers, ours or the customer's own."""
    if not message_ids:
        return None
    ours = select(OutboundMail.message_id, OutboundMail.ticket_id).where(
        OutboundMail.message_id.in_(message_ids), OutboundMail.ticket_id.is_not(None)
    )
    theirs = select(InboundMail.message_id, InboundMail.ticket_id).where(
        InboundMail.message_id.in_(message_ids), InboundMail.state == "filed"
    )
    rows = (*db.session.execute(theirs), *db.session.execute(ours))
    known: dict[str | None, int | None] = dict(map(tuple, rows))
    return next((known[one] for one in message_ids if one in known), None)


def _merged(ticket_id: int | None) -> Ticket | None:
    """A ticket, or the one that it was merged into in the end."""
    ticket = _with_event(ticket_id)
    while ticket is not None and ticket.merged_into_id is not None:
        ticket = _with_event(ticket.merged_into_id)
    return ticket


def _with_event(ticket_id: int | None) -> Ticket | None:
    if ticket_id is None or ticket_id >= 2**63:
        return None
    return db.session.scalar(select(Ticket).where(Ticket.id == ticket_id).options(joinedload(Ticket.event)))


def _reply(ticket: Ticket, by: str, person: Person | None, token: Told | None) -> Recognised:
    found = Recognised(by=by, person=person, ticket=ticket, event=ticket.event)
    actor = actor_for(person.id) if person else None
    if person is None or actor is None:
        return replace(found, reason=reasons.STRANGER)
    if not actor.may("ticket:reply", ticket.scope):
        return replace(found, reason=_why_not(person, ticket.event_id))
    if is_support(actor, ticket.scope) and (token is None or token.person_id != person.id):
        # A sender's name proves nothing. Who speaks for support must have had the portal's own mail.
        return replace(found, reason=reasons.STAFF)
    return found


def _opening(person: Person | None, told: list[Told]) -> Recognised:
    actor = actor_for(person.id) if person else None
    if person is None or actor is None:
        return Recognised(reasons.STRANGER, person=person)
    if session := next((one.booking_id for one in told if one.about == "session"), None):
        # Words instead of an answer: a question about the session, which its event's contacts may ask.
        if actor.is_staff:
            return Recognised(reasons.STAFF, person=person)
        of_session = select(Event).join(Booking, Booking.event_id == Event.id).where(Booking.id == session)
        return _on_event(actor, person, db.session.scalar(of_session))
    if slugs := _slugs(told):
        return _on_event(
            actor, person, db.session.scalar(select(Event).where(Event.slug.in_(slugs)).limit(1))
        )
    own = list(db.session.scalars(select(Event).where(Event.id.in_(actor.contact_event_ids))))
    running = [event for event in own if event.ends_on >= now().date()] or own
    if len(running) == 1:
        return Recognised(person=person, event=running[0])
    if running:
        return Recognised(reasons.WHICH_EVENT, person=person)
    return Recognised(reasons.STAFF if actor.is_staff else _why_not(person), person=person)


def _on_event(actor: Actor, person: Person, event: Event | None) -> Recognised:
    if event is not None and actor.may("ticket:open", event.scope):
        return Recognised(person=person, event=event)
    # Whether there is such an event is nobody's business who is not its contact.
    return Recognised(_why_not(person, event.id) if event else reasons.NO_EVENT, person=person)


def _slugs(told: Iterable[Told]) -> list[str]:
    # A slug may have the length of a signed address by chance.
    return [one.slug for one in told if one.about in ("event", "forged")]


def _why_not(person: Person, event_id: int | None = None) -> str:
    was = select(Grant.id).where(
        Grant.person_id == person.id, Grant.role == "contact", Grant.ended_at.is_not(None)
    )
    if event_id is not None:
        was = was.where(Grant.event_id == event_id)
    if db.session.scalar(was.limit(1)) is not None:
        return reasons.LEFT
    return reasons.NO_EVENT if event_id is None else reasons.NOT_THEIRS
