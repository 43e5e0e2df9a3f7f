"""Instants and spans to try the policy with, and an independent calendar to judge it by."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

EASTERN = ZoneInfo("America/New_York")

# Written down from the calendar, not computed: (month, day) of every closed day, observed ones marked.
CLOSED = {
    2024: "1/1 5/27 6/19 7/4 9/2 11/28 12/25",
    2025: "1/1 5/26 6/19 7/4 9/1 11/27 12/25",
    2026: "1/1 5/25 6/19 7/3* 7/4 9/7 11/26 12/25",
    2027: "1/1 5/31 6/18* 6/19 7/4 7/5* 9/6 11/25 12/24* 12/25 12/31*",
    2028: "1/1 5/29 6/19 7/4 9/4 11/23 12/25",
    2029: "1/1 5/28 6/19 7/4 9/3 11/22 12/25",
    2030: "1/1 5/27 6/19 7/4 9/2 11/28 12/25",
    2031: "1/1 5/26 6/19 7/4 9/1 11/27 12/25",
    2032: "1/1 5/31 6/18* 6/19 7/4 7/5* 9/6 11/25 12/24* 12/25 12/31*",
}

# The Sundays on which US clocks change.
SPRING_FORWARD = [
    date(2024, 3, 10), date(2025, 3, 9), date(2026, 3, 8), date(2027, 3, 14), date(2028, 3, 12),
    date(2029, 3, 11), date(2030, 3, 10), date(2031, 3, 9), date(2032, 3, 14),
]  # fmt: skip
FALL_BACK = [
    date(2024, 11, 3), date(2025, 11, 2), date(2026, 11, 1), date(2027, 11, 7), date(2028, 11, 5),
    date(2029, 11, 4), date(2030, 11, 3), date(2031, 11, 2), date(2032, 11, 7),
]  # fmt: skip


def closed_days_listed(year: int) -> list[tuple[date, bool]]:
    """The days of the table above, each with whether it is an observed one."""
    marks = [(mark.rstrip("*").split("/"), mark.endswith("*")) for mark in CLOSED[year].split()]
    return [(date(year, int(month), int(day)), observed) for (month, day), observed in marks]


ALL_CLOSED = {day for year in CLOSED for day, _ in closed_days_listed(year)}


def is_open(at: datetime) -> bool:
    """HOW-3 as a reader of the policy would judge it, from the wall clock and the table above."""
    local = at.astimezone(EASTERN)
    return local.weekday() < 5 and local.date() not in ALL_CLOSED and 8 <= local.hour < 17


def et(text: str) -> datetime:
    """`2026-07-03 10:00` on the US Eastern wall clock, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN).astimezone(UTC)


def et_at(day: date, clock: str) -> datetime:
    """A clock time of a day in US Eastern, in UTC."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=EASTERN).astimezone(UTC)


_START = datetime(2024, 1, 2, tzinfo=UTC)
_MINUTES = (datetime(2032, 12, 1, tzinfo=UTC) - _START) // timedelta(minutes=1)

# Most instants fall anywhere; the rest near where a holiday, a change of clocks or a day's edge decides.
_EDGES = sorted(
    et_at(day + timedelta(days=shift), clock)
    for day in [*ALL_CLOSED, *SPRING_FORWARD, *FALL_BACK]
    for shift in (-1, 0, 1)
    for clock in ("00:00", "07:59", "08:00", "16:59", "17:00")
    if date(2024, 1, 2) < day < date(2032, 12, 1)
)
moments = st.one_of(
    st.integers(0, _MINUTES).map(lambda minutes: _START + timedelta(minutes=minutes)),
    st.tuples(st.sampled_from(_EDGES), st.integers(-90, 90)).map(
        lambda pair: pair[0] + timedelta(seconds=pair[1])
    ),
)
whole_minutes = moments.map(lambda at: at.replace(second=0))
