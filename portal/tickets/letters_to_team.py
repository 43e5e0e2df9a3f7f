"""Which mail the team gets as a ticket changes hands (HOW-1). These take part in the caller's transaction."""

from typing import Any

from portal.accounts.models import Person
from portal.accounts.permissions import Role
from portal.accounts.queries import staff_with
from portal.clock import now
from portal.mail.post import post
from portal.tickets.models import Ticket
from portal.tickets.offers import offer


def tell_of_assignment(ticket: Ticket, to: Person, because: str) -> None:
    """Tell somebody that a ticket is theirs now, and why."""
    _write(to, "ticket_assigned", ticket, because=because)


def tell_of_handing_on(ticket: Ticket, holder: Person, because: str) -> None:
    """Tell whoever had a ticket that they have it no longer, and why."""
    _write(holder, "ticket_handed_on", ticket, because=because)


def offer_again(ticket: Ticket, because: str, but: int | None) -> None:
    """Offer a ticket that was put back to the team, except to who put it back."""
    offered = offer(ticket)
    for person in (person for person in offered.people if person.id != but):
        _write(person, "ticket_offered", ticket, because=because, offered_because=offered.because)


def tell_managers_of_nobody(ticket: Ticket, because: str) -> None:
    """Tell managers of a ticket that needs somebody while nobody is on duty who could take it."""
    for manager in staff_with(Role.MANAGER):
        _write(manager, "ticket_without_anybody", ticket, because=because)


def _write(to: Person, template: str, ticket: Ticket, **words: Any) -> None:
    cause = f"{template.replace('_', '-')}:{ticket.id}:{now().isoformat()}"
    post(
        to, template, cause=cause, permission="ticket:work", scope=ticket.scope, ticket=ticket, **words
    )  # fmt: skip
