"""Forgetting the people of an audience: at their wish, and by the rule of retention. Figures stay, names go."""

from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Select, case, delete, select, update
from sqlalchemy.orm import contains_eager

from portal.accounts.actor import Actor
from portal.audiences.models import AudienceMember, SessionFeedback
from portal.audit.record import record
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db, use_case
from portal.events.models import Event
from portal.mail.models import OutboundMail

AT_ONCE = 200
PLAINLY = {"synchronize_session": False}


def erased(actor: Actor, member: AudienceMember) -> None:
    """Take name, address and words of somebody whose row is held, and the texts of all mail to them.

    Whether they came, and how they rated the session, stays as a figure.
    """
    member.name = member.email = ""
    member.time_zone, member.erased_at = None, now()
    blank = update(SessionFeedback).where(SessionFeedback.member_id == member.id).values(words="")
    db.session.execute(blank, execution_options=PLAINLY)
    db.session.flush()
    _emptied(select(OutboundMail.id).where(OutboundMail.audience_member_id == member.id))
    record(actor, "audience.erased", member, scope=member.booking.scope)


@use_case
def erase_by_rule(system: Actor) -> int:
    """Erase the people of sessions that ended longer ago than the settings keep them; how many.

    What of their mail was on its way while they were erased is emptied as well.
    """
    days: int = current_app.extensions["settings"].audience_keep_days
    old = (
        select(AudienceMember)
        .join(AudienceMember.booking)
        .join(Event, Event.id == Booking.event_id)
        .where(Booking.ends_at < now() - timedelta(days=days), AudienceMember.erased_at.is_(None))
        .options(contains_eager(AudienceMember.booking).contains_eager(Booking.event))
    )
    held = old.order_by(AudienceMember.id).limit(AT_ONCE)
    found = list(db.session.scalars(held.with_for_update(of=AudienceMember, skip_locked=True)))
    for member in found:
        erased(system, member)
    _empty_left_over()
    return len(found)


@use_case
def forget_uninvited(system: Actor) -> int:
    """Delete the people of sessions cancelled a day ago who were never written to; how many."""
    idle = (
        select(AudienceMember.id)
        .join(Booking, Booking.id == AudienceMember.booking_id)
        .where(
            Booking.state == "cancelled", Booking.cancelled_at < now() - timedelta(days=1),
            AudienceMember.invited_at.is_(None), AudienceMember.attended.is_(None),
        )
    )  # fmt: skip
    gone = (
        delete(AudienceMember).where(AudienceMember.id.in_(idle.limit(AT_ONCE))).returning(AudienceMember.id)
    )
    return len(db.session.execute(gone, execution_options=PLAINLY).all())


def _empty_left_over() -> None:
    about = select(OutboundMail.id).join(AudienceMember, AudienceMember.id == OutboundMail.audience_member_id)
    left = about.where(AudienceMember.erased_at.is_not(None), OutboundMail.body_text != "")
    _emptied(left.limit(AT_ONCE))


def _emptied(mails: Select[int]) -> None:
    # One that is being sent at this moment is let go rather than waited for, and emptied by the next job.
    held = mails.with_for_update(skip_locked=True, of=OutboundMail)
    blank: dict[str, Any] = {
        "subject": "", "body_text": "", "body_html": "", "last_error": "", "address": "", "calendar": None,
        "headers": {}, "state": case((OutboundMail.state == "queued", "withheld"), else_=OutboundMail.state),
    }  # fmt: skip
    db.session.execute(
        update(OutboundMail).where(OutboundMail.id.in_(held)).values(blank), execution_options=PLAINLY
    )
