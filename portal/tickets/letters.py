"""Which mail a ticket causes, and who gets it. These take part in the caller's transaction."""

from portal.accounts.models import Person
from portal.db import db
from portal.mail.enclosed import travels
from portal.mail.post import post
from portal.mail.threads import Turn
from portal.policy.hours import Promise
from portal.roster.queries import contact_people
from portal.tickets.holders import at_work
from portal.tickets.models import Message, Ticket
from portal.tickets.offers import offer
from portal.tickets.queries import customer_authors
from portal.tickets.satisfaction_links import satisfaction_token


def confirm_receipt(ticket: Ticket, message: Message, to: Person, promise: Promise) -> None:
    """Tell who wrote that it has arrived, by when to expect a reply, and why (HOW-4)."""
    post(
        to,
        "ticket_received",
        cause=f"ticket-received:{message.id}",
        permission="ticket:read",
        scope=ticket.scope,
        turn=Turn(ticket.id, message.id),
        ticket=ticket,
        message=message,
        promise=promise,
    )


def tell_support(ticket: Ticket, message: Message, author: Person) -> None:
    """Tell who works on the ticket that the customer wrote: its assignee, else those it is offered to (HOW-1)."""
    people, because = _working_on(ticket)
    for person in people:
        post(
            person,
            "ticket_question",
            cause=f"ticket-question:{message.id}",
            permission="ticket:work",
            scope=ticket.scope,
            turn=Turn(ticket.id, message.id),
            files_travel=travels(message.attachments),
            ticket=ticket,
            message=message,
            author=author,
            offered_because=because,
        )


def tell_customer(ticket: Ticket, message: Message, author: Person) -> None:
    """Send support's answer to the contacts who took part, or to every contact when none of them is left."""
    never_a_note(message)
    for person in asking(ticket):
        post(
            person,
            "ticket_answer",
            cause=f"ticket-answer:{message.id}",
            permission="ticket:read",
            scope=ticket.scope,
            turn=Turn(ticket.id, message.id),
            files_travel=travels(message.attachments),
            ticket=ticket,
            message=message,
            author=author,
        )


def never_a_note(message: Message) -> None:
    """Raise AssertionError for what support notes among itself: it is never sent out, whoever asks for it."""
    if message.internal:
        raise AssertionError("a note never leaves support")


def tell_of_closing(
    ticket: Ticket, closer_id: int, last_message_id: int, *, by_support: bool, asks: bool
) -> None:
    """Tell the other side that a ticket was closed, and how to open it again.

    With `asks` whoever has the ticket on the customer's side is asked whether it helped, by a link of their own.
    """
    asked_id = ticket.handed_to_id or ticket.opened_by_id
    told = asking(ticket) if by_support else [ticket.assignee] if ticket.assignee else []
    for person in (person for person in told if person.id != closer_id):
        post(
            person,
            "ticket_closed",
            cause=f"ticket-closed:{ticket.id}:{last_message_id}",
            permission="ticket:read",
            scope=ticket.scope,
            turn=Turn(ticket.id),
            ticket=ticket,
            by_support=by_support,
            token=satisfaction_token(ticket.id, person.id) if asks and person.id == asked_id else None,
        )


def tell_of_bounce(message: Message, address: str, reason: str, mail_id: int) -> None:
    """Tell whoever answered that a mail server gave the answer back."""
    ticket = db.session.get_one(Ticket, message.ticket_id)
    post(
        message.author,
        "ticket_bounced",
        cause=f"ticket-bounced:{mail_id}",
        permission="ticket:work",
        scope=ticket.scope,
        turn=Turn(ticket.id),
        ticket=ticket,
        address=address,
        reason=reason,
    )


def _working_on(ticket: Ticket) -> tuple[list[Person], str]:
    """Who works on a ticket, and for those it is offered to, why."""
    # Whoever had the ticket may have left since: then it is the team's again.
    holder = at_work().get(ticket.assignee_id) if ticket.assignee_id else None
    if holder is not None:
        return [holder], ""
    offered = offer(ticket)
    return offered.people, offered.because


def asking(ticket: Ticket) -> list[Person]:
    """The contacts of now who took part in a ticket, or every contact when none of them is left."""
    contacts = contact_people(ticket.event_id)
    took_part = customer_authors(ticket)
    return [person for person in contacts if person.id in took_part] or contacts
