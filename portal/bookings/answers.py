"""What people's calendars answered to the invitation to a session."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Person
from portal.bookings.models import Booking
from portal.bookings.models_calendars import SessionReply
from portal.db import db

PARTSTATS = {"accepted": "ACCEPTED", "declined": "DECLINED", "tentative": "TENTATIVE", "counter": "TENTATIVE"}
REFUSED_SHOWN = 10


@dataclass(frozen=True)
class Attendance:
    """What one of those invited answered; None: nothing yet about the present time."""

    person: Person
    part: str
    reply: SessionReply | None


@dataclass(frozen=True)
class Answers:
    """What those invited to a session answered, and what nobody vouches for: that is for staff alone."""

    invited: tuple[Attendance, ...]
    refused: tuple[SessionReply, ...]


def partstat_of(booking: Booking, person_id: int) -> str:
    """How a person's answer about the session's present time stands in an invitation (RFC 5545)."""
    reply = counting(booking).get(person_id)
    return PARTSTATS.get(reply.answer, "NEEDS-ACTION") if reply else "NEEDS-ACTION"


def counting(booking: Booking) -> dict[int, SessionReply]:
    """By person, the answers that count and are about the session's present time."""
    now_asked = _replies(booking, "counts").where(SessionReply.sequence >= booking.time_sequence)
    return {reply.person_id: reply for reply in db.session.scalars(now_asked) if reply.person_id is not None}


def answers_to(booking: Booking, *, with_refused: bool) -> Answers:
    """What is known of whether those invited come; the session's parties must have been loaded with it."""
    replies = counting(booking)
    parties = ((booking.attended_by, "For the event"), (booking.host, "Host"))
    refused = _replies(booking, "refused").limit(REFUSED_SHOWN)
    return Answers(
        tuple(Attendance(person, part, replies.get(person.id)) for person, part in parties),
        tuple(db.session.scalars(refused)) if with_refused else (),
    )


def _replies(booking: Booking, standing: str) -> Select[SessionReply]:
    told = select(SessionReply).where(
        SessionReply.booking_id == booking.id, SessionReply.standing == standing
    )
    return told.options(joinedload(SessionReply.person)).order_by(SessionReply.id.desc())
