"""Twenty windows priced by hand, played on the portal (AFT-1). The table is docs/after-hours.md."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from portal.local_times import Typed, instant, typed, zone_of
from portal.policy.edition import FIRST_EDITION
from portal.policy.pricing import Channel, after_hours_lines, total

PAGE = Path(__file__).parents[2] / "docs" / "after-hours.md"
MOMENT = r"([-0-9]{10}) ([0-9:]{5})(?: (first|second))?"
ROW = re.compile(
    rf"\| ([^|]+) \| (phone|email|live_session) \| ([\w/]+) \| {MOMENT} \| {MOMENT} \| [^|]+ \| (\d+) \| ([\d.]+) \|"
)
ROWS = ROW.findall(PAGE.read_text(encoding="utf-8"))


def test_the_table_has_twenty_rows() -> None:
    assert len({row[0] for row in ROWS}) == 20


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_window_costs_what_was_counted_by_hand(row: tuple[str, ...]) -> None:
    _, channel, zone_name, day, at, turn, last_day, until, last_turn, minutes, dollars = row
    zone = zone_of(zone_name)
    start = instant("starts", Typed(day, at, turn), zone)
    end = instant("ends", Typed(last_day, until, last_turn), zone)
    lines = after_hours_lines(
        start, end, Channel(channel), FIRST_EDITION, ordered_at=start - timedelta(days=30)
    )
    assert sum(line.minutes for line in lines if line.rule == "AFT-1") == int(minutes)
    assert total(lines).cents == Decimal(dollars) * 100
    # What a page fills in for the same instants is what was typed.
    assert (typed(start, zone), typed(end, zone)) == (Typed(day, at, turn), Typed(last_day, until, last_turn))
