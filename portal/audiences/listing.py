"""Keeping the list of a session's people: added one by one or many at once, and taken off (COV-5 to COV-7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from portal.accounts.actor import Actor
from portal.accounts.identity import normalise_email, normalise_name
from portal.audiences.letters import send_removal
from portal.audiences.models import AudienceMember
from portal.audiences.queries import locked_session, on_list, placed
from portal.audit.record import record
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid, Link, NotFound, Refused
from portal.policy.audiences import has_audience, may_list, rows_most

MOST_AT_ONCE = 1_000


@dataclass(frozen=True)
class Wanted:
    """Somebody to be listed: name and address as they are kept."""

    name: str
    email: str


def wanted(name: str, email: str) -> Wanted:
    """Somebody as typed. Raises Invalid (`name`, `email`), with both where both are wrong."""
    problems: dict[str, str] = {}
    kept = {"name": name, "email": email}
    for field, checked in (("name", normalise_name), ("email", normalise_email)):
        try:
            kept[field] = checked(kept[field])
        except Invalid as problem:
            problems |= problem.fields
    if problems:
        raise Invalid(**problems)
    return Wanted(**kept)


@use_case
def list_people(actor: Actor, booking_id: int, people: Sequence[Wanted]) -> list[AudienceMember]:
    """Put people on a session's list; who is on it already stays as they are. Gives those who are new.

    Nobody is written to. All or none: raises Refused (HOW-5) when the session has no room for all of them, or its
    kind has no audience; Conflict for a cancelled session; NotFound for who may not know of its people.
    """
    booking = locked_session(actor, booking_id)
    actor.require("audience:edit", booking.scope)
    _open(booking)
    known = set(_addresses(booking_id))
    new = list({each.email: each for each in people[:MOST_AT_ONCE] if each.email not in known}.values())
    if not new:
        return []
    _room_for(booking, len(new))
    listed = [
        AudienceMember(booking_id=booking.id, name=each.name, email=each.email, added_by_id=actor.id)
        for each in new
    ]
    db.session.add_all(listed)
    db.session.flush()
    # The record of changes outlives a person's wish to be forgotten: it holds keys, no names.
    record(
        actor,
        "audience.listed",
        booking,
        after={"members": [each.id for each in listed]},
        scope=booking.scope,
    )
    return listed


@use_case
def take_off(actor: Actor, member_id: int) -> Booking:
    """Take somebody off a session's list. Who was invited to one that is to come is told, and it leaves their calendar.

    Raises NotFound for who may not know of them, Conflict when they are off it already.
    """
    booking_id = db.session.scalar(select(AudienceMember.booking_id).where(AudienceMember.id == member_id))
    booking = locked_session(actor, booking_id or 0)
    actor.require("audience:edit", booking.scope)
    member = _held(member_id)
    before = {"member": member.id, "invited": member.invited_at is not None}
    if member.invited_at is None:
        db.session.delete(member)
    else:
        member.removed_at = now()
        if booking.state == "confirmed" and booking.starts_at > now():
            send_removal(member, booking)
    record(actor, "audience.taken_off", booking, before=before, scope=booking.scope)
    return booking


def room(booking: Booking, more: int) -> None:
    """Raise Refused when a session whose row is held has no place for `more` people."""
    taken = db.session.scalar(select(func.count()).where(AudienceMember.booking_id == booking.id, counted()))
    decision = may_list(booking.session_kind, taken or 0, more, edition_in_force())
    if not decision:
        raise Refused(decision, links=_ways_on(booking))


def counted() -> ColumnElement[bool]:
    """Whoever has a place. A list is counted behind its session's lock."""
    return placed()


def _room_for(booking: Booking, more: int) -> None:
    named = db.session.scalar(select(func.count()).where(AudienceMember.booking_id == booking.id)) or 0
    if named + more > rows_most(booking.session_kind, edition_in_force()):
        raise Conflict("This list has named so many people already that no more fit on it.")
    room(booking, more)


def _open(booking: Booking) -> None:
    decision = has_audience(booking.session_kind)
    if not decision:
        raise Refused(decision)
    if booking.state == "cancelled":
        raise Conflict(
            "This session was cancelled, so nobody is added to its list.", links=(to_session(booking),)
        )


def to_session(booking: Booking) -> Link:
    """The way back to a session."""
    return Link("See the session", "bookings.show", {"booking_id": booking.id})


def _addresses(booking_id: int) -> list[str]:
    listed = select(AudienceMember.email).where(AudienceMember.booking_id == booking_id, on_list())
    return list(db.session.scalars(listed))


def _held(member_id: int) -> AudienceMember:
    held = select(AudienceMember).where(AudienceMember.id == member_id).with_for_update()
    member = db.session.scalar(held.execution_options(populate_existing=True))
    if member is None:
        raise NotFound
    if not member.is_listed:
        raise Conflict("They are off the list already.")
    return member


def _ways_on(booking: Booking) -> tuple[Link, ...]:
    event = {"event_id": booking.event_id}
    return (
        Link("See who is on the list", "audiences.index", {"audience_id": booking.id}),
        Link("Ask in a ticket for the price of a further session", "tickets.new", event),
    )
