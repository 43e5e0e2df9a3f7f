"""The hours after hours that were bought, held and used, window by window and in sum (AFT-1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.after_hours.models import BOUGHT, Window
from portal.after_hours.queries import visible_windows
from portal.db import db
from portal.policy.terms import Channel, in_words
from portal.tickets.models import Ticket
from portal.tickets.models_work import TimeEntry

MOST = 2_000
CSV_HEADER = (
    "Window", "Customer", "Event", "Channel", "Starts (UTC)", "Ends (UTC)", "State", "Held by", "Minutes bought",
    "Minutes held", "Minutes used", "Order", "Currency", "Price", "Paid back",
)  # fmt: skip


@dataclass(frozen=True)
class UsedWindow:
    """A window with the minutes that support noted on the event's tickets while it lasted."""

    window: Window
    used_minutes: int

    @property
    def bought_minutes(self) -> int:
        """Real minutes that were bought and not given back."""
        return self.window.minutes if self.window.state in BOUGHT else 0

    @property
    def held_minutes(self) -> int:
        """Real minutes that somebody of support held it, once it is over."""
        return self.window.minutes if self.window.state == "done" else 0


@dataclass(frozen=True)
class Hours:
    """What the windows of one event, or of several, come to, in real minutes."""

    windows: int
    bought_minutes: int
    held_minutes: int
    used_minutes: int


@dataclass(frozen=True)
class Statement:
    """The windows of a stretch of time, the latest first; `is_cut` when there are more than MOST of them."""

    rows: tuple[UsedWindow, ...]
    is_cut: bool

    @property
    def total(self) -> Hours:
        """What all of them come to."""
        return summed(self.rows)

    @property
    def by_event(self) -> list[tuple[Window, Hours]]:
        """What those of each event come to, with one of them to name it by; by customer, then event."""
        groups: dict[int, list[UsedWindow]] = {}
        for row in self.rows:
            groups.setdefault(row.window.event_id, []).append(row)
        found = [(rows[0].window, summed(rows)) for rows in groups.values()]
        return sorted(
            found, key=lambda each: (each[0].organisation.name, each[0].event.name, each[0].event_id)
        )


def summed(rows: Sequence[UsedWindow]) -> Hours:
    """What windows come to: those that were bought count, and the time used in any of them."""
    bought = [row for row in rows if row.bought_minutes]
    return Hours(
        len(bought), sum(row.bought_minutes for row in rows), sum(row.held_minutes for row in rows),
        sum(row.used_minutes for row in rows),
    )  # fmt: skip


def statement_of(
    actor: Actor,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    *,
    event_id: int | None = None,
) -> Statement:
    """The windows that were ordered, as far as `actor` may know of them, which start in a stretch of time; of one
    event where asked. One query."""
    within = visible_windows(actor).where(Window.order_id.is_not(None))
    if starts_at is not None and ends_at is not None:
        within = within.where(Window.starts_at >= starts_at, Window.starts_at < ends_at)
    if event_id is not None:
        within = within.where(Window.event_id == event_id)
    parties = (Window.event, Window.organisation, Window.order, Window.holder)
    whole = within.options(*(joinedload(each) for each in parties)).add_columns(_used())
    rows = db.session.execute(whole.order_by(Window.starts_at.desc(), Window.id.desc()).limit(MOST + 1)).all()
    return Statement(tuple(UsedWindow(row[0], int(row[1])) for row in rows[:MOST]), len(rows) > MOST)


def csv_rows(statement: Statement) -> Iterator[tuple[object, ...]]:
    """The windows as rows of a file. Times are in UTC, amounts in the order's currency."""
    for row in statement.rows:
        window, order = row.window, row.window.order
        assert order is not None
        yield (
            window.reference, window.organisation.name, window.event.name, in_words(Channel(window.channel)),
            window.starts_at.strftime("%Y-%m-%d %H:%M"), window.ends_at.strftime("%Y-%m-%d %H:%M"), window.state,
            window.holder.name if window.holder else "", row.bought_minutes, row.held_minutes, row.used_minutes,
            order.reference, order.currency, Decimal(order.total_cents) / 100, Decimal(order.refunded_cents) / 100,
        )  # fmt: skip


def _used() -> ScalarSelect[int]:
    within = (TimeEntry.noted_at >= Window.starts_at, TimeEntry.noted_at < Window.ends_at)
    minutes = select(func.coalesce(func.sum(TimeEntry.minutes), 0)).join(
        Ticket, Ticket.id == TimeEntry.ticket_id
    )
    return minutes.where(Ticket.event_id == Window.event_id, *within).correlate(Window).scalar_subquery()
