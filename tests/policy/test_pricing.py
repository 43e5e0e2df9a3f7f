"""WHO-4, AFT-1: what costs money, to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.policy.after_hours import rate_time
from portal.policy.business_time import business_minutes_between
from portal.policy.decision import PolicyError, WayOn
from portal.policy.edition import FIRST_EDITION, Edition, HourlyRate, PriceRules
from portal.policy.pricing import (
    Channel,
    Money,
    RateTime,
    after_hours_lines,
    extra_contact_price,
    may_confirm_window,
    total,
)
from tests.policy.moments import (
    ALL_CLOSED,
    EASTERN,
    FALL_BACK,
    SPRING_FORWARD,
    et,
    et_at,
    is_open,
    whole_minutes,
)

some = settings(max_examples=80, deadline=None)
CENTS = {RateTime.WEEKDAY_EVENING: 6_000, RateTime.WEEKEND: 9_000, RateTime.HOLIDAY: 12_000}


def priced(**parts: object) -> Edition:
    """An edition at a dollar a minute in the evening, 1.50 at weekends, 2 on holidays; nothing else charged."""
    rates = tuple(HourlyRate(channel, when, CENTS[when]) for channel in Channel for when in RateTime)
    plain = PriceRules(after_hours=rates, minimum_minutes=0, short_notice_percent=0)
    return replace(FIRST_EDITION, prices=replace(plain, **parts))  # type: ignore[arg-type]


PLAIN = priced()


def lines(
    start: str, end: str, edition: Edition = PLAIN, ordered: str | None = None
) -> list[tuple[int, int]]:
    ordered_at = et(ordered) if ordered else None
    return [
        (ln.minutes, ln.amount.cents)
        for ln in after_hours_lines(et(start), et(end), Channel.PHONE, edition, ordered_at)
    ]


def test_an_additional_contact_costs_500_dollars() -> None:
    assert extra_contact_price() == Money(50_000, "USD")
    assert str(extra_contact_price()) == "US$500"
    assert extra_contact_price(priced(extra_contact_cents=1_99, currency="EUR")) == Money(199, "EUR")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-06-02 17:00", "2026-06-02 18:00", [(60, 6_000)]),
        ("2026-06-02 17:00", "2026-06-02 17:01", [(1, 100)]),
        ("2026-06-02 20:00", "2026-06-03 06:00", [(600, 60_000)]),
        ("2026-06-02 06:00", "2026-06-02 08:00", [(120, 12_000)]),
        ("2026-06-02 16:00", "2026-06-02 18:00", [(60, 0), (60, 6_000)]),
        ("2026-06-02 17:00", "2026-06-03 18:00", [(900, 90_000), (540, 0), (60, 6_000)]),
        ("2026-06-06 10:00", "2026-06-06 12:00", [(120, 18_000)]),
        ("2026-06-05 23:00", "2026-06-06 01:00", [(60, 6_000), (60, 9_000)]),
        ("2026-06-07 23:00", "2026-06-08 01:00", [(60, 9_000), (60, 6_000)]),
        ("2026-07-03 09:00", "2026-07-03 10:00", [(60, 12_000)]),
        ("2026-07-02 23:00", "2026-07-05 01:00", [(60, 6_000), (2 * 1440, 2 * 288_000), (60, 9_000)]),
        ("2026-11-26 12:00", "2026-11-26 12:30", [(30, 6_000)]),
    ],
)
def test_windows_priced_by_hand(start: str, end: str, expected: list[tuple[int, int]]) -> None:
    assert lines(start, end) == expected


@pytest.mark.parametrize("sunday", SPRING_FORWARD)
def test_the_night_that_loses_an_hour_costs_an_hour_less(sunday: date) -> None:
    [line] = after_hours_lines(et_at(sunday, "00:00"), et_at(sunday, "06:00"), Channel.EMAIL, PLAIN)
    assert (line.minutes, line.amount) == (300, Money(5 * 9_000))


@pytest.mark.parametrize("sunday", FALL_BACK)
def test_the_night_that_gains_an_hour_costs_an_hour_more(sunday: date) -> None:
    [line] = after_hours_lines(et_at(sunday, "00:00"), et_at(sunday, "06:00"), Channel.EMAIL, PLAIN)
    assert (line.minutes, line.amount) == (420, Money(7 * 9_000))
    second_hour = et_at(sunday, "01:30") + timedelta(hours=1)
    assert second_hour.astimezone(EASTERN).hour == 1
    [repeated] = after_hours_lines(et_at(sunday, "01:30"), second_hour, Channel.PHONE, PLAIN)
    assert repeated.minutes == 60


@pytest.mark.parametrize("day", sorted(ALL_CLOSED))
def test_each_holiday_has_the_holiday_rate_all_day(day: date) -> None:
    whole_day = after_hours_lines(
        et_at(day, "00:00"), et_at(day + timedelta(days=1), "00:00"), Channel.PHONE, PLAIN
    )
    assert [(line.minutes, line.cents_per_hour) for line in whole_day] == [(1440, 12_000)]


@some
@given(whole_minutes, st.integers(2, 4_320), st.data())
def test_two_windows_cost_what_the_whole_costs(start: datetime, length: int, data: st.DataObject) -> None:
    cut = start + timedelta(minutes=data.draw(st.integers(1, length - 1)))
    end = start + timedelta(minutes=length)
    spans = [s for s in ((start, cut), (cut, end)) if not _is_free(*s)]
    assume(not _is_free(start, end))
    parts = [total(after_hours_lines(*s, Channel.PHONE, PLAIN)).cents for s in spans]
    assert sum(parts) == total(after_hours_lines(start, end, Channel.PHONE, PLAIN)).cents


def _is_free(start: datetime, end: datetime) -> bool:
    minutes = (end - start) // timedelta(minutes=1)
    return business_minutes_between(start, end, PLAIN.hours) == minutes


@some
@given(whole_minutes, st.integers(1, 4_320))
def test_the_lines_cover_the_window_without_gap_and_each_has_one_rate(start: datetime, length: int) -> None:
    end = start + timedelta(minutes=length)
    assume(not _is_free(start, end))
    found = after_hours_lines(start, end, Channel.LIVE_SESSION, PLAIN)
    edges = [start, *(line.ends_at for line in found)]
    assert edges[-1] == end
    assert [line.starts_at for line in found] == edges[:-1]
    assert sum(line.minutes for line in found) == length
    free = sum(line.minutes for line in found if line.rule == "HOW-3")
    assert free == business_minutes_between(start, end, PLAIN.hours)
    for line in found:
        assert line.starts_at is not None
        assert (line.amount.cents == 0) is is_open(line.starts_at)
        assert line.amount.cents * 60 == line.minutes * line.cents_per_hour


def test_a_line_is_rounded_to_the_nearest_cent_half_up() -> None:
    odd = tuple(replace(rate, cents_per_hour=1_003) for rate in PLAIN.prices.after_hours)
    assert lines("2026-06-02 17:00", "2026-06-02 17:30", priced(after_hours=odd)) == [(30, 502)]
    assert lines("2026-06-02 17:00", "2026-06-02 17:10", priced(after_hours=odd)) == [(10, 167)]


def test_the_least_time_is_charged_at_the_lowest_rate_of_the_window() -> None:
    edition = priced(minimum_minutes=60)
    assert lines("2026-06-02 17:00", "2026-06-02 17:20", edition) == [(20, 2_000), (40, 4_000)]
    assert lines("2026-06-05 23:50", "2026-06-06 00:10", edition) == [(10, 1_000), (10, 1_500), (40, 4_000)]
    assert lines("2026-06-02 16:00", "2026-06-02 17:30", edition) == [(60, 0), (30, 3_000), (30, 3_000)]
    assert lines("2026-06-02 17:00", "2026-06-02 18:00", edition) == [(60, 6_000)]


def test_short_notice_costs_more_and_counts_real_hours() -> None:
    edition = priced(short_notice_minutes=2_880, short_notice_percent=25)
    window = ("2026-06-03 17:00", "2026-06-03 18:00")
    assert lines(*window, edition, "2026-06-01 17:00") == [(60, 6_000)]
    assert lines(*window, edition, "2026-06-01 17:01") == [(60, 6_000), (0, 1_500)]
    assert lines(*window, edition) == [(60, 6_000)]
    # Two days by the clock, but an hour was lost in the night of March 8.
    assert lines("2026-03-09 17:00", "2026-03-09 18:00", edition, "2026-03-07 17:00") == [
        (60, 6_000),
        (0, 1_500),
    ]


def test_the_surcharge_is_on_the_least_time_too_and_rounded_half_up() -> None:
    edition = priced(minimum_minutes=60, short_notice_percent=25)
    assert lines("2026-06-03 17:00", "2026-06-03 17:30", edition, "2026-06-03 09:00")[-1] == (0, 1_500)
    odd = tuple(replace(rate, cents_per_hour=1_002) for rate in PLAIN.prices.after_hours)
    edition = priced(after_hours=odd, short_notice_percent=25)
    assert lines("2026-06-03 17:00", "2026-06-03 18:00", edition, "2026-06-03 09:00") == [
        (60, 1_002),
        (0, 251),
    ]


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("2026-06-02 18:00", "2026-06-02 18:00", "end after it starts"),
        ("2026-06-02 18:00", "2026-06-02 17:00", "end after it starts"),
        ("2026-06-02 08:00", "2026-06-02 17:00", "support is free then"),
        ("2026-06-02 10:00", "2026-06-02 10:01", "support is free then"),
        ("2026-06-02 18:00:30", "2026-06-02 19:00", "whole minute"),
        ("2026-06-02 18:00", "2026-06-02 19:00:00.5", "whole minute"),
        ("2026-06-02 17:00", "2026-06-05 17:01", "may last 3 days at most"),
    ],
)
def test_windows_that_cannot_be_ordered(start: str, end: str, why: str) -> None:
    with pytest.raises(PolicyError, match=why) as refusal:
        lines(start, end)
    assert refusal.value.rule == "AFT-1"


def test_a_window_before_its_order_is_refused() -> None:
    with pytest.raises(PolicyError, match="time to come"):
        lines("2026-06-02 18:00", "2026-06-02 19:00", PLAIN, "2026-06-02 18:00:01")


def test_no_time_zone_is_refused() -> None:
    naive, aware = datetime(2026, 6, 2, 18), et("2026-06-02 19:00")  # noqa: DTZ001
    for ask in (
        lambda: after_hours_lines(naive, aware, Channel.PHONE, PLAIN),
        lambda: after_hours_lines(aware, naive, Channel.PHONE, PLAIN),
        lambda: after_hours_lines(aware, aware + timedelta(hours=1), Channel.PHONE, PLAIN, naive),
        lambda: rate_time(naive, PLAIN.hours),
    ):
        with pytest.raises(PolicyError):
            ask()


def test_each_channel_has_its_price_and_the_line_says_all() -> None:
    texts = {}
    for channel in Channel:
        [line] = after_hours_lines(et("2026-06-06 10:00"), et("2026-06-06 11:30"), channel, FIRST_EDITION)
        texts[channel] = (line.text, str(line.amount))
    assert texts == {
        Channel.PHONE: ("Support by phone, weekend: 90 minutes at US$150 an hour", "US$225"),
        Channel.EMAIL: ("Support by e-mail, weekend: 90 minutes at US$120 an hour", "US$180"),
        Channel.LIVE_SESSION: (
            "Support by live remote session, weekend: 90 minutes at US$180 an hour",
            "US$270",
        ),
    }


def test_money_keeps_its_currency() -> None:
    assert Money(150) + Money(50) == Money(200)
    assert Money(150, "EUR") * 3 == Money(450, "EUR")
    assert str(Money(123_456_05)) == "US$123,456.05"
    assert str(Money(-5)) == "-US$0.05"
    with pytest.raises(PolicyError):
        Money(1, "USD") + Money(1, "EUR")


def test_a_window_is_confirmed_only_when_somebody_holds_it() -> None:
    assert may_confirm_window("Ada")
    for nobody in (None, "", "  "):
        refusal = may_confirm_window(nobody)
        assert (refusal.allowed, refusal.rule) == (False, "AFT-1")
        assert WayOn.WAIT in refusal.ways_on
