"""Reading the people of a session: known to its event's people and its host, and to nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.actor import Actor, Scope
from portal.accounts.models import Person
from portal.accounts.permissions import PERMISSIONS
from portal.audiences.models import AudienceMember, SessionNote, SessionRecord
from portal.audiences.refusals import refusing
from portal.bookings.models import Booking
from portal.bookings.queries import visible_sessions
from portal.db import db
from portal.errors import NotFound
from portal.events.models import Event
from portal.mail.models import OutboundMail

REMOVED = "audience-removed"


@dataclass(frozen=True)
class Numbers:
    """How many people of a session's list stand how. `placed` have a place: neither declined nor missed it."""

    listed: int
    placed: int
    invited: int
    yes: int
    no: int
    came: int
    missed: int


@dataclass(frozen=True)
class Listed:
    """Somebody on a list, whether they asked not to be written to, and whether a mail to them did not arrive."""

    member: AudienceMember
    refuses: bool
    lost: bool = False


def sessions_with_audience(actor: Actor) -> Select[Booking]:
    """The sessions whose people `actor` may know: those of the events they organise or are a contact of, and
    those they host for support."""
    sessions = visible_sessions(actor)
    if actor.is_system:
        return sessions
    hosts = actor.person_id if actor.staff_roles & PERMISSIONS["audience:read"] else None
    own = Event.organisation_id.in_(actor.organisation_ids), Event.id.in_(actor.contact_event_ids)
    return sessions.where(or_(*own, Booking.host_id == hosts))


def audience_scope(actor: Actor, booking_id: int) -> Scope | None:
    """Where a session's audience belongs; None for who may not know of its people."""
    found = db.session.scalar(sessions_with_audience(actor).where(Booking.id == booking_id))
    return found.scope if found else None


def member_scope(actor: Actor, member_id: int) -> Scope | None:
    """Where somebody of an audience belongs; None for who may not know of them."""
    theirs = select(AudienceMember.booking_id).where(AudienceMember.id == member_id, on_list())
    found = db.session.scalar(sessions_with_audience(actor).where(Booking.id.in_(theirs)))
    return found.scope if found else None


def knows_audience(actor: Actor, booking: Booking) -> bool:
    """Whether an actor who sees a session may know of its people."""
    scope = booking.scope
    own = scope.organisation_id in actor.organisation_ids or scope.event_id in actor.contact_event_ids
    hosts = bool(actor.staff_roles & PERMISSIONS["audience:read"]) and booking.host_id == actor.person_id
    return own or hosts or actor.is_system


def session_with_audience(actor: Actor, booking_id: int) -> Booking:
    """A session with event, organisation, host and booker. Raises NotFound for who may not know of its people."""
    return _whole(sessions_with_audience(actor), booking_id)


def locked_session(actor: Actor, booking_id: int) -> Booking:
    """As `session_with_audience`, as it is now and held until the transaction closes."""
    held = sessions_with_audience(actor).with_for_update(key_share=True, of=Booking)
    return _whole(held, booking_id)


def _whole(sessions: Select[Booking], booking_id: int) -> Booking:
    parties = (
        joinedload(Booking.booked_by), joinedload(Booking.handed_to),
        contains_eager(Booking.event).joinedload(Event.organisation),
    )  # fmt: skip
    found = db.session.scalar(
        sessions.options(*parties).where(Booking.id == booking_id).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def on_list() -> ColumnElement[bool]:
    """What holds of whoever is on a list now."""
    return AudienceMember.removed_at.is_(None) & AudienceMember.erased_at.is_(None)


def placed() -> ColumnElement[bool]:
    """What holds of whoever has a place: they have neither declined nor missed the session."""
    declined = AudienceMember.reply.is_not_distinct_from("no")
    return on_list() & ~declined & AudienceMember.attended.is_not(False)


def members_of(booking_id: int) -> list[AudienceMember]:
    """Everybody on a session's list, by name."""
    return list(db.session.scalars(_listed_on(booking_id)))


def _listed_on(booking_id: int) -> Select[AudienceMember]:
    listed = select(AudienceMember).where(AudienceMember.booking_id == booking_id, on_list())
    ordered = listed.order_by(func.lower(AudienceMember.name), AudienceMember.id)
    return ordered.execution_options(populate_existing=True)


def people_of(booking: Booking) -> list[Listed]:
    """Everybody on a session's list, by name, with who refuses mail and whose did not arrive. Two queries."""
    lost = exists().where(
        OutboundMail.audience_member_id == AudienceMember.id, OutboundMail.state.in_(("bounced", "failed"))
    )
    rows = db.session.execute(_listed_on(booking.id).add_columns(lost)).all()
    refused = refusing(booking.event_id, [member.email for member, _ in rows])
    return [Listed(member, member.email in refused, is_lost) for member, is_lost in rows]


def numbers_of(booking_id: int) -> Numbers:
    """The figures of a session's list; who came is counted still when their name was erased."""

    def count(*where: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(*where)

    row = db.session.execute(
        select(
            count(on_list()), count(placed()), count(on_list(), AudienceMember.invited_at.is_not(None)),
            count(on_list(), AudienceMember.reply == "yes"), count(on_list(), AudienceMember.reply == "no"),
            count(AudienceMember.attended.is_(True)), count(on_list(), AudienceMember.attended.is_(False)),
        ).where(AudienceMember.booking_id == booking_id)
    ).one()  # fmt: skip
    return Numbers(*row)


def record_of(booking_id: int) -> SessionRecord | None:
    """What was written down of a session, as it is now."""
    found = select(SessionRecord).where(SessionRecord.booking_id == booking_id)
    return db.session.scalar(found.execution_options(populate_existing=True))


def notes_of(booking_id: int) -> Sequence[SessionNote]:
    """What staff noted among themselves about a session, in order, each with its author."""
    found = select(SessionNote).where(SessionNote.booking_id == booking_id)
    return db.session.scalars(found.options(joinedload(SessionNote.author)).order_by(SessionNote.id)).all()


def may_still_be_written(member_id: int, address: str, cause: str) -> bool:
    """Whether a mail may go to somebody of an audience: they stand, have this address, and did not refuse.

    Who was taken off a list gets nothing but the mail that says so.
    """
    member = db.session.get(AudienceMember, member_id)
    if member is None or member.erased_at is not None or member.email != address:
        return False
    if member.removed_at is not None and not cause.startswith(f"{REMOVED}:"):
        return False
    event_id = db.session.scalar(select(Booking.event_id).where(Booking.id == member.booking_id))
    return event_id is not None and not refusing(event_id, [address])


def person_named(person_id: int) -> str:
    """What a person is called."""
    return db.session.scalar(select(Person.name).where(Person.id == person_id)) or ""
