"""Mail of what support does with tickets beside answering them. These take part in the caller's transaction."""

from portal.accounts.models import Person
from portal.mail.post import post
from portal.mail.threads import Turn
from portal.policy.hours import Promise
from portal.tickets.models import Message, Ticket


def tell_of_call(
    ticket: Ticket, said: Message, answer: Message | None, to: Person, promise: Promise | None
) -> None:
    """Send whoever was on the phone what was written down, and the answer or by when to expect one."""
    post(
        to, "ticket_call", cause=f"ticket-call:{said.id}", permission="ticket:read", scope=ticket.scope,
        turn=Turn(ticket.id, said.id), ticket=ticket, said=said, answer=answer, promise=promise,
    )  # fmt: skip
