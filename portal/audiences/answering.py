"""What somebody in an audience does by their private link: say whether they come, refuse mail, be forgotten."""

from portal.accounts.actor import Actor
from portal.accounts.time_zones import is_time_zone
from portal.audiences.erasing import erased
from portal.audiences.links import locked_behind
from portal.audiences.listing import room
from portal.audiences.models import AudienceMember
from portal.audiences.refusals import refuse, take_back
from portal.audit.record import record
from portal.clock import now
from portal.db import use_case
from portal.errors import Conflict, Invalid

OVER = "This session is not to come any more."


@use_case
def answer_by_link(visitor: Actor, token: str, reply: str) -> AudienceMember:
    """Say `yes` or `no`; the same again changes nothing. A yes after a no needs a free place.

    Raises LinkGone, Invalid (`reply`), Conflict once the session has begun, is cancelled, or they are off its list,
    Refused (HOW-5) when every place is taken.
    """
    member = locked_behind(token)
    booking = member.booking
    if reply not in ("yes", "no"):
        raise Invalid(reply="Say yes or no.")
    if booking.state != "confirmed" or booking.starts_at <= now() or not member.is_listed:
        raise Conflict(OVER)
    if member.reply == reply:
        return member
    if member.reply == "no":
        room(booking, 1)
    before, member.reply, member.replied_at = member.reply, reply, now()
    record(
        visitor,
        "audience.answered",
        member,
        before={"reply": before},
        after={"reply": reply},
        scope=booking.scope,
    )
    return member


@use_case
def choose_zone(visitor: Actor, token: str, zone: str) -> AudienceMember:
    """Keep the time zone in which somebody reads times. Raises LinkGone, Invalid (`time_zone`)."""
    member = locked_behind(token)
    if not is_time_zone(zone):
        raise Invalid(time_zone="Choose a time zone from the list, such as Europe/Vienna.")
    member.time_zone = zone
    return member


@use_case
def refuse_mail(visitor: Actor, token: str) -> AudienceMember:
    """Note that nothing more is to be written to somebody about the event; again changes nothing. Raises LinkGone."""
    member = locked_behind(token)
    if refuse(member.booking.event_id, member.email):
        record(visitor, "audience.refused_mail", member, scope=member.booking.scope)
    return member


@use_case
def allow_mail(visitor: Actor, token: str) -> AudienceMember:
    """Take that back. Raises LinkGone."""
    member = locked_behind(token)
    take_back(member.booking.event_id, member.email)
    record(visitor, "audience.allowed_mail", member, scope=member.booking.scope)
    return member


@use_case
def erase_by_link(visitor: Actor, token: str) -> None:
    """Erase name, address and words of somebody, and the texts of all mail to them. Raises LinkGone."""
    erased(visitor, locked_behind(token))
