"""Giving a ticket to a colleague, taking it over, and putting it back (HOW-1)."""

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.clock import now
from portal.db import db, use_case
from portal.duty.queries import away_at
from portal.errors import Conflict, Invalid, Link
from portal.tickets import letters_to_team as letters
from portal.tickets.holders import at_work, held_by, held_by_nobody, pass_on
from portal.tickets.models import Ticket
from portal.tickets.offers import note_put_back
from portal.tickets.queries import ticket_for
from portal.tickets.sides import require_support


@use_case
def hand_ticket(
    actor: Actor, ticket_id: int, *, to_id: int | None, seen_id: int | None, reason: str = ""
) -> Ticket:
    """Give a ticket to `to_id`, or with None back to the team; `seen_id` is who had it on the page.

    Taking it from somebody else needs a reason, which they are told. Raises Invalid (`to`, `reason`),
    Conflict when it is closed or has changed hands meanwhile, NotFound, Forbidden.
    """
    ticket = ticket_for(actor, ticket_id)
    require_support(actor, ticket.scope)
    if ticket.state == "closed" or ticket.assignee_id != seen_id:
        raise changed_meanwhile(ticket)
    if to_id == seen_id:
        return ticket
    holder, to = ticket.assignee, None if to_id is None else able(to_id)
    if holder is not None and holder.id != actor.id and not reason:
        raise Invalid(reason=f"Say why: {holder.name} is told.")
    action, because = _in_words(actor, to, reason)
    values = held_by(to.id, because) if to else held_by_nobody()
    if not pass_on(actor, ticket, action, because, **values):
        db.session.refresh(ticket)
        raise changed_meanwhile(ticket)
    _tell(actor, ticket, holder, because)
    return ticket


def able(person_id: int) -> Person:
    """A colleague who can be given tickets now. Raises Invalid (`to`) for who has left or is away."""
    found = at_work().get(person_id)
    if found is None:
        raise Invalid(to="Choose one of the team.")
    if person_id in away_at(now(), [person_id]):
        raise Invalid(to=f"{found.name} is away. Choose somebody else.")
    return found


def changed_meanwhile(ticket: Ticket) -> Conflict:
    """What somebody is told whose page said something else of a ticket."""
    link = Link("See the ticket", "tickets.show", {"ticket_id": ticket.id})
    if ticket.state == "closed":
        return Conflict("This ticket is closed.", links=(link,))
    holder = (
        f"{ticket.assignee.name} has this ticket now." if ticket.assignee else "Nobody has this ticket now."
    )
    return Conflict(holder, links=(link,))


def _in_words(actor: Actor, to: Person | None, reason: str) -> tuple[str, str]:
    said = f": {reason}" if reason else "."
    if to is None:
        return "ticket.put_back", f"{actor.name} put it back{said}"
    if to.id == actor.person_id:
        return "ticket.taken_over", f"{actor.name} took it over{said}"
    return "ticket.assigned", f"{actor.name} assigned it{said}"


def _tell(actor: Actor, ticket: Ticket, holder: Person | None, because: str) -> None:
    if holder is not None and ticket.assignee_id is None:
        note_put_back(ticket, holder.id)
    if ticket.assignee is not None and ticket.assignee_id != actor.person_id:
        letters.tell_of_assignment(ticket, ticket.assignee, because)
    if holder is not None and holder.id != actor.person_id:
        letters.tell_of_handing_on(ticket, holder, because)
    if ticket.assignee_id is None and ticket.state == "open":
        letters.offer_again(ticket, because, but=actor.person_id)
