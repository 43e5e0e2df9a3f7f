"""Reading recordings with who opened them, and materials: every reading starts from what the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.actor import Actor, Scope
from portal.audiences.models import AudienceMember
from portal.audiences.queries import on_list
from portal.bookings.models import Booking
from portal.bookings.queries import visible_sessions
from portal.clock import now
from portal.db import db
from portal.errors import NotFound
from portal.events.models import Event
from portal.paging import Page, page_of
from portal.recordings.models import Recording, RecordingAccess, RecordingPass, SessionMaterial

WAITING_MOST = 20
HIGHEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Recipient:
    """Somebody who missed a session, and when its recording was passed on to them, if it was."""

    member: AudienceMember
    passed_at: datetime | None


def recording_of(booking_id: int) -> Recording | None:
    """A session's recording, as it is now. The reader must be known to see the session."""
    found = select(Recording).where(Recording.booking_id == booking_id)
    return db.session.scalar(found.execution_options(populate_existing=True))


def missed() -> ColumnElement[bool]:
    """Whoever is on a list and did not come: they were not ticked, or declined."""
    return on_list() & AudienceMember.attended.is_not(True)


def recipients_of(recording: Recording) -> list[Recipient]:
    """Whom a recording may be passed on to: those of the list who missed the session, by name."""
    passed = (RecordingPass.member_id == AudienceMember.id) & (RecordingPass.recording_id == recording.id)
    current = passed & (RecordingPass.publication == recording.publication)
    rows = db.session.execute(
        select(AudienceMember, RecordingPass.passed_at)
        .outerjoin(RecordingPass, current)
        .where(AudienceMember.booking_id == recording.booking_id, missed())
        .order_by(func.lower(AudienceMember.name), AudienceMember.id)
    )
    return [Recipient(member, passed_at) for member, passed_at in rows]


def was_passed_to(recording: Recording, member_id: int) -> bool:
    """Whether the recording as it is published now was passed on to somebody."""
    passed = select(RecordingPass.id).where(
        RecordingPass.recording_id == recording.id, RecordingPass.publication == recording.publication,
        RecordingPass.member_id == member_id,
    )  # fmt: skip
    return db.session.scalar(passed) is not None


def accesses_of(recording_id: int, cursor: str | None) -> Page[RecordingAccess]:
    """A page of who opened a recording and when, the latest first."""
    opened = select(RecordingAccess).where(RecordingAccess.recording_id == recording_id)
    named = opened.options(joinedload(RecordingAccess.member), joinedload(RecordingAccess.person))
    return page_of(named, [RecordingAccess.at, RecordingAccess.id], cursor, descending=True)


def materials_of(booking_id: int) -> Sequence[SessionMaterial]:
    """A session's materials, in the order in which they came."""
    there = select(SessionMaterial).where(
        SessionMaterial.booking_id == booking_id, SessionMaterial.removed_at.is_(None)
    )
    return db.session.scalars(there.order_by(SessionMaterial.id)).all()


def material_scope(actor: Actor, material_id: int) -> Scope | None:
    """Where a material belongs; None when the actor may not know of it."""
    found = _material(actor, material_id)
    return found.booking.scope if found else None


def material_for(actor: Actor, material_id: int) -> SessionMaterial:
    """A material with its session and event. Raises NotFound when the actor may not know of it."""
    found = _material(actor, material_id)
    if found is None:
        raise NotFound
    return found


def material_at(booking_id: int, material_id: int) -> SessionMaterial:
    """A material of a session that its reader was let in to. Raises NotFound for any other."""
    there = select(SessionMaterial).where(
        SessionMaterial.booking_id == booking_id, SessionMaterial.id == material_id,
        SessionMaterial.removed_at.is_(None),
    )  # fmt: skip
    # A number beyond what a key can be is not sent to the database, which would call it an error.
    found = db.session.scalar(there) if material_id <= HIGHEST_KEY else None
    if found is None:
        raise NotFound
    return found


def _material(actor: Actor, material_id: int) -> SessionMaterial | None:
    seen = visible_sessions(actor).with_only_columns(Booking.id)
    found = (
        select(SessionMaterial)
        .join(SessionMaterial.booking)
        .join(Event, Event.id == Booking.event_id)
        .where(
            SessionMaterial.id == material_id, SessionMaterial.removed_at.is_(None),
            SessionMaterial.booking_id.in_(seen),
        )
        .options(contains_eager(SessionMaterial.booking).contains_eager(Booking.event))
    )  # fmt: skip
    return db.session.scalar(found)


def waiting_recordings(limit: int = WAITING_MOST) -> list[Recording]:
    """What support has to do about recordings: those asked for, and those accepted whose session is over; the
    session that is next, or over longest, first."""
    held = Booking.state.in_(("confirmed", "done"))
    over = (Recording.state == "accepted") & (Booking.ends_at <= now())
    waiting = (
        select(Recording)
        .join(Recording.booking)
        .join(Event, Event.id == Booking.event_id)
        .where(held, or_(Recording.state == "asked", over))
        .options(
            contains_eager(Recording.booking).contains_eager(Booking.event),
            contains_eager(Recording.booking).joinedload(Booking.host),
        )
    )
    return list(db.session.scalars(waiting.order_by(Booking.starts_at, Recording.id).limit(limit)))


def is_wanted(storage_name: str) -> bool:
    """Whether a recording or a material refers to a file of the store."""
    return any(
        db.session.scalar(select(model.id).where(model.storage_name == storage_name).limit(1)) is not None
        for model in (Recording, SessionMaterial)
    )
