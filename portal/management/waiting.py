"""What waits for a manager today, counted in one query."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from portal.accounts.actor import Actor
from portal.clock import now
from portal.db import db
from portal.inbound.models import InboundMail
from portal.orders.models import Order
from portal.quotes.models import Quote, QuoteVersion
from portal.roster.models import Removal
from portal.tickets.models import Ticket
from portal.usage.models import UsageDecision, UsageNotice
from portal.usage.queries import all_usage
from portal.wishlist.models import Wish


@dataclass(frozen=True)
class Waiting:
    """One kind of thing that waits: how many, how many of them are late, by which rule, and where to decide."""

    label: str
    number: int
    rule: str | None
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    late: int = 0


def waiting(actor: Actor) -> list[Waiting]:
    """Everything that waits for a decision, also what there is none of. Raises Forbidden for who is no manager."""
    actor.require("management:read")
    at = now()
    row = db.session.execute(
        select(*(each.scalar_subquery().label(name) for name, each in _counts(at).items()))
    ).one()
    above = sum(each.assessment.excessive and not each.is_free for each in all_usage(at))
    return [
        Waiting("Removals and replacements to approve", row.removals, "WHO-6", "removals.index", late=row.removals_late),
        Waiting("Tickets whose reply is late", row.tickets_late, "HOW-2", "queue.index", {"view": "late"}, row.tickets_late),
        Waiting("Quotes asked for and not written", row.quotes_asked, "OUT-1", "quotes.index", {"state": "asked"}),
        Waiting("Drafts of quotes to send", row.quotes_drafted, "OUT-1", "quotes.index"),
        Waiting("Events significantly above others", above, "USE-2", "usage.index", {"view": "above"}),
        Waiting("Notices of usage without a decision", row.notices, "USE-3", "usage.index"),
        Waiting("Wishes up for decision", row.wishes, "WISH-3", "wishes.index", {"decision": "open"}),
        Waiting("Orders awaiting payment", row.orders, "WHO-4", "orders.index", {"state": "pending"}),
        Waiting("Mail in quarantine", row.mail, None, "inbound.index"),
    ]  # fmt: skip


def _counts(at: datetime) -> dict[str, Select[int]]:
    decided = select(UsageDecision.id).where(UsageDecision.notice_id == UsageNotice.id)
    return {
        "removals": _of(Removal, Removal.state == "pending"),
        "removals_late": _of(Removal, Removal.state == "pending", Removal.due_at < at),
        "tickets_late": _of(Ticket, Ticket.state == "open", Ticket.reply_due_at < at),
        "quotes_asked": _of(
            Quote, Quote.state == "asked",
            ~select(QuoteVersion.id).where(QuoteVersion.quote_id == Quote.id).exists(),
        ),
        "quotes_drafted": _of(QuoteVersion, QuoteVersion.sent_at.is_(None)),
        "notices": _of(UsageNotice, ~decided.exists()),
        "wishes": _of(Wish, Wish.state == "published", Wish.decision == "open"),
        "orders": _of(Order, Order.state == "pending"),
        "mail": _of(InboundMail, InboundMail.state == "quarantined"),
    }  # fmt: skip


def _of(kind: Any, *conditions: Any) -> Select[int]:
    return select(func.count()).select_from(kind).where(*conditions)
