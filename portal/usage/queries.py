"""What events used of support, counted from tickets, time and sessions themselves (USE-2).

Counted anew each time, so that the figures are those of a full recount. A ticket split off another and one
merged into another count with it: neither side can change the figures by cutting tickets differently.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, literal, select, text, union_all
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor, Scope
from portal.accounts.models import Organisation
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db
from portal.editions.queries import edition_in_force, edition_numbered
from portal.events.models import Event
from portal.events.queries import event_scope
from portal.policy.edition import Edition
from portal.policy.fair_use import (
    Assessment,
    Usage,
    assess,
    is_in_free_period,
    peers_in_band,
    size_band,
    usage_since,
)
from portal.policy.instants import EASTERN
from portal.policy.reply_record import at_percentile
from portal.tickets.models import Ticket
from portal.tickets.models_work import TicketLink, TimeEntry
from portal.usage.models import UsageDecision, UsageNotice

WEEKS = 12
COUNTED_SESSIONS = ("confirmed", "done", "no_show")


@dataclass(frozen=True)
class EventUsage:
    """An event's usage in the window, beside that of others of its size."""

    event_id: int
    event: str
    organisation_id: int
    organisation: str
    band: str
    account_opened_on: date
    usage: Usage
    assessment: Assessment
    spread: dict[str, tuple[int, int, int]]
    is_free: bool
    edition: Edition

    @property
    def scope(self) -> Scope:
        """Where it belongs, for permission checks."""
        return Scope(event_id=self.event_id, organisation_id=self.organisation_id)

    @property
    def marks(self) -> dict[str, float]:
        """What each figure must be above to be significant, in its unit: both conditions of USE-2 must be met."""
        share = self.edition.fair_use.percent_of_average / 100
        figures = self.assessment.figures
        return {each.measure: max(float(each.average) * share, float(each.percentile)) for each in figures}

    @property
    def distance(self) -> float:
        """How far it has gone towards what is significant: 1 is the mark, by its furthest figure."""
        marks = self.marks
        return max(
            (each.own / max(marks[each.measure], 1.0) for each in self.assessment.figures), default=0.0
        )


@dataclass(frozen=True)
class Week:
    """What an event used in one week, Monday to Sunday in US Eastern."""

    begins: date
    minutes: int
    tickets: int
    sessions: int


def usage_of(event_id: int, at: datetime | None = None) -> EventUsage | None:
    """The usage of one event, assessed; None for an unknown one. The caller has checked who may see it."""
    return next(iter(all_usage(at, only=event_id)), None)


def all_usage(
    at: datetime | None = None, *, only: int | None = None, edition: Edition | None = None
) -> list[EventUsage]:
    """The usage of every event, or of one only, beside that of the others, in one query.

    Assessed by the edition in force, unless another is given.
    """
    edition, at = edition or edition_in_force(), at or now()
    rows = db.session.execute(_counted(usage_since(at, edition), at)).all()
    bands: dict[str, list[tuple[int, str, Usage]]] = defaultdict(list)
    for row in rows:
        band = size_band(row.attendees, edition)
        bands[band].append((row.organisation_id, band, _usage(row)))
    wanted = [row for row in rows if only in (None, row.id)]
    return [_assessed(row, bands[size_band(row.attendees, edition)], edition, at) for row in wanted]


def exceeding(actor: Actor) -> list[EventUsage]:
    """Every event, those furthest along first. Raises Forbidden for who may not see all."""
    actor.require("usage:all")
    return sorted(all_usage(), key=lambda each: (-each.distance, each.event))


def weeks_of(event_id: int) -> list[Week]:
    """The last weeks of an event, the oldest first; weeks without anything are there as well."""
    first = _monday(now()) - timedelta(weeks=WEEKS - 1)
    since, until = datetime.combine(first, datetime.min.time(), EASTERN), now()
    minutes = _minutes().where(Ticket.event_id == event_id, TimeEntry.noted_at.between(since, until))
    tickets = _tickets().where(Ticket.event_id == event_id, Ticket.opened_at.between(since, until))
    sessions = _sessions().where(Booking.event_id == event_id, Booking.starts_at.between(since, until))
    counted = union_all(
        _by_week("minutes", minutes, TimeEntry.noted_at, func.sum(TimeEntry.minutes)),
        _by_week("tickets", tickets, Ticket.opened_at, func.count()),
        _by_week("sessions", sessions, Booking.starts_at, func.count()),
    )
    found = {(what, begins.date()): int(number) for what, begins, number in db.session.execute(counted)}
    begun = [first + timedelta(weeks=number) for number in range(WEEKS)]
    return [
        Week(day, *(found.get((what, day), 0) for what in ("minutes", "tickets", "sessions")))
        for day in begun
    ]


def notices_of(event_id: int) -> list[UsageNotice]:
    """The notices of an event, newest first, with their people."""
    mine = select(UsageNotice).where(UsageNotice.event_id == event_id)
    whole = mine.options(joinedload(UsageNotice.sent_by), joinedload(UsageNotice.answered_by))
    return list(db.session.scalars(whole.order_by(UsageNotice.id.desc())))


def edition_of(notice: UsageNotice | None) -> Edition:
    """The edition whose days of patience hold: the one that a notice was sent under (POL-1)."""
    sent_under = edition_numbered(notice.policy_edition) if notice else None
    return sent_under or edition_in_force()


def decisions_of(event_id: int) -> list[UsageDecision]:
    """What was decided about an event's usage, newest first, with its people."""
    mine = select(UsageDecision).where(UsageDecision.event_id == event_id)
    whole = mine.options(joinedload(UsageDecision.decided_by), joinedload(UsageDecision.ended_by))
    return list(db.session.scalars(whole.order_by(UsageDecision.id.desc())))


def notice_scope(actor: Actor, notice_id: int) -> Scope | None:
    """Where a notice belongs; None when the actor may not know of its event."""
    event_id = db.session.scalar(select(UsageNotice.event_id).where(UsageNotice.id == notice_id))
    return event_scope(actor, event_id) if event_id is not None else None


def event_of_notice(notice_id: int) -> int:
    """The key of the event that a notice already found to be visible is about."""
    return db.session.scalars(select(UsageNotice.event_id).where(UsageNotice.id == notice_id)).one()


def _assessed(row: Any, known: list[tuple[int, str, Usage]], edition: Edition, at: datetime) -> EventUsage:
    band, usage = size_band(row.attendees, edition), _usage(row)
    peers = peers_in_band(row.organisation_id, band, known)
    return EventUsage(
        row.id, row.name, row.organisation_id, row.organisation, band, row.account_opened_on, usage,
        assess(usage, peers, edition), _spread(peers), is_in_free_period(row.account_opened_on, at, edition),
        edition,
    )  # fmt: skip


def _usage(row: Any) -> Usage:
    return Usage(int(row.minutes), int(row.tickets), int(row.sessions))


def _spread(peers: Sequence[Usage]) -> dict[str, tuple[int, int, int]]:
    """The lower quartile, the median and the upper quartile of each measure; nothing without peers."""
    if not peers:
        return {}
    return {
        name: tuple(
            at_percentile([getattr(peer, name) for peer in peers], percent) for percent in (25, 50, 75)
        )  # type: ignore[misc]
        for name in ("minutes", "tickets", "sessions")
    }


def _counted(since: datetime, until: datetime) -> Select[Any]:
    minutes = _minutes().where(TimeEntry.noted_at >= since, TimeEntry.noted_at < until)
    spent = minutes.with_only_columns(Ticket.event_id, func.sum(TimeEntry.minutes).label("number"))
    tickets = _tickets().where(Ticket.opened_at >= since, Ticket.opened_at < until)
    asked = tickets.with_only_columns(Ticket.event_id, func.count().label("number"))
    sessions = _sessions().where(Booking.starts_at >= since, Booking.starts_at < until)
    held = sessions.with_only_columns(Booking.event_id, func.count().label("number"))
    one, two, three = (
        each.group_by(column).subquery()
        for each, column in ((spent, Ticket.event_id), (asked, Ticket.event_id), (held, Booking.event_id))
    )
    numbers = [func.greatest(func.coalesce(each.c.number, 0), 0) for each in (one, two, three)]
    labelled = [
        number.label(name) for number, name in zip(numbers, ("minutes", "tickets", "sessions"), strict=True)
    ]
    whole = select(
        Event.id, Event.name, Event.organisation_id, Organisation.name.label("organisation"), Event.attendees,
        Event.account_opened_on, *labelled,
    ).join(Organisation, Organisation.id == Event.organisation_id)  # fmt: skip
    for each in (one, two, three):
        whole = whole.outerjoin(each, each.c.event_id == Event.id)
    return whole.order_by(Event.id)


def _minutes() -> Select[Any]:
    return select(TimeEntry.id).join(Ticket, Ticket.id == TimeEntry.ticket_id)


def _tickets() -> Select[Any]:
    split_off = select(TicketLink.id).where(TicketLink.other_id == Ticket.id, TicketLink.relation == "split")
    return select(Ticket.id).where(and_(Ticket.merged_into_id.is_(None), ~split_off.exists()))


def _sessions() -> Select[Any]:
    return select(Booking.id).where(Booking.state.in_(COUNTED_SESSIONS))


def _by_week(what: str, counted: Select[Any], moment: Any, number: Any) -> Select[Any]:
    week = func.date_trunc("week", func.timezone("America/New_York", moment))
    # By its place: the same expression written twice has other parameters, and is another to the database.
    return counted.with_only_columns(literal(what), week, number).group_by(text("2"))


def _monday(at: datetime) -> date:
    today = at.astimezone(EASTERN).date()
    return today - timedelta(days=today.weekday())
