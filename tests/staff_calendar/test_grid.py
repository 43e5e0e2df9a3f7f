"""How a day becomes a table of half hours (HOW-5)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.staff_calendar.grid import Column, Item, rows_of

DAY = date(2026, 11, 25)
EASTERN = "America/New_York"


def item(start: str, end: str, zone: str = EASTERN, day: date = DAY) -> Item:
    at = (
        datetime.combine(day, datetime.strptime(text, "%H:%M").time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)  # noqa: DTZ007
        for text in (start, end)
    )
    return Item("entry", 1, *at, f"{start} to {end}")


def table(*items: Item, zone: str = EASTERN, day: date = DAY, opened=()) -> dict[str, tuple[int, list[str]]]:
    """What stands in the one column: by its clock time, how many half hours it takes and what is in it."""
    rows = rows_of([Column(day, 1, "Ada", items, opened)], zone)
    return {
        row.clock: (cell.rows, [each.title for each in cell.items]) for row in rows for cell in row.cells if cell.items
    }  # fmt: skip


def test_an_empty_day_shows_its_usual_hours():
    rows = rows_of([Column(DAY, 1, "Ada")], EASTERN)
    assert (rows[0].clock, rows[-1].clock, len(rows)) == ("08:00", "17:30", 20)


def test_what_is_early_or_late_widens_the_table():
    rows = rows_of([Column(DAY, 1, "Ada", [item("06:10", "07:00"), item("20:00", "20:20")])], EASTERN)
    assert (rows[0].clock, rows[-1].clock) == ("06:00", "20:00")


@pytest.mark.parametrize(
    ("start", "end", "at", "rows"),
    [("09:00", "10:00", "09:00", 2), ("09:10", "09:20", "09:00", 1), ("09:20", "10:10", "09:00", 3),
     ("23:40", "23:59", "23:30", 1)],
)  # fmt: skip
def test_it_takes_every_half_hour_that_it_touches(start, end, at, rows):
    assert table(item(start, end)) == {at: (rows, [f"{start} to {end}"])}


def test_what_shares_a_half_hour_stands_together_in_order():
    assert table(item("09:40", "10:30"), item("09:00", "09:40"), item("10:30", "11:00")) == {
        "09:00": (3, ["09:00 to 09:40", "09:40 to 10:30"]),
        "10:30": (1, ["10:30 to 11:00"]),
    }


def test_what_began_the_day_before_stands_from_midnight():
    late = Item("absence", 1, *(datetime(2026, 11, day, 12, tzinfo=UTC) for day in (24, 27)), "Away")
    assert table(late) == {"00:00": (48, ["Away"])}


@pytest.mark.parametrize("day", [date(2027, 3, 14), date(2026, 11, 1)])
def test_a_day_on_which_the_clocks_change_stands_by_the_clock(day):
    assert table(item("09:00", "10:00", day=day), day=day) == {"09:00": (2, ["09:00 to 10:00"])}


def test_what_ends_in_the_hour_that_comes_twice_takes_a_row():
    start = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    twice = Item("entry", 1, start, start + timedelta(minutes=45), "x")
    assert table(twice, day=date(2026, 11, 1)) == {"01:30": (1, ["x"])}


def test_only_half_hours_that_are_wholly_open_are_tinted():
    opened = [(datetime(2026, 11, 25, 14, 10, tzinfo=UTC), datetime(2026, 11, 25, 15, 45, tzinfo=UTC))]
    rows = rows_of([Column(DAY, 1, "Ada", [], opened)], EASTERN)
    assert [row.clock for row in rows if row.cells[0].is_open] == ["09:30", "10:00"]


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 1430), st.integers(1, 300)), max_size=8))
def test_every_half_hour_is_there_once_and_every_item_too(spans):
    midnight = datetime(2026, 11, 25, 5, tzinfo=UTC)
    items = [
        Item(
            "entry",
            1,
            midnight + timedelta(minutes=start),
            midnight + timedelta(minutes=start + length),
            str(number),
        )
        for number, (start, length) in enumerate(spans)
    ]
    cells = [cell for row in rows_of([Column(DAY, 1, "Ada", items)], EASTERN) for cell in row.cells]
    rows = rows_of([Column(DAY, 1, "Ada", items)], EASTERN)
    assert sum(cell.rows for cell in cells) == len(rows)
    assert sorted(each.title for cell in cells for each in cell.items) == sorted(each.title for each in items)
