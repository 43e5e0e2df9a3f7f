"""Mail of what support does with tickets beside answering them. These take part in the caller's transaction."""

from portal.accounts.models import Person
from portal.mail.post import post
from portal.mail.threads import Turn
from portal.policy.hours import Promise
from portal.tickets.letters import asking
from portal.tickets.models import Message, Ticket


def tell_of_call(
    ticket: Ticket, said: Message, answer: Message | None, to: Person, promise: Promise | None
) -> None:
    """Send whoever was on the phone what was written down, and the answer or by when to expect one."""
    post(
        to, "ticket_call", cause=f"ticket-call:{said.id}", permission="ticket:read", scope=ticket.scope,
        turn=Turn(ticket.id, said.id), ticket=ticket, said=said, answer=answer, promise=promise,
    )  # fmt: skip


def tell_of_merge(ticket: Ticket, target: Ticket, merge_id: int) -> None:
    """Tell whoever took part in either of two tickets that they are one now."""
    for person in asking(target):
        post(
            person, "ticket_merged", cause=f"ticket-merged:{merge_id}", permission="ticket:read",
            scope=target.scope, turn=Turn(target.id), ticket=target, merged=ticket,
        )  # fmt: skip


def tell_of_split(ticket: Ticket, part: Ticket) -> None:
    """Tell whoever took part in what was taken out of a ticket where it goes on."""
    for person in asking(part):
        post(
            person, "ticket_split", cause=f"ticket-split:{part.id}", permission="ticket:read", scope=part.scope,
            turn=Turn(part.id), ticket=part, whole=ticket,
        )  # fmt: skip


def tell_of_proposal(ticket: Ticket) -> None:
    """Tell whoever took part that support proposes a live session, and where to book it."""
    for person in asking(ticket):
        post(
            person, "ticket_session", cause=f"ticket-session:{ticket.id}:{ticket.session_proposed}",
            permission="booking:create", scope=ticket.scope, turn=Turn(ticket.id), ticket=ticket,
        )  # fmt: skip
