"""What a contact leaves behind passes to another contact (WHO-6). Takes part in the caller's transaction."""

from dataclasses import dataclass

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.bookings.handover import hand_over_sessions
from portal.bookings.joining import close_rooms
from portal.db import db
from portal.errors import Invalid
from portal.events.models import Event
from portal.mail.post import post
from portal.roster.models import Contact, Removal
from portal.roster.queries import contacts_of
from portal.tickets.handover import hand_over_tickets


@dataclass(frozen=True)
class Handover:
    """What passed, and to whom; to nobody when no contact is left: it then waits for the next one."""

    heir: Person | None
    tickets: int = 0
    sessions: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to pass."""
        return not (self.tickets or self.sessions)


def check_heir(leaver: Contact, heir_id: int | None) -> None:
    """Raise Invalid (`handover_to`) unless this is another contact of the same event now, or nobody yet."""
    others = {contact.id for contact in contacts_of(leaver.event_id)} - {leaver.id}
    if heir_id is not None and heir_id not in others:
        raise Invalid(handover_to="Choose one of the other contacts of this event.")


def hand_over(actor: Actor, removal: Removal, event: Event, newcomer: Contact | None) -> Handover:
    """Pass the leaver's tickets that are not closed and sessions to come, and tell the new holder by mail.

    They go to the contact who was chosen; when that one has left or nobody was, to the replacement; else
    to whoever has been a contact longest. `removal.handover_to_id` then says to whom. Call it once the
    leaver is out, with the event locked.
    """
    leaver, heir = removal.contact.person, _heir(removal, newcomer)
    removal.handover_to_id = heir.id if heir else None
    db.session.flush()
    sessions = hand_over_sessions(actor, event, leaver, heir.person) if heir else []
    close_rooms(actor, event, leaver, sessions)
    if heir is None:
        return Handover(None)
    tickets = hand_over_tickets(actor, event, leaver, heir.person)
    if tickets:
        post(
            heir.person, "tickets_handed_over", cause=f"tickets-handed-over:{removal.id}",
            permission="ticket:read", scope=event.scope, event=event, leaver=leaver, tickets=tickets,
        )  # fmt: skip
    return Handover(heir.person, len(tickets), len(sessions))


def _heir(removal: Removal, newcomer: Contact | None) -> Contact | None:
    remaining = contacts_of(removal.event_id)
    chosen = [contact for contact in remaining if contact.id == removal.handover_to_id]
    longest = sorted(remaining, key=lambda contact: (contact.registered_at, contact.id))
    return next(iter([*chosen, *([newcomer] if newcomer else []), *longest]), None)
