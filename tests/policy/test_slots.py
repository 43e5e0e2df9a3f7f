"""HOW-5: the slots that are shown are the slots that can be booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.policy.decision import PolicyError
from portal.policy.edition import FIRST_EDITION
from portal.policy.training import (
    SessionKind,
    Slot,
    busy_range,
    is_open_slot,
    notice_decision,
    open_slots,
    session_times,
)
from tests.policy.moments import EASTERN, et

Span = tuple[int, datetime, datetime]
KIND = SessionKind.PRESENTER_TRAINING  # an hour, 10 minutes before, 15 after
NOW = et("2026-06-01 10:00")
BASE = datetime(2026, 6, 3, 12, tzinfo=UTC)
some = settings(max_examples=80, deadline=None)


def span(host_id: int, start: str, end: str) -> Span:
    return host_id, et(f"2026-06-03 {start}"), et(f"2026-06-03 {end}")


def starts(windows: list[Span], busy: list[Span], now: datetime = NOW) -> list[str]:
    slots = open_slots(windows, busy, KIND, now, FIRST_EDITION)
    return [f"{slot.starts_at.astimezone(EASTERN):%H:%M} {slot.host_id}" for slot in slots]


def test_every_half_hour_that_ends_within_the_window() -> None:
    assert starts([span(1, "09:00", "11:00")], []) == ["09:00 1", "09:30 1", "10:00 1"]
    assert starts([span(1, "09:00", "10:00")], []) == ["09:00 1"]
    assert starts([span(1, "09:00", "09:59")], []) == []
    assert starts([span(1, "09:10", "10:45")], []) == ["09:10 1", "09:40 1"]


@pytest.mark.parametrize(
    ("busy", "left"),
    [
        (("10:00", "10:30"), ["08:00", "08:30", "11:00"]),
        # 09:00 ends at 10:00 and keeps its host until 10:15; 10:50 is when 11:00 begins to.
        (("10:15", "10:50"), ["08:00", "08:30", "09:00", "11:00"]),
        (("10:14", "10:50"), ["08:00", "08:30", "11:00"]),
        (("10:15", "10:51"), ["08:00", "08:30", "09:00"]),
        (("07:00", "07:50"), ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30", "11:00"]),
        (("07:00", "07:51"), ["08:30", "09:00", "09:30", "10:00", "10:30", "11:00"]),
        (("12:15", "13:00"), ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30", "11:00"]),
        (("12:14", "13:00"), ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30"]),
        (("00:00", "23:00"), []),
    ],
)
def test_buffers_keep_clear_of_what_keeps_the_host_busy(busy: tuple[str, str], left: list[str]) -> None:
    assert starts([span(1, "08:00", "12:00")], [span(1, *busy)]) == [f"{start} 1" for start in left]


def test_what_keeps_another_host_busy_does_not_matter() -> None:
    windows = [span(2, "09:00", "10:00"), span(1, "09:00", "10:00")]
    assert starts(windows, []) == ["09:00 1", "09:00 2"]
    assert starts(windows, [span(1, "09:00", "10:00")]) == ["09:00 2"]


def test_a_short_busy_time_within_a_long_one_hides_nothing() -> None:
    busy = [span(1, "08:00", "12:00"), span(1, "08:30", "08:40")]
    assert starts([span(1, "10:00", "12:30")], busy) == []


def test_a_busy_time_of_no_length_takes_nothing() -> None:
    assert starts([span(1, "09:00", "10:00")], [span(1, "09:30", "09:30")]) == ["09:00 1"]


def test_overlapping_windows_show_a_slot_once() -> None:
    assert starts([span(1, "09:00", "10:30"), span(1, "09:30", "11:00")], []) == [
        "09:00 1",
        "09:30 1",
        "10:00 1",
    ]


def test_the_notice_cuts_the_start_of_a_window() -> None:
    window = [span(1, "09:00", "12:00")]
    assert starts(window, [], et("2026-06-02 10:00")) == ["10:00 1", "10:30 1", "11:00 1"]
    assert starts(window, [], et("2026-06-02 10:01")) == ["10:30 1", "11:00 1"]
    assert starts(window, [], et("2026-06-03 12:00")) == []


def test_the_horizon_cuts_the_end_of_a_window() -> None:
    window = [span(1, "09:00", "12:00")]
    assert starts(window, [], et("2026-04-04 09:30")) == ["09:00 1", "09:30 1"]
    assert starts(window, [], et("2026-04-04 08:59")) == []


def test_a_window_across_a_change_of_clocks_keeps_its_real_length() -> None:
    now = et("2026-10-25 10:00")
    window = (1, et("2026-11-01 00:30"), et("2026-11-01 03:30"))
    slots = open_slots([window], [], KIND, now, FIRST_EDITION)
    assert window[2] - window[1] == timedelta(hours=4)
    assert len(slots) == 7
    assert all(slot.ends_at - slot.starts_at == timedelta(hours=1) for slot in slots)


def test_the_busy_range_has_both_buffers() -> None:
    assert busy_range(et("2026-06-03 09:00"), FIRST_EDITION, KIND) == (
        et("2026-06-03 08:50"), et("2026-06-03 10:15"),
    )  # fmt: skip


def test_the_grid_is_the_editions() -> None:
    edition = replace(FIRST_EDITION, training=replace(FIRST_EDITION.training, grid_minutes=15))
    assert len(open_slots([span(1, "09:00", "11:00")], [], KIND, NOW, edition)) == 5


spans = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 2_000), st.integers(0, 400)).map(
        lambda s: (s[0], BASE + timedelta(minutes=s[1]), BASE + timedelta(minutes=s[1] + s[2]))
    ),
    max_size=8,
)
nows = st.integers(-4_000, 2_000).map(lambda minutes: BASE + timedelta(minutes=minutes))
kinds = st.sampled_from(SessionKind)


def overlaps(a: tuple[datetime, datetime], b: tuple[datetime, datetime]) -> bool:
    # An empty range takes no time.
    return max(a[0], b[0]) < min(a[1], b[1])


@some
@given(spans, spans, kinds, nows)
def test_every_slot_keeps_every_rule(
    windows: list[Span], busy: list[Span], kind: SessionKind, now: datetime
) -> None:
    for slot in open_slots(windows, busy, kind, now, FIRST_EDITION):
        assert any(h == slot.host_id and o <= slot.starts_at and slot.ends_at <= c for h, o, c in windows)
        taken = busy_range(slot.starts_at, FIRST_EDITION, kind)
        assert not any(h == slot.host_id and overlaps(taken, (s, e)) for h, s, e in busy)
        assert notice_decision(kind, slot.starts_at, now, FIRST_EDITION)


@some
@given(spans, spans, kinds, nows)
def test_no_slot_that_keeps_every_rule_is_left_out(
    windows: list[Span], busy: list[Span], kind: SessionKind, now: datetime
) -> None:
    length = timedelta(minutes=session_times(kind, FIRST_EDITION).length_minutes)
    expected = set()
    for host, opens, closes in windows:
        start = opens
        while start + length <= closes:
            taken = busy_range(start, FIRST_EDITION, kind)
            is_free = not any(h == host and overlaps(taken, (s, e)) for h, s, e in busy)
            if is_free and notice_decision(kind, start, now, FIRST_EDITION):
                expected.add(Slot(start, start + length, host))
            start += timedelta(minutes=30)
    assert open_slots(windows, busy, kind, now, FIRST_EDITION) == tuple(sorted(expected))


@some
@given(spans, kinds, nows)
def test_a_booked_slot_is_gone_and_none_that_overlaps_it_is_left(
    windows: list[Span], kind: SessionKind, now: datetime
) -> None:
    busy: list[Span] = []
    while slots := open_slots(windows, busy, kind, now, FIRST_EDITION):
        assert is_open_slot(slots[0], windows, busy, kind, now, FIRST_EDITION)
        busy.append((slots[0].host_id, *busy_range(slots[0].starts_at, FIRST_EDITION, kind)))
        assert not is_open_slot(slots[0], windows, busy, kind, now, FIRST_EDITION)
    for index, (host, start, end) in enumerate(busy):
        assert not any(h == host and overlaps((start, end), (s, e)) for h, s, e in busy[:index])


def test_a_season_of_twenty_hosts_is_found_in_a_moment() -> None:
    days = [NOW + timedelta(days=n) for n in range(60)]
    windows = [(host, day, day + timedelta(hours=8)) for host in range(20) for day in days]
    busy = [
        (h, day + timedelta(hours=k), day + timedelta(hours=k + 1))
        for h in range(20)
        for day in days
        for k in (0, 4)
    ]
    begun = perf_counter()
    slots = open_slots(windows, busy, KIND, NOW, FIRST_EDITION)
    assert perf_counter() - begun < 2
    assert len(slots) > 5_000


def test_a_time_that_ends_before_it_starts_or_has_no_zone_is_refused() -> None:
    backwards = span(1, "11:00", "09:00")
    naive = (1, datetime(2026, 6, 3, 9), datetime(2026, 6, 3, 11))  # noqa: DTZ001
    good = span(1, "09:00", "11:00")
    for windows, busy in (([backwards], []), ([good], [backwards]), ([naive], []), ([good], [naive])):
        with pytest.raises(PolicyError) as refusal:
            open_slots(windows, busy, KIND, NOW, FIRST_EDITION)
        assert refusal.value.rule == "HOW-5"
    with pytest.raises(PolicyError):
        open_slots([good], [], KIND, datetime(2026, 6, 1), FIRST_EDITION)  # noqa: DTZ001
