"""What a closed ticket can still become: opened again, continued, and said to have helped or not (HOW-4)."""

from dataclasses import dataclass
from datetime import datetime

from portal.clock import now
from portal.editions.queries import edition_at
from portal.policy.goals import may_reopen, reopens_until
from portal.tickets.models import Ticket
from portal.tickets.models_goals import Satisfaction
from portal.tickets.satisfaction import open_until, satisfaction_of


@dataclass(frozen=True)
class Aftermath:
    """Until when a reply opens the ticket again, what the policy says of one now, and what the customer said."""

    reopens_until: datetime
    reopens: bool
    reason: str
    satisfaction: Satisfaction | None
    may_answer: bool


def aftermath(ticket: Ticket) -> Aftermath | None:
    """What follows on the closing of a visible ticket; None while it is not closed. Two queries."""
    if ticket.closed_at is None:
        return None
    edition, at, asked = edition_at(ticket.closed_at), now(), satisfaction_of(ticket.id)
    decision = may_reopen(ticket.closed_at, at, edition)
    answerable = asked is not None and asked.changed_at is None and at <= open_until(asked, edition)
    return Aftermath(
        reopens_until(ticket.closed_at, edition), decision.allowed, decision.reason, asked, answerable
    )
