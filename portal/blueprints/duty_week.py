"""The table of a week: who is on duty when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.accounts.models import Person
from portal.duty.queries import Rota, rotas
from portal.local_times import day_near
from portal.policy.duty import Span
from portal.policy.hours import eastern_day
from portal.policy.instants import eastern
from portal.policy.parameters import HoursRules


@dataclass(frozen=True)
class Cell:
    """Somebody's day: their hours, whether these are other ones than usual, whether they are away."""

    span: Span | None
    is_exception: bool
    is_away: bool


@dataclass(frozen=True)
class Row:
    """Somebody's week, what they take, and how they stand now."""

    person: Person
    topics: frozenset[str]
    cells: list[Cell]
    on_duty: bool
    is_away: bool


@dataclass(frozen=True)
class WeekTable:
    """The week from `days[0]`, a Monday."""

    days: list[date]
    rows: list[Row]
    today: date

    @property
    def before(self) -> str:
        """The Monday before, as an address has it."""
        return (self.days[0] - timedelta(days=7)).isoformat()

    @property
    def after(self) -> str:
        """The Monday after, as an address has it."""
        return (self.days[0] + timedelta(days=7)).isoformat()


def monday_of(asked: str | None, at: datetime) -> date:
    """The Monday of the week of a day in an address; this week's for what is no day, or too far away."""
    today = eastern_day(at)
    day = day_near(asked, today)
    return day - timedelta(days=day.weekday())


def week_table(monday: date, at: datetime, hours: HoursRules) -> WeekTable:
    """Everybody's week, and how they stand at an instant."""
    days = [monday + timedelta(days=number) for number in range(7)]
    start, end = eastern(monday), eastern(monday + timedelta(days=7))
    listed = rotas(min(start, at), max(end, at + timedelta(days=1)))
    rows = [
        Row(
            rota.person, rota.topics, [_cell(rota, day, hours) for day in days], rota.on_duty_at(at, hours),
            rota.absence_at(at) is not None,
        )
        for rota in listed
    ]  # fmt: skip
    return WeekTable(days, rows, eastern_day(at))


def _cell(rota: Rota, day: date, hours: HoursRules) -> Cell:
    noon = eastern(day) + timedelta(hours=12)
    return Cell(rota.duty_on(day, hours), day in rota.exceptions, rota.absence_at(noon) is not None)
