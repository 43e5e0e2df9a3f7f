"""A recording is passed on to those who missed the session, and each opening of it is written down (COV-5 to COV-7)."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.audiences.letters import unrefused
from portal.audiences.links import locked_behind
from portal.audiences.mail_limit import may_be_written_to
from portal.audiences.models import AudienceLetter, AudienceMember
from portal.audiences.queries import locked_session
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, NotFound
from portal.recordings.asking import STATES, held, locked, there
from portal.recordings.letters import send_recording
from portal.recordings.models import Recording, RecordingAccess, RecordingPass
from portal.recordings.queries import missed, was_passed_to

NOT_NOW = "This recording cannot be opened any more: it was withdrawn, or its time is over."


@dataclass(frozen=True)
class Passed:
    """What passing on came to: how many were written to, refuse mail, or have had enough of it today."""

    written: int
    refusing: int
    waiting: int


@use_case
def pass_on(actor: Actor, booking_id: int, chosen: Collection[int]) -> Passed:
    """Mail the private link to a published recording to those of the list who missed the session; each gets it once.

    In the customer's name, at the press of their button (WHO-2). Keys of others are left out. Raises Invalid
    (`people`) when none is left, Conflict when it cannot be had now, NotFound, Forbidden.
    """
    booking = locked_session(actor, booking_id)
    actor.require("recording:pass_on", booking.scope)
    recording = there(booking)
    if not recording.may_be_had(now()):
        raise Conflict(f"The recording {STATES[recording.state]}, so it cannot be passed on.")
    members = _chosen(recording, chosen)
    if not members:
        raise Invalid(people="Choose somebody who missed the session and has not got it yet.")
    writable = unrefused(booking, members)
    allowed = may_be_written_to([member.email for member in writable])
    written = [member for member in writable if member.email in allowed]
    send_recording([member for member in written if _noted(recording, member, actor.id)], booking, recording)
    record(
        actor, "recording.passed_on", recording, after={"members": [member.id for member in written]},
        scope=booking.scope,
    )  # fmt: skip
    return Passed(len(written), len(members) - len(writable), len(writable) - len(written))


@use_case
def open_by_link(visitor: Actor, token: str) -> Recording:
    """Open a recording as somebody it was passed on to; that they did is written down.

    Raises LinkGone, NotFound where nothing was passed on to them, Conflict once it can be had no more.
    """
    member = locked_behind(token)
    recording = held(member.booking_id)
    if recording is None or not member.is_listed:
        raise NotFound
    if not recording.may_be_had(now()):
        raise Conflict(NOT_NOW)
    if not was_passed_to(recording, member.id):
        raise NotFound
    _opened(recording, member_id=member.id)
    record(visitor, "recording.opened", recording, after={"member": member.id}, scope=member.booking.scope)
    return recording


@use_case
def open_recording(actor: Actor, booking_id: int) -> Recording:
    """Open a recording as one of the event's people or of support; that they did is written down.

    Raises Conflict once it can be had no more, NotFound, Forbidden.
    """
    booking = locked(actor, booking_id)
    actor.require("recording:read", booking.scope)
    recording = there(booking)
    if not recording.may_be_had(now()):
        raise Conflict(NOT_NOW)
    _opened(recording, person_id=actor.id)
    record(actor, "recording.opened", recording, after={"person": actor.id}, scope=booking.scope)
    return recording


def _chosen(recording: Recording, chosen: Collection[int]) -> list[AudienceMember]:
    passed = select(RecordingPass.member_id).where(
        RecordingPass.recording_id == recording.id, RecordingPass.publication == recording.publication
    )
    members = (
        select(AudienceMember)
        .where(
            AudienceMember.booking_id == recording.booking_id, AudienceMember.id.in_(list(chosen)), missed(),
            AudienceMember.id.not_in(passed),
        )
        .options(joinedload(AudienceMember.letter).joinedload(AudienceLetter.answers_to))
    )  # fmt: skip
    return list(db.session.scalars(members.order_by(AudienceMember.id)))


def _noted(recording: Recording, member: AudienceMember, person_id: int) -> bool:
    passed = insert(RecordingPass).values(
        recording_id=recording.id, publication=recording.publication, member_id=member.id,
        passed_by_id=person_id, passed_at=now(),
    )  # fmt: skip
    return db.session.scalar(passed.on_conflict_do_nothing().returning(RecordingPass.id)) is not None


def _opened(recording: Recording, *, person_id: int | None = None, member_id: int | None = None) -> None:
    db.session.add(
        RecordingAccess(
            recording_id=recording.id, publication=recording.publication, person_id=person_id, member_id=member_id,
            at=now(),
        )
    )  # fmt: skip
