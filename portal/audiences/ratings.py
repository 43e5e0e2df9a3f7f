"""What was said of sessions, for staff: averages by kind and by host, and the words (HOW-5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from portal.accounts.models import Person
from portal.audiences.models import SessionFeedback
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db
from portal.paging import Page, page_of
from portal.policy.terms import SessionKind, in_words


@dataclass(frozen=True)
class Rating:
    """Answers put together: how many were asked, how many answered, and their average from 1 to 5, if any did."""

    name: str
    asked: int
    answered: int
    average: float | None


def ratings(since: datetime) -> tuple[list[Rating], list[Rating], Rating]:
    """By kind of session, by host, and all together, of what was asked from an instant on. Three queries."""
    asked = (
        select(func.count(), func.count(SessionFeedback.score), func.avg(SessionFeedback.score))
        .select_from(SessionFeedback)
        .join(Booking, Booking.id == SessionFeedback.booking_id)
        .where(SessionFeedback.asked_at >= since, SessionFeedback.asked_at <= now())
    )
    by_kind = asked.add_columns(Booking.kind).group_by(Booking.kind).order_by(Booking.kind)
    kinds = [_rating(_title(kind), *figures) for *figures, kind in db.session.execute(by_kind)]
    by_host = asked.join(Person, Person.id == Booking.host_id).add_columns(Person.name)
    named = by_host.group_by(Person.id, Person.name).order_by(Person.name, Person.id)
    hosts = [_rating(name, *figures) for *figures, name in db.session.execute(named)]
    return kinds, hosts, _rating("All sessions", *db.session.execute(asked).one())


def rated_sessions(cursor: str | None) -> Page[SessionFeedback]:
    """A page of answers with their sessions, the latest first. Whoever of an audience said it is not named."""
    said = (
        select(SessionFeedback)
        .join(SessionFeedback.booking)
        .where(SessionFeedback.answered_at.is_not(None))
        .options(
            contains_eager(SessionFeedback.booking).joinedload(Booking.event),
            contains_eager(SessionFeedback.booking).joinedload(Booking.host),
        )
    )
    return page_of(said, [SessionFeedback.answered_at, SessionFeedback.id], cursor, descending=True)


def said_of(booking_id: int) -> Sequence[SessionFeedback]:
    """What was said of one session, the latest first."""
    said = select(SessionFeedback).where(
        SessionFeedback.booking_id == booking_id, SessionFeedback.answered_at.is_not(None)
    )
    return db.session.scalars(said.order_by(SessionFeedback.answered_at.desc(), SessionFeedback.id)).all()


def _rating(name: str, asked: int, answered: int, average: float | None) -> Rating:
    return Rating(name, asked, answered, None if average is None else round(float(average), 1))


def _title(kind: str) -> str:
    words = in_words(SessionKind(kind))
    return words[0].upper() + words[1:]
