"""POL-1: editions, their stored form, which is in force, and what changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.policy.decision import PolicyError
from portal.policy.edition import (
    FIRST_EDITION,
    PARTS,
    AddedHoliday,
    ContactBand,
    ContactRules,
    Edition,
    EditionError,
    FairUseRules,
    HoursRules,
    PriceRules,
    TicketRules,
    TrainingRules,
    carried_over,
    changes,
    edition_in_force,
    from_json,
    to_json,
)
from portal.policy.holiday_list import KNOWN_HOLIDAYS
from tests.policy.moments import et, moments

some = settings(max_examples=60, deadline=None)

days = st.dates(date(2024, 1, 1), date(2032, 12, 31))
minutes = st.integers(0, 59)


@st.composite
def hours_rules(draw: st.DrawFn) -> HoursRules:
    opens, closes = draw(st.integers(3, 11)), draw(st.integers(12, 23))
    dates = draw(st.lists(days, unique=True, max_size=6))
    return HoursRules(
        time(opens, draw(minutes)),
        time(closes, draw(minutes)),
        tuple(draw(st.lists(st.integers(0, 6), unique=True, min_size=1))),
        tuple(draw(st.lists(st.sampled_from(sorted(KNOWN_HOLIDAYS)), unique=True))),
        tuple(
            AddedHoliday(day, draw(st.text("abc é\"'", min_size=1).filter(str.strip))) for day in dates[::2]
        ),
        tuple(dates[1::2]),
        draw(st.integers(1, 30)),
    )


@st.composite
def contact_rules(draw: st.DrawFn) -> ContactRules:
    ends = sorted(draw(st.sets(st.integers(1, 10_000), max_size=5)))
    steps = sorted(draw(st.lists(st.integers(1, 90), min_size=len(ends) + 1, max_size=len(ends) + 1)))
    bands = (ContactBand(end, n, n + 1) for end, n in zip([*ends, None], steps, strict=True))
    return ContactRules(tuple(bands), draw(st.integers(1, 30)))


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    return Edition(
        draw(st.integers(1, 999)),
        draw(moments),
        draw(st.text(min_size=1, max_size=40).filter(str.strip)),
        draw(contact_rules()),
        draw(hours_rules()),
        TicketRules(draw(st.integers(1, 90)), draw(st.integers(10, 95)), draw(st.integers(1, 365))),
        TrainingRules(
            tuple(
                replace(times, cut_off_minutes=draw(st.integers(0, 9_999)))
                for times in TrainingRules().sessions
            ),
            draw(st.integers(5, 240)),
        ),
        FairUseRules(draw(st.integers(0, 90)), percentile=draw(st.integers(1, 99))),
        PriceRules(draw(st.sampled_from(["USD", "EUR"])), draw(st.integers(0, 10**8))),
    )


def test_the_first_edition_says_what_the_policy_says() -> None:
    edition = FIRST_EDITION
    assert edition.number == 1
    assert edition.in_force_from == et("2024-01-01 00:00")
    assert [(b.up_to, b.basic, b.premium) for b in edition.contacts.bands] == [
        (300, 1, 2), (600, 2, 3), (1_000, 3, 4), (2_000, 4, 5), (None, 5, 6),
    ]  # fmt: skip
    assert (edition.hours.opens, edition.hours.closes) == (time(8), time(17))
    assert edition.hours.weekdays == (0, 1, 2, 3, 4)
    assert (edition.contacts.removal_business_days, edition.hours.reply_business_days) == (2, 1)
    assert (edition.prices.extra_contact_cents, edition.prices.currency) == (50_000, "USD")
    assert {each.cut_off_minutes for each in edition.training.sessions[:4]} == {24 * 60}
    use = edition.fair_use
    assert (use.free_days, use.window_days, use.patience_days) == (30, 30, 14)
    assert (use.percent_of_average, use.percentile, use.least_peers) == (200, 95, 10)


@some
@given(editions())
def test_stored_and_read_again_it_is_the_same(edition: Edition) -> None:
    assert from_json(json.loads(json.dumps(to_json(edition)))) == edition


@some
@given(editions())
def test_an_edition_can_be_kept_in_a_set(edition: Edition) -> None:
    assert len({edition, from_json(to_json(edition))}) == 1


def test_the_stored_form_is_plain_and_readable() -> None:
    stored = to_json(FIRST_EDITION)
    assert stored["in_force_from"] == "2024-01-01T05:00:00+00:00"
    assert stored["hours"]["opens"] == "08:00"
    assert stored["contacts"]["bands"][0] == {"up_to": 300, "basic": 1, "premium": 2}
    assert stored["training"]["sessions"][0]["kind"] == "contact_training"


def test_parameters_that_an_old_edition_did_not_know_take_the_first_ones_values() -> None:
    stored = to_json(FIRST_EDITION)
    del stored["fair_use"], stored["prices"]["minimum_minutes"]
    assert from_json(stored) == FIRST_EDITION


def as_stored_before(cut_off_minutes: int) -> dict[str, Any]:
    """The first edition as it was stored while one cut-off held for all kinds and none had a capacity."""
    stored = to_json(FIRST_EDITION)
    for session in stored["training"]["sessions"]:
        del session["cut_off_minutes"], session["capacity"]
    stored["training"]["cut_off_minutes"] = cut_off_minutes
    return stored


def test_the_cut_off_of_an_edition_that_had_one_for_all_kinds_is_that_of_each() -> None:
    sessions = from_json(as_stored_before(120)).training.sessions
    assert {each.cut_off_minutes for each in sessions} == {120}
    assert [each.capacity for each in sessions] == [20, 100, 100, 100, 6]


def test_a_draft_with_one_cut_off_for_all_kinds_is_carried_over_with_it() -> None:
    draft = {part: values for part, values in as_stored_before(120).items() if part in PARTS}
    carried = carried_over(draft, FIRST_EDITION, replace(FIRST_EDITION, number=2))
    assert {each["cut_off_minutes"] for each in carried["training"]["sessions"]} == {120}


@pytest.mark.parametrize("training", [None, [], "x", {"sessions": "x"}, {"sessions": [1, {"kind": "x"}]}])
def test_what_was_never_a_training_is_still_refused(training: object) -> None:
    with pytest.raises(EditionError):
        from_json({**as_stored_before(120), "training": training})


def leaves(stored: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    children = stored.items() if isinstance(stored, dict) else enumerate(stored)
    for key, value in children:
        if isinstance(value, (dict, list)):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def with_leaf(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    stored = deepcopy(to_json(FIRST_EDITION))
    parent: Any = stored
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return stored


ALL_LEAVES = [path for path, _ in leaves(to_json(FIRST_EDITION))]


def dotted(path: tuple[Any, ...]) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)[1:]


NONSENSE: list[Any] = [True, -1, 10**30, 1.5, "", "x" * 3_000, [], {}, b"8"]
OPEN_END = ("contacts", "bands", 4, "up_to")


@pytest.mark.parametrize("path", ALL_LEAVES, ids=dotted)
def test_nonsense_in_any_field_is_refused_by_the_name_of_the_field(path: tuple[Any, ...]) -> None:
    for nonsense in NONSENSE if path == OPEN_END else [None, *NONSENSE]:
        with pytest.raises(EditionError) as refusal:
            from_json(with_leaf(path, nonsense))
        assert any(p.field.startswith(dotted(path[:2])) and p.problem for p in refusal.value.problems)
        assert dotted(path[:2]) in str(refusal.value)


# What tells one row of a list from another cannot change alone: a row would be there twice, or missing.
IDENTITIES = ("kind", "channel", "when")
CHANGEABLE = [
    path
    for path in ALL_LEAVES
    if path[0] not in ("number", "in_force_from", "summary")
    and path[-1] not in IDENTITIES
    and path != OPEN_END
]


def another(path: tuple[Any, ...], value: Any) -> Any:
    if path[1] in ("weekdays", "holidays"):
        return {"weekdays": 5, "holidays": "Veterans Day"}[path[1]]
    return (
        {"opens": "09:00", "closes": "18:00", "currency": "EUR"}[path[1]]
        if isinstance(value, str)
        else value + 1
    )


@pytest.mark.parametrize("path", CHANGEABLE, ids=dotted)
def test_every_parameter_that_changes_is_told_on_the_page(path: tuple[Any, ...]) -> None:
    value: Any = to_json(FIRST_EDITION)
    for key in path:
        value = value[key]
    told = changes(FIRST_EDITION, from_json(with_leaf(path, another(path, value))))
    assert told
    assert all(sentence.endswith(".") for sentence in told)


def test_changed_price_currency_is_told_with_each_price() -> None:
    told = changes(FIRST_EDITION, replace(FIRST_EDITION, prices=PriceRules(currency="EUR")))
    assert "Price of an additional contact: US$500 became EUR 500." in told


def test_a_band_of_its_own_is_told() -> None:
    bands = (ContactBand(300, 1, 2), ContactBand(None, 5, 6))
    told = changes(FIRST_EDITION, replace(FIRST_EDITION, contacts=ContactRules(bands=bands)))
    assert "No longer: Technical Contacts with a Basic licence (events of up to 600 attendees)." in told
    back = changes(replace(FIRST_EDITION, contacts=ContactRules(bands=bands)), FIRST_EDITION)
    assert "New: Technical Contacts with a Premium licence (events of up to 600 attendees): 3." in back


def test_changes_in_words() -> None:
    hours = replace(
        FIRST_EDITION.hours,
        closes=time(18),
        holidays=(*FIRST_EDITION.hours.holidays[1:], "Veterans Day"),
        added=(AddedHoliday(date(2026, 12, 24), "Christmas Eve"),),
        removed=(date(2026, 7, 3),),
    )
    first, *others = FIRST_EDITION.training.sessions
    training = replace(
        FIRST_EDITION.training, sessions=(replace(first, cut_off_minutes=2_880, capacity=25), *others)
    )
    prices = replace(FIRST_EDITION.prices, extra_contact_cents=60_050, short_notice_percent=30)
    new = replace(FIRST_EDITION, number=2, hours=hours, training=training, prices=prices)
    assert changes(FIRST_EDITION, new) == (
        "Support closes at: 17:00 became 18:00.",
        "No longer: Holiday: New Year's Day.",
        "New: Holiday: Veterans Day.",
        "New: Extra day closed (Thursday 24 December 2026): Christmas Eve.",
        "New: Open although a holiday: Friday 3 July 2026.",
        "A session cancelled this long before its start is given back (training for Technical Contacts): "
        "24 hours became 2 days.",
        "Most people taking part (training for Technical Contacts): 20 participants became 25 participants.",
        "Price of an additional contact: US$500 became US$600.50.",
        "Surcharge at short notice: 25% became 30%.",
    )


@some
@given(editions(), editions())
def test_nothing_changed_exactly_when_the_rules_are_the_same(old: Edition, new: Edition) -> None:
    assert changes(old, replace(old, number=old.number + 1, summary="Another.")) == ()
    rules = replace(new, number=old.number, in_force_from=old.in_force_from, summary=old.summary)
    # The order in which days are listed is no rule.
    if not changes(old, new):
        assert set(rules.hours.holidays) == set(old.hours.holidays)
        assert (rules.contacts, rules.training, rules.prices, rules.tickets) == (
            old.contacts, old.training, old.prices, old.tickets,
        )  # fmt: skip


def test_every_problem_is_listed_at_once() -> None:
    stored = to_json(FIRST_EDITION)
    stored["hours"]["opens"] = "8 o'clock"
    stored["prices"]["after_hours"][0]["channel"] = "fax"
    stored["prices"]["colour"] = "red"
    del stored["number"]
    with pytest.raises(EditionError) as refusal:
        from_json(stored)
    assert {str(problem) for problem in refusal.value.problems} == {
        "number: is missing",
        "hours.opens: must be a clock time such as 08:00",
        "prices.after_hours[0].channel: must be one of phone, email, live_session",
        "prices.colour: is not known",
    }


@pytest.mark.parametrize("stored", [None, [], "edition", 1, {}])
def test_what_is_no_edition_at_all_is_refused(stored: object) -> None:
    with pytest.raises(EditionError) as refusal:
        from_json(stored)
    assert refusal.value.problems


@pytest.mark.parametrize("stored", ["T08:00", "0800", "08", "08:00:00", "08:00+00:00", "24:00"])
def test_a_clock_time_has_one_form(stored: str) -> None:
    with pytest.raises(EditionError, match=r"hours\.opens: must be a clock time such as 08:00"):
        from_json(with_leaf(("hours", "opens"), stored))


def test_the_edition_in_force() -> None:
    later = replace(FIRST_EDITION, number=2, in_force_from=et("2026-06-01 00:00"))
    same_day = replace(later, number=3)
    editions = [later, FIRST_EDITION, same_day]
    assert edition_in_force(editions, et("2026-06-01 00:00") - timedelta(seconds=1)) is FIRST_EDITION
    assert edition_in_force(editions, et("2026-06-01 00:00")) is same_day
    assert edition_in_force([FIRST_EDITION, later], et("2030-01-01 00:00")) is later


def test_before_the_first_edition_nothing_is_in_force() -> None:
    for at in (FIRST_EDITION.in_force_from - timedelta(microseconds=1), datetime(2026, 1, 1)):  # noqa: DTZ001
        with pytest.raises(PolicyError) as refusal:
            edition_in_force([FIRST_EDITION], at)
        assert refusal.value.rule == "POL-1"


def test_it_is_kept_in_utc() -> None:
    assert (
        replace(FIRST_EDITION, in_force_from=et("2026-06-01 00:00").astimezone()).in_force_from.tzinfo is UTC
    )
