"""Mail to the audience of a session, in the customer's name. Takes part in the caller's transaction.

Support writes to none of them on its own (WHO-2): each mail follows from a button that the customer pressed, goes to
one person, names no other, and ends with the link by which they get no more.
"""

from collections.abc import Collection, Iterable
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from portal.audiences.calendar_entry import entry_for
from portal.audiences.links import token_of
from portal.audiences.models import AudienceLetter, AudienceMember
from portal.audiences.naming import replies_to, sender_of
from portal.audiences.queries import REMOVED, on_list
from portal.audiences.refusals import refusing
from portal.bookings.models import Booking
from portal.db import db
from portal.events.models import Event
from portal.mail.post import Calendar, address_of, post_to_audience
from portal.mail.withhold import withhold
from portal.roster.queries import contact_people, organisers_of

Change = Literal["moved", "cancelled"]
Entry = Literal["REQUEST", "CANCEL"]

INVITED = "audience-invited"
UPDATED = "audience-updated"
PLAINLY = {"synchronize_session": False}


def send_invitations(members: Iterable[AudienceMember], booking: Booking, letter: AudienceLetter) -> None:
    """Invite people: each once, however often the button is pressed."""
    own = _people_of_event(booking)
    for member in members:
        cause = f"{INVITED}:{member.id}"
        _send(member, booking, own, "audience_invitation", cause, entry="REQUEST", note=letter.note)


def send_removal(member: AudienceMember, booking: Booking) -> None:
    """Tell somebody who was invited that they are on the list no more, and strike the session out for them."""
    withhold(f"{INVITED}:{member.id}")
    if unrefused(booking, [member]):
        cause = f"{REMOVED}:{member.id}"
        _send(member, booking, _people_of_event(booking), "audience_removed", cause, entry="CANCEL")


def tell_audience(booking: Booking, change: Change) -> None:
    """Tell everybody invited that a session has moved to another time, or is cancelled.

    Called in the transaction that changes it, once the session has its new time and calendar sequence. Who had said
    yes to the time before is asked anew. Who refused mail about the event gets none.
    """
    members = _invited(booking.id)
    own = _people_of_event(booking) if members else frozenset()
    for member in unrefused(booking, members):
        if member.told_sequence < booking.calendar_sequence:
            # What they were to be told before is overtaken by this, where it has not gone out.
            withhold(f"{UPDATED}:{member.id}")
            cause = f"{UPDATED}:{member.id}:{booking.calendar_sequence}"
            entry: Entry = "CANCEL" if change == "cancelled" else "REQUEST"
            _send(member, booking, own, f"audience_{change}", cause, entry=entry)
    if change == "moved":
        _ask_anew(booking.id)


def send_each(
    members: Iterable[AudienceMember], booking: Booking, template: str, *, cause: str, **context: Any
) -> None:
    """Write another mail of the session to some of its audience: their recording, or the question how it was."""
    own = _people_of_event(booking)
    for member in members:
        _send(member, booking, own, template, f"{cause}:{member.id}", **context)


def entry_of(member: AudienceMember, *, struck_out: bool) -> Calendar:
    """The session for the calendar of one of its audience, whose session, event, organisation and letter are loaded."""
    return _entry(
        member, member.booking, _people_of_event(member.booking), "CANCEL" if struck_out else "REQUEST"
    )


def unrefused(booking: Booking, members: Collection[AudienceMember]) -> list[AudienceMember]:
    """Those of `members` who did not refuse mail about the event."""
    refused = refusing(booking.event_id, [member.email for member in members])
    return [member for member in members if member.email not in refused]


def _invited(booking_id: int) -> list[AudienceMember]:
    invited = select(AudienceMember).where(
        AudienceMember.booking_id == booking_id, AudienceMember.invited_at.is_not(None), on_list()
    )
    whole = invited.options(joinedload(AudienceMember.letter).joinedload(AudienceLetter.answers_to))
    ordered = whole.order_by(AudienceMember.id).execution_options(populate_existing=True)
    return list(db.session.scalars(ordered))


def _ask_anew(booking_id: int) -> None:
    agreed = update(AudienceMember).where(
        AudienceMember.booking_id == booking_id, AudienceMember.reply == "yes"
    )
    db.session.execute(agreed.values(reply=None, replied_at=None), execution_options=PLAINLY)


def _people_of_event(booking: Booking) -> frozenset[int]:
    """Who may be offered as somebody to reply to: who is one of the event's people no longer is not (WHO-6)."""
    event = select(Event).where(Event.id == booking.event_id).options(joinedload(Event.organisation))
    organisation_id = db.session.scalars(event).one().organisation_id
    own = (*contact_people(booking.event_id), *organisers_of(organisation_id))
    return frozenset(person.id for person in own)


def _answers_to(member: AudienceMember, own: frozenset[int]) -> str:
    offered = member.letter.answers_to if member.letter else None
    return replies_to(offered if offered and offered.id in own else None)


def _entry(member: AudienceMember, booking: Booking, own: frozenset[int], method: Entry) -> Calendar:
    return entry_for(
        member, booking, organiser=sender_of(booking), answers_to=_answers_to(member, own),
        page=address_of("audiences.attend", token=token_of(member)), struck_out=method == "CANCEL",
    )  # fmt: skip


def _send(
    member: AudienceMember,
    booking: Booking,
    own: frozenset[int],
    template: str,
    cause: str,
    *,
    entry: Entry | None = None,
    **context: Any,
) -> None:
    token = token_of(member)
    calendar = _entry(member, booking, own, entry) if entry else None
    if entry:
        member.told_sequence = booking.calendar_sequence
    post_to_audience(
        member.id, member.email, template, cause=cause, sender_name=sender_of(booking),
        reply_to=_answers_to(member, own), zone=member.time_zone or booking.event.time_zone, calendar=calendar,
        stop=address_of("audiences.new_refusal", token=token), page=address_of("audiences.attend", token=token),
        member=member, booking=booking, event=booking.event, **context,
    )  # fmt: skip
