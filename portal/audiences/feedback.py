"""How a session was: asked once of who booked it and of its audience, answered once, changed once at most (HOW-5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.actor import Actor
from portal.audiences.letters import send_each, unrefused
from portal.audiences.links import locked_behind
from portal.audiences.mail_limit import may_be_written_to
from portal.audiences.models import AudienceLetter, AudienceMember, SessionFeedback, SessionRecord
from portal.audiences.queries import on_list
from portal.audiences.records import record_held
from portal.audit.record import record
from portal.bookings.models import Booking
from portal.bookings.queries import session_for
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.events.models import Event
from portal.mail.post import post
from portal.policy.audiences import FEEDBACK_WAITS, SCORES, feedback_until

WORDS_MOST = 2_000
AT_ONCE = 20
# What ended longer ago is not asked about: it would be asked after everybody has forgotten it.
ASKED_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class Said:
    """A score from 1 to 5, and words."""

    score: int
    words: str = ""


@use_case
def ask_for_feedback(system: Actor) -> int:
    """Ask about the sessions that were held and were not asked about yet, each once; how many.

    Whoever booked is asked by mail in support's name. Of the audience those who came, or did not decline where
    nobody noted who came, and only where the customer chose so when inviting them; in the customer's name (WHO-2).
    """
    asked = 0
    for booking in _due():
        held = record_held(booking)
        if held.feedback_asked_at is None:
            _ask(booking, held)
            asked += 1
    return asked


@use_case
def answer_feedback(actor: Actor, booking_id: int, said: Said) -> SessionFeedback:
    """Say how a session was, as who booked it; once more changes it.

    Raises Invalid (`score`, `words`), Conflict where nothing was asked of the actor, once the time is over, or when
    it was changed before.
    """
    booking = session_for(actor, booking_id)
    actor.require("feedback:give", booking.scope)
    return _write(actor, booking, SessionFeedback.person_id == actor.id, said)


@use_case
def answer_feedback_by_link(visitor: Actor, token: str, said: Said) -> SessionFeedback:
    """As `answer_feedback`, as somebody in the audience. Raises LinkGone besides."""
    member = locked_behind(token)
    return _write(visitor, member.booking, SessionFeedback.member_id == member.id, said)


def unanswered() -> ColumnElement[bool]:
    """What makes one of two first answers win."""
    return SessionFeedback.score.is_(None)


def unchanged() -> ColumnElement[bool]:
    """What makes one of two changes win."""
    return SessionFeedback.score.is_not(None) & SessionFeedback.changed_at.is_(None)


def _due() -> Iterator[Booking]:
    held = (
        select(Booking)
        .join(Booking.event)
        .outerjoin(SessionRecord, SessionRecord.booking_id == Booking.id)
        .where(
            Booking.state == "done", Booking.ends_at <= now(), Booking.ends_at > now() - ASKED_WITHIN,
            or_(SessionRecord.booking_id.is_(None), SessionRecord.feedback_asked_at.is_(None)),
        )
        .options(
            contains_eager(Booking.event).joinedload(Event.organisation),
            joinedload(Booking.booked_by), joinedload(Booking.handed_to), joinedload(Booking.host),
        )
    )  # fmt: skip
    waiting = held.where(due_now()).order_by(Booking.ends_at, Booking.id).limit(AT_ONCE)
    return iter(
        db.session.scalars(waiting.with_for_update(key_share=True, of=Booking, skip_locked=True)).all()
    )


def due_now() -> ColumnElement[bool]:
    """What holds of sessions that people are to be asked about now."""
    late = Booking.ends_at <= now() - FEEDBACK_WAITS
    return late | (SessionRecord.attendance_at <= now())


def _ask(booking: Booking, held: SessionRecord) -> None:
    held.feedback_asked_at = now()
    person = booking.attended_by
    if _noted(booking, person_id=person.id):
        post(
            person, "session_feedback", cause=f"session-feedback:{booking.id}", permission="feedback:give",
            scope=booking.scope, booking=booking, until=feedback_until(now()),
        )  # fmt: skip
    members = _to_ask(booking, was_noted=held.attendance_at is not None)
    allowed = may_be_written_to([member.email for member in members])
    asked = [m for m in members if m.email in allowed and _noted(booking, member_id=m.id)]
    send_each(asked, booking, "audience_feedback", cause="audience-feedback", until=feedback_until(now()))


def _to_ask(booking: Booking, *, was_noted: bool) -> list[AudienceMember]:
    came = AudienceMember.attended.is_(True) if was_noted else AudienceMember.reply.is_distinct_from("no")
    asked = (
        select(AudienceMember)
        .join(AudienceMember.letter)
        .where(AudienceMember.booking_id == booking.id, on_list(), AudienceLetter.asks_feedback, came)
        .options(contains_eager(AudienceMember.letter).joinedload(AudienceLetter.answers_to))
    )
    return unrefused(booking, list(db.session.scalars(asked.order_by(AudienceMember.id))))


def _noted(booking: Booking, *, person_id: int | None = None, member_id: int | None = None) -> bool:
    asked = insert(SessionFeedback).values(
        booking_id=booking.id, person_id=person_id, member_id=member_id, words="", asked_at=now()
    )
    return db.session.scalar(asked.on_conflict_do_nothing().returning(SessionFeedback.id)) is not None


def _write(actor: Actor, booking: Booking, mine: ColumnElement[bool], said: Said) -> SessionFeedback:
    asked = feedback_of(booking.id, mine)
    if asked is None:
        raise Conflict("You are asked how it was once the session is over.")
    words = _checked(said)
    if (asked.score, asked.words) == (said.score, words):
        return asked
    if now() > feedback_until(asked.asked_at):
        raise Conflict("The time to answer is over.")
    guard, moment = (unchanged(), "changed_at") if asked.score else (unanswered(), "answered_at")
    written = update(SessionFeedback).where(SessionFeedback.id == asked.id, guard)
    values = {"score": said.score, "words": words, moment: now()}
    if db.session.scalar(written.values(**values).returning(SessionFeedback.id)) is None:
        raise Conflict("Your answer has been changed once already.")
    # What was said is not repeated in the record of changes, which outlives a wish to be forgotten.
    record(
        actor,
        "session.rated",
        asked,
        before={"score": asked.score},
        after={"score": said.score},
        scope=booking.scope,
    )
    db.session.refresh(asked)
    return asked


def feedback_of(booking_id: int, whose: ColumnElement[bool]) -> SessionFeedback | None:
    """What was asked of somebody about a session, and said, as it is now."""
    found = select(SessionFeedback).where(SessionFeedback.booking_id == booking_id, whose)
    return db.session.scalar(found.execution_options(populate_existing=True))


def feedback_by(booking_id: int, person_id: int | None) -> SessionFeedback | None:
    """What was asked of a person about a session they booked."""
    return feedback_of(booking_id, SessionFeedback.person_id == person_id)


def feedback_from(member: AudienceMember) -> SessionFeedback | None:
    """What was asked of one of the audience."""
    return feedback_of(member.booking_id, SessionFeedback.member_id == member.id)


def may_answer(asked: SessionFeedback | None) -> bool:
    """Whether it can be answered, or changed for the one time, now."""
    if asked is None or now() > feedback_until(asked.asked_at):
        return False
    return asked.score is None or asked.changed_at is None


def _checked(said: Said) -> str:
    if said.score not in SCORES:
        raise Invalid(score="Choose one of the five answers.")
    words = said.words.strip()
    if len(words) > WORDS_MOST:
        raise Invalid(words=f"Keep your words within {WORDS_MOST:,} characters.")
    return words
