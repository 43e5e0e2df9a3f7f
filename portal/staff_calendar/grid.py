"""The hours of a day or a week as a table of half hours: what takes whom, and what is open (HOW-5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.policy.wording import clock

ROWS_A_DAY = 48
HALF_HOUR = timedelta(minutes=30)
# What is shown of an empty day: from eight until six.
FIRST_ROW, LAST_ROW = 16, 36


@dataclass(frozen=True)
class Item:
    """Something that takes a host. `from_at` and `until` hold the buffers of a session, which `detail` tells apart."""

    kind: str
    host_id: int
    from_at: datetime
    until: datetime
    title: str
    detail: str = ""
    booking_id: int | None = None
    entry_id: int | None = None
    window_id: int | None = None
    movable: bool = False


@dataclass(frozen=True)
class Column:
    """One host's day: what takes them, and the stretches in which they take live sessions."""

    day: date
    host_id: int
    name: str
    items: Sequence[Item] = ()
    open: Sequence[tuple[datetime, datetime]] = ()


@dataclass(frozen=True)
class Cell:
    """A half hour of a column, or as many as what stands in it takes. `at` is when it begins, in UTC."""

    column: Column
    at: datetime
    rows: int = 1
    items: tuple[Item, ...] = ()
    is_open: bool = False


@dataclass(frozen=True)
class Row:
    """A half hour over all columns; a cell that reaches down from above is not repeated."""

    clock: str
    is_hour: bool
    cells: tuple[Cell, ...]


def rows_of(columns: Sequence[Column], zone: str) -> tuple[Row, ...]:
    """The table of half hours, by the clock of `zone`, wide enough for all that stands in it.

    Where the clocks change, things stand at their clock times: an hour that is left out stays empty, one that
    comes twice holds what is in both.
    """
    here = ZoneInfo(zone)
    placed = [_blocks(column, here) for column in columns]
    blocks = [block for blocks in placed for block in blocks]
    first = min([FIRST_ROW, *(block[0] for block in blocks)])
    last = max([LAST_ROW, *(block[1] for block in blocks)])
    cells = [_cells(column, blocks, here) for column, blocks in zip(columns, placed, strict=True)]
    return tuple(
        Row(clock(_at(row)), row % 2 == 0, tuple(cells[row] for cells in cells if row in cells))
        for row in range(first, last)
    )


def _cells(
    column: Column, blocks: Iterable[tuple[int, int, tuple[Item, ...]]], here: ZoneInfo
) -> dict[int, Cell]:
    opened = {row for span in column.open for row in range(*_rows(span, column.day, here, inside=True))}
    starts = [
        datetime.combine(column.day, _at(row), tzinfo=here).astimezone(UTC) for row in range(ROWS_A_DAY)
    ]
    free = {row: Cell(column, starts[row], is_open=row in opened) for row in range(ROWS_A_DAY)}
    for first, last, items in blocks:
        for row in range(first, last):
            del free[row]
        free[first] = Cell(column, starts[first], last - first, items)
    return free


def _blocks(column: Column, here: ZoneInfo) -> list[tuple[int, int, tuple[Item, ...]]]:
    """What stands in a column, in order; what shares a half hour stands in one block."""
    blocks: list[tuple[int, int, tuple[Item, ...]]] = []
    for item in sorted(column.items, key=lambda each: (each.from_at, each.until)):
        first, last = _rows((item.from_at, item.until), column.day, here)
        if blocks and first < blocks[-1][1]:
            before = blocks.pop()
            blocks.append((min(before[0], first), max(before[1], last), (*before[2], item)))
        elif first < last:
            blocks.append((first, last, (item,)))
    return blocks


def _rows(
    span: tuple[datetime, datetime], day: date, here: ZoneInfo, *, inside: bool = False
) -> tuple[int, int]:
    """The half hours of a day that a stretch touches, or those that lie wholly `inside` it."""
    midnight = datetime.combine(day, time(0))
    start, end = (at.astimezone(here).replace(tzinfo=None) - midnight for at in span)
    if inside:
        return _within(-(-start // HALF_HOUR)), _within(end // HALF_HOUR)
    first = _within(start // HALF_HOUR)
    # An hour that comes twice can make the end come first: it takes one row at least.
    return first, max(
        _within(-(-end // HALF_HOUR)), min(first + 1, ROWS_A_DAY) if end > timedelta() else first
    )


def _within(row: int) -> int:
    return max(0, min(row, ROWS_A_DAY))


def _at(row: int) -> time:
    return time(row // 2, row % 2 * 30)
