"""Who gets support, and how many contacts an event may have (WHO-1 to WHO-6)."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime

from portal.policy.business_time import add_business_days, add_business_minutes, business_minutes_between
from portal.policy.decision import Decision, PolicyError, WayOn, granted, refused
from portal.policy.edition_shape import FIRST_EDITION, Edition
from portal.policy.parameters import ContactBand
from portal.policy.terms import Licence, in_words
from portal.policy.wording import counted

__all__ = [
    "ContactLimit",
    "Licence",
    "contact_limit",
    "is_over_limit",
    "may_add_contact",
    "may_decide_removal",
    "may_escalate_question",
    "may_open_ticket",
    "may_register",
    "may_replace_contact",
    "may_reply_to_attendee",
    "may_withdraw_removal",
    "removal_due",
    "removal_half_time",
    "seat_counts",
    "size_band",
    "size_bands",
]


@dataclass(frozen=True, slots=True)
class ContactLimit:
    """WHO-3, WHO-4: contacts that the licence includes, seats bought on top, and their sum."""

    base: int
    extra: int
    total: int
    band: str
    rule: str
    reason: str


def size_bands(edition: Edition = FIRST_EDITION) -> tuple[str, ...]:
    """WHO-3, USE-2: the size bands of events by their labels, smallest first: `301-600 attendees`."""
    ends = [band.up_to for band in edition.contacts.bands]
    starts = [1, *(end + 1 for end in ends if end is not None)]
    return tuple(_band_label(start, end) for start, end in zip(starts, ends, strict=True))


def _band_label(start: int, end: int | None) -> str:
    return f"{start:,} attendees or more" if end is None else f"{start:,}-{end:,} attendees"


def size_band(attendees: int, edition: Edition = FIRST_EDITION) -> str:
    """WHO-3, USE-2: the label of the size band of an event. Raises PolicyError below one attendee."""
    return size_bands(edition)[_band_index(attendees, edition.contacts.bands)]


def _band_index(attendees: int, bands: tuple[ContactBand, ...]) -> int:
    if attendees < 1:
        raise PolicyError("WHO-3", "An event has at least one attendee.")
    return next(i for i, band in enumerate(bands) if band.up_to is None or attendees <= band.up_to)


def contact_limit(
    attendees: int, licence: Licence, *, extra_seats: int = 0, edition: Edition = FIRST_EDITION
) -> ContactLimit:
    """WHO-3, WHO-4: the most contacts an event may have, by expected attendees, licence and seats bought.

    Exactly 1,000 attendees belong to 601-1,000. `extra_seats` are those paid or approved for
    invoicing. Raises PolicyError below one attendee or for fewer than no extra seats.
    """
    if extra_seats < 0:
        raise PolicyError("WHO-4", "An event cannot have fewer than no additional contacts.")
    base = edition.contacts.bands[_band_index(attendees, edition.contacts.bands)].for_licence(licence)
    band = size_band(attendees, edition)
    reason = f"A {in_words(licence)} licence for {band} includes {counted(base, 'Technical Contact')}."
    if extra_seats:
        reason = f"{reason[:-1]}, and {counted(extra_seats, 'additional contact')} came with paid seats."
    return ContactLimit(base, extra_seats, base + extra_seats, band, "WHO-3", reason)


def is_over_limit(limit: ContactLimit, in_use: int) -> bool:
    """WHO-3: whether more contacts are registered than the event may have now; nobody is removed for it."""
    return in_use > limit.total


def may_add_contact(limit: ContactLimit, in_use: int, *, more: int = 1) -> Decision:
    """WHO-3, WHO-5: whether `more` contacts may be registered beside those in use.

    The ways on are removing a contact and buying a seat. Raises PolicyError for a negative number in use,
    and for fewer than one more.
    """
    if in_use < 0 or more < 1:
        raise PolicyError("WHO-3", "An event cannot have fewer than no contacts.")
    if in_use + more <= limit.total:
        return granted("WHO-5", f"{in_use} of {counted(limit.total, 'contact')} registered: there is room.")
    if in_use < limit.total:
        free = counted(limit.total - in_use, "more Technical Contact")
        reason = f"This event has room for {free}: {in_use} of {limit.total} are registered, {more} are to be added."
        return refused("WHO-3", reason, WayOn.REMOVE_CONTACT, WayOn.BUY_SEAT)
    state = "is over its limit of" if is_over_limit(limit, in_use) else "has all of its"
    reason = f"This event {state} {counted(limit.total, 'Technical Contact')}: {in_use} registered."
    return refused("WHO-3", reason, WayOn.REMOVE_CONTACT, WayOn.BUY_SEAT)


def may_register(name: str, *details: str | None) -> Decision:
    """WHO-5: whether a registration is complete: a name, and at least one way to reach the person."""
    if name.strip() and any(detail and detail.strip() for detail in details):
        return granted("WHO-5", "A name and contact details are given.")
    return refused("WHO-5", "A Technical Contact is registered with a name and contact details.")


def may_open_ticket(is_contact: bool, *, is_organiser: bool = False) -> Decision:
    """WHO-1, OUT-5: whether someone may open a ticket on an event: only its registered contacts.

    An organiser is offered to register; anyone else to ask the event's contacts.
    """
    if is_contact:
        return granted("WHO-1", "You are a Technical Contact of this event.")
    if is_organiser:
        reason = "You manage this event, but only its registered Technical Contacts can open tickets."
        return refused("WHO-1", reason, WayOn.REGISTER_CONTACT, WayOn.REQUEST_QUOTE)
    reason = "Only the registered Technical Contacts of an event can open tickets on it."
    return refused("WHO-1", reason, WayOn.ASK_CONTACTS)


def may_reply_to_attendee(is_contact: bool) -> Decision:
    """WHO-2: whether someone may answer an attendee's question: the event's contacts, never support."""
    if is_contact:
        return granted("WHO-2", "Attendees are answered by the Technical Contacts of their event.")
    reason = "Support does not write to attendees: the event's Technical Contacts answer them."
    return refused("WHO-2", reason, WayOn.ASK_CONTACTS)


def may_escalate_question(is_contact: bool) -> Decision:
    """WHO-2: whether someone may pass an attendee's question on to support as a ticket: its contacts."""
    if is_contact:
        return granted("WHO-2", "A contact may pass on to support what they cannot resolve.")
    reason = "Only a Technical Contact of the event can pass a question on to support."
    return refused("WHO-2", reason, WayOn.ASK_CONTACTS)


def seat_counts(*, is_paid: bool, invoicing_approved: bool) -> bool:
    """WHO-4: whether an ordered seat raises the limit: once paid, or once staff approve invoicing."""
    return is_paid or invoicing_approved


def removal_due(received_at: datetime, edition: Edition = FIRST_EDITION) -> datetime:
    """WHO-6: by when a removal or replacement is decided, in UTC: two business days from receipt.

    Counted as replies are (HOW-2): received in business hours, the same clock time two business days
    later; received outside them, the next day on which support opens is the first of the two, and the
    time ends at the close of the second. Raises PolicyError without a time zone.
    """
    return add_business_days(received_at, edition.contacts.removal_business_days, edition.hours)


def removal_half_time(received_at: datetime, due_at: datetime, edition: Edition = FIRST_EDITION) -> datetime:
    """WHO-6: when half of the business time for a decision has passed, in UTC: managers are reminded then.

    Raises PolicyError without a time zone.
    """
    allowed = business_minutes_between(received_at, due_at, edition.hours)
    return add_business_minutes(received_at, max(0, allowed) // 2, edition.hours)


def may_replace_contact(limit: ContactLimit, in_use: int, *, seat_closes: bool) -> Decision:
    """WHO-3, WHO-6: whether somebody else may take over a contact's seat, also when the event is full.

    The number of contacts stays the same, so it may, unless the seat lies beyond a limit that has fallen:
    such a seat goes with whoever sits on it. The ways on are removing a contact and buying a seat.
    """
    if not seat_closes:
        return granted("WHO-6", "A replacement takes over the seat: the number of contacts stays the same.")
    reason = (
        f"This event is over its limit of {counted(limit.total, 'Technical Contact')}: {in_use} registered. "
        "This seat lies beyond the limit and goes with whoever sits on it, so nobody can take it over."
    )
    return refused("WHO-3", reason, WayOn.REMOVE_CONTACT, WayOn.BUY_SEAT)


def may_decide_removal(
    requested_by_id: Hashable, decider_id: Hashable, *, is_manager: bool = True, removed_id: Hashable = None
) -> Decision:
    """WHO-6: whether someone may approve or refuse a removal: a manager, neither its author nor its subject."""
    if not is_manager:
        reason = "Removing a contact is decided by a support manager."
        return refused("WHO-6", reason, WayOn.ASK_MANAGER)
    if decider_id in (requested_by_id, removed_id):
        reason = (
            "Nobody decides on a removal that they asked for or that concerns them: another manager does."
        )
        return refused("WHO-6", reason, WayOn.ASK_MANAGER)
    return granted("WHO-6", "A manager other than the person who asked decides.")


def may_withdraw_removal(*, is_decided: bool) -> Decision:
    """WHO-6: whether a request for removal or replacement may still be taken back: until it is decided."""
    if is_decided:
        reason = "This request has been decided; a contact who was removed can be registered anew."
        return refused("WHO-6", reason, WayOn.REGISTER_CONTACT)
    return granted("WHO-6", "The request has not been decided yet.")
