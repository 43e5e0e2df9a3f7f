"""The last months in figures, month by month as they were in US Eastern. One query."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Float, Select, cast, func, literal, select, text, union_all

from portal.accounts.actor import Actor
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db
from portal.orders.models import Order
from portal.policy.instants import EASTERN
from portal.quotes.models import Quote
from portal.tickets.models import Ticket
from portal.tickets.models_goals import TicketGoal
from portal.wishlist.models import Wish

MONTHS = 12
HEADER = (
    "Month", "Tickets opened", "Tickets closed", "Median first reply (business minutes)", "Replies in time (per cent)",
    "Live sessions", "Orders placed", "Order value (US$)", "Quotes accepted", "Wishes added",
)  # fmt: skip


@dataclass(frozen=True)
class Month:
    """One month; `begins` is its first day. Minutes are business time, money integer cents; None is nothing to count."""

    begins: date
    opened: int
    closed: int
    median_reply: int | None
    in_time_percent: int | None
    sessions: int
    orders: int
    ordered_cents: int
    quotes_accepted: int
    wishes: int


def months(actor: Actor) -> list[Month]:
    """This month and the eleven before it, the oldest first. Raises Forbidden for who is no manager."""
    actor.require("management:read")
    known = _months_until(now().astimezone(EASTERN).date())
    since = datetime.combine(known[0], datetime.min.time(), EASTERN)
    found = {
        (what, begins.date()): number for what, begins, number in db.session.execute(_counted(since)).all()
    }
    return [_month(day, found) for day in known]


def rows(found: list[Month]) -> list[tuple[object, ...]]:
    """The months as rows for HEADER."""
    return [
        (
            each.begins.isoformat()[:7], each.opened, each.closed, each.median_reply, each.in_time_percent, each.sessions,
            each.orders, each.ordered_cents / 100, each.quotes_accepted, each.wishes,
        )
        for each in found
    ]  # fmt: skip


def _months_until(today: date) -> list[date]:
    counted = [today.year * 12 + today.month - 1 - back for back in range(MONTHS)]
    return [date(number // 12, number % 12 + 1, 1) for number in reversed(counted)]


def _month(day: date, found: dict[tuple[str, date], Any]) -> Month:
    def number(what: str) -> int:
        return int(found.get((what, day)) or 0)

    median, share = found.get(("median", day)), found.get(("in_time", day))
    return Month(
        day, number("opened"), number("closed"), None if median is None else int(median),
        None if share is None else round(share), number("sessions"), number("orders"), number("ordered"),
        number("accepted"), number("wishes"),
    )  # fmt: skip


def _counted(since: datetime) -> Any:
    first = (TicketGoal.kind == "first_reply", TicketGoal.met_at.is_not(None), TicketGoal.window_id.is_(None))
    in_time = 100.0 * func.count().filter(TicketGoal.in_time.is_(True)) / func.count()
    held = Booking.state.in_(("confirmed", "done", "no_show")), Booking.starts_at < now()
    return union_all(
        _by_month("opened", Ticket.opened_at, func.count(), since),
        _by_month("closed", Ticket.closed_at, func.count(), since),
        _by_month("median", TicketGoal.met_at, func.percentile_disc(0.5).within_group(TicketGoal.took_minutes), since, *first),
        _by_month("in_time", TicketGoal.met_at, in_time, since, *first),
        _by_month("sessions", Booking.starts_at, func.count(), since, *held),
        _by_month("orders", Order.placed_at, func.count(), since, Order.state != "cancelled"),
        _by_month("ordered", Order.placed_at, func.sum(Order.total_cents), since, Order.state != "cancelled"),
        _by_month("accepted", Quote.decided_at, func.count(), since, Quote.state == "accepted"),
        _by_month("wishes", Wish.submitted_at, func.count(), since),
    )  # fmt: skip


def _by_month(what: str, moment: Any, number: Any, since: datetime, *conditions: Any) -> Select[Any]:
    month = func.date_trunc("month", func.timezone("America/New_York", moment))
    counted = select(literal(what), month, cast(number, Float)).where(moment >= since, *conditions)
    return counted.group_by(text("2"))
