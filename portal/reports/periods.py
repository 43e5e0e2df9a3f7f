"""The stretch of time that a report is about: whole days in US Eastern, in days, weeks or months."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.errors import Invalid
from portal.policy.hours import eastern_day
from portal.policy.instants import eastern
from portal.policy.wording import MONTHS

LONGEST = timedelta(days=731)
USUAL = timedelta(days=29)
BY_DAY, BY_WEEK = timedelta(days=31), timedelta(days=186)
DAY = timedelta(days=1)


class Unit(StrEnum):
    """How wide a step of a report is, as PostgreSQL's date_trunc names it."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both whole, in US Eastern."""

    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        """The instant at which the first day begins, in UTC."""
        return eastern(self.first)

    @property
    def ends_at(self) -> datetime:
        """The instant at which the day after the last begins, in UTC."""
        return eastern(self.last + DAY)

    @property
    def unit(self) -> Unit:
        """Days for a month, weeks for half a year, months beyond."""
        length = self.last - self.first
        return Unit.DAY if length < BY_DAY else Unit.WEEK if length < BY_WEEK else Unit.MONTH

    def steps(self) -> list[date]:
        """The first day of each step; the first step may begin before the period."""
        steps, day = [], self.step_of(self.first)
        while day <= self.last:
            steps.append(day)
            day = self.after(day)
        return steps

    def step_of(self, day: date) -> date:
        """The step that a day is in: the day, the Monday of its week, or the first of its month."""
        if self.unit is Unit.WEEK:
            return day - day.weekday() * DAY
        return day.replace(day=1) if self.unit is Unit.MONTH else day

    def after(self, step: date) -> date:
        """The step after one."""
        if self.unit is Unit.MONTH:
            return (step + 31 * DAY).replace(day=1)
        return step + (7 * DAY if self.unit is Unit.WEEK else DAY)

    def label(self, step: date) -> str:
        """What a step is called: `24 Nov`, `week of 23 Nov`, `Nov 2026`."""
        month = MONTHS[step.month - 1][:3]
        if self.unit is Unit.MONTH:
            return f"{month} {step.year}"
        return f"week of {step.day} {month}" if self.unit is Unit.WEEK else f"{step.day} {month}"


def usual_period(at: datetime) -> Period:
    """The last thirty days, today included."""
    today = eastern_day(at)
    return Period(today - USUAL, today)


def period_of(first: str, last: str, at: datetime) -> Period:
    """The period between two days as browsers write them; a missing one is that of the usual period.

    Raises Invalid for what is no day, for an end before the start, and for more than two years.
    """
    usual = usual_period(at)
    until = _day(last, "last") or usual.last
    since = _day(first, "first") or min(usual.first, until - USUAL)
    if until < since:
        raise Invalid(last="Choose an end that is not before the start.")
    if until - since > LONGEST:
        raise Invalid(first="Choose at most two years.")
    return Period(since, until)


def _day(typed: str, field: str) -> date | None:
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise Invalid(**{field: "Enter a day, such as 2026-11-24."}) from None
    if not date(2001, 1, 1) <= day <= date(2098, 1, 1):
        raise Invalid(**{field: "Enter a day between 2001 and 2097."})
    return day
