"""What is around a session, for its page: its people, recording, materials and feedback. One query."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.accounts.actor import Actor
from portal.audiences.models import AudienceMember, SessionFeedback, SessionNote, SessionRecord
from portal.audiences.queries import knows_audience, on_list
from portal.bookings.models import Booking
from portal.db import db
from portal.policy.audiences import has_audience
from portal.recordings.models import Recording, SessionMaterial


@dataclass(frozen=True)
class Surroundings:
    """The figures and states around one session. `knows_people` says whether the reader may see who they are."""

    knows_people: bool
    has_audience: bool
    listed: int
    invited: int
    coming: int
    came: int
    others_came: int
    attendance_at: datetime | None
    summary: str
    recording: str | None
    materials: int
    notes: int
    feedback_asked: bool
    feedback_score: int | None


def surroundings(actor: Actor, booking: Booking) -> Surroundings:
    """What is around a session that the actor sees; its event must have been loaded with it."""
    people = select(func.count()).where(AudienceMember.booking_id == Booking.id)
    mine = select(SessionFeedback).where(
        SessionFeedback.booking_id == Booking.id, SessionFeedback.person_id == actor.person_id
    )
    counts = (
        people.where(on_list()), people.where(on_list(), AudienceMember.invited_at.is_not(None)),
        people.where(on_list(), AudienceMember.reply == "yes"), people.where(AudienceMember.attended.is_(True)),
        select(func.count()).where(SessionMaterial.booking_id == Booking.id, SessionMaterial.removed_at.is_(None)),
        select(func.count()).where(SessionNote.booking_id == Booking.id),
        mine.with_only_columns(func.count()),
    )  # fmt: skip
    found = (
        select(
            *(count.scalar_subquery() for count in counts),
            mine.with_only_columns(func.max(SessionFeedback.score)).scalar_subquery(),
            Recording.state, SessionRecord.attendance_at, SessionRecord.others_came, SessionRecord.summary,
        )
        .select_from(Booking)
        .outerjoin(Recording, Recording.booking_id == Booking.id)
        .outerjoin(SessionRecord, SessionRecord.booking_id == Booking.id)
        .where(Booking.id == booking.id)
    )  # fmt: skip
    listed, invited, coming, came, materials, notes, asked, score, state, noted, others, summary = (
        db.session.execute(found).one()
    )
    return Surroundings(
        knows_audience(actor, booking), bool(has_audience(booking.session_kind)), listed, invited, coming, came,
        others or 0, noted, summary or "", state, materials, notes, asked > 0, score,
    )  # fmt: skip
