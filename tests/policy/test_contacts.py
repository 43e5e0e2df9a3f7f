"""WHO-1 to WHO-6: who gets support, and how many contacts an event may have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.policy.contacts import (
    Licence,
    contact_limit,
    is_over_limit,
    may_add_contact,
    may_decide_removal,
    may_escalate_question,
    may_open_ticket,
    may_register,
    may_replace_contact,
    may_reply_to_attendee,
    may_withdraw_removal,
    removal_due,
    removal_half_time,
    seat_counts,
    size_band,
    size_bands,
)
from portal.policy.decision import PolicyError, WayOn
from portal.policy.edition import FIRST_EDITION, ContactBand, ContactRules
from portal.policy.hours import business_time_between
from tests.policy.moments import et, is_open, moments

some = settings(max_examples=100, deadline=None)
sizes = st.integers(1, 5_000) | st.integers(1, 10**12)


@pytest.mark.parametrize(
    ("attendees", "basic", "premium", "band"),
    [
        (1, 1, 2, "1-300 attendees"),
        (299, 1, 2, "1-300 attendees"),
        (300, 1, 2, "1-300 attendees"),
        (301, 2, 3, "301-600 attendees"),
        (600, 2, 3, "301-600 attendees"),
        (601, 3, 4, "601-1,000 attendees"),
        (999, 3, 4, "601-1,000 attendees"),
        (1_000, 3, 4, "601-1,000 attendees"),
        (1_001, 4, 5, "1,001-2,000 attendees"),
        (2_000, 4, 5, "1,001-2,000 attendees"),
        (2_001, 5, 6, "2,001 attendees or more"),
        (10**12, 5, 6, "2,001 attendees or more"),
    ],
)
def test_the_limit_at_each_boundary(attendees: int, basic: int, premium: int, band: str) -> None:
    for licence, base in ((Licence.BASIC, basic), (Licence.PREMIUM, premium)):
        limit = contact_limit(attendees, licence)
        assert (limit.base, limit.extra, limit.total, limit.band, limit.rule) == (
            base,
            0,
            base,
            band,
            "WHO-3",
        )
        assert band in limit.reason
        assert size_band(attendees) == band


@pytest.mark.parametrize("attendees", [0, -1, -(10**9)])
@pytest.mark.parametrize("licence", Licence)
def test_an_event_without_attendees_is_refused(attendees: int, licence: Licence) -> None:
    with pytest.raises(PolicyError) as refusal:
        contact_limit(attendees, licence)
    assert refusal.value.rule == "WHO-3"
    with pytest.raises(PolicyError):
        size_band(attendees)


@some
@given(sizes, sizes, st.integers(0, 50))
def test_a_larger_event_or_a_better_licence_never_means_fewer(a: int, b: int, seats: int) -> None:
    small, large = sorted((a, b))
    for licence in Licence:
        assert contact_limit(small, licence).total <= contact_limit(large, licence).total
    basic, premium = (
        contact_limit(a, licence, extra_seats=seats) for licence in (Licence.BASIC, Licence.PREMIUM)
    )
    assert premium.total == basic.total + 1


@some
@given(sizes, st.sampled_from(Licence), st.integers(0, 1_000))
def test_each_seat_raises_the_limit_by_one(attendees: int, licence: Licence, seats: int) -> None:
    limit = contact_limit(attendees, licence, extra_seats=seats)
    assert limit.total == limit.base + seats
    assert limit.base == contact_limit(attendees, licence).base
    assert limit.extra == seats


def test_fewer_than_no_seats_is_refused() -> None:
    with pytest.raises(PolicyError) as refusal:
        contact_limit(10, Licence.BASIC, extra_seats=-1)
    assert refusal.value.rule == "WHO-4"


def test_the_reason_says_what_the_limit_is_made_of() -> None:
    assert contact_limit(1_000, Licence.BASIC, extra_seats=1).reason == (
        "A Basic licence for 601-1,000 attendees includes 3 Technical Contacts, "
        "and 1 additional contact came with paid seats."
    )
    assert contact_limit(10, Licence.BASIC).reason == (
        "A Basic licence for 1-300 attendees includes 1 Technical Contact."
    )


@some
@given(st.sampled_from(Licence), sizes, st.integers(0, 5), st.integers(0, 20))
def test_room_is_exactly_below_the_limit(licence: Licence, attendees: int, seats: int, in_use: int) -> None:
    limit = contact_limit(attendees, licence, extra_seats=seats)
    decision = may_add_contact(limit, in_use)
    assert decision.allowed is (in_use < limit.total)
    assert is_over_limit(limit, in_use) is (in_use > limit.total)
    assert decision.ways_on == (() if decision else (WayOn.REMOVE_CONTACT, WayOn.BUY_SEAT))
    assert decision.rule == ("WHO-5" if decision else "WHO-3")


def test_full_and_over_read_differently() -> None:
    limit = contact_limit(300, Licence.PREMIUM)
    assert may_add_contact(limit, 2).reason == "This event has all of its 2 Technical Contacts: 2 registered."
    assert may_add_contact(limit, 3).reason == (
        "This event is over its limit of 2 Technical Contacts: 3 registered."
    )


def test_fewer_than_no_contacts_is_refused() -> None:
    with pytest.raises(PolicyError):
        may_add_contact(contact_limit(300, Licence.BASIC), -1)


def test_the_bands_are_the_editions() -> None:
    rules = ContactRules(bands=(ContactBand(50, 1, 1), ContactBand(None, 8, 9)), removal_business_days=5)
    edition = replace(FIRST_EDITION, contacts=rules)
    assert contact_limit(50, Licence.PREMIUM, edition=edition).total == 1
    assert contact_limit(51, Licence.PREMIUM, edition=edition).total == 9
    assert size_bands(edition) == ("1-50 attendees", "51 attendees or more")
    assert removal_due(et("2026-06-01 10:00"), edition) == et("2026-06-08 10:00")


def test_only_contacts_open_tickets() -> None:
    assert may_open_ticket(True)
    organiser, stranger = may_open_ticket(False, is_organiser=True), may_open_ticket(False)
    assert (organiser.allowed, organiser.rule) == (False, "WHO-1")
    assert organiser.ways_on == (WayOn.REGISTER_CONTACT, WayOn.REQUEST_QUOTE)
    assert (stranger.allowed, stranger.ways_on) == (False, (WayOn.ASK_CONTACTS,))


@pytest.mark.parametrize("ask", [may_reply_to_attendee, may_escalate_question])
def test_attendees_are_a_matter_of_the_events_contacts(ask: object) -> None:
    assert ask(True)  # type: ignore[operator]
    refusal = ask(False)  # type: ignore[operator]
    assert (refusal.allowed, refusal.rule, refusal.ways_on) == (False, "WHO-2", (WayOn.ASK_CONTACTS,))


@pytest.mark.parametrize(
    ("name", "details", "is_complete"),
    [
        ("Ada", ("ada@one.example",), True),
        ("Ada", (None, "+1 202 555 0100"), True),
        ("Ada", (), False),
        ("Ada", (None, "  "), False),
        ("  ", ("ada@one.example",), False),
    ],
)
def test_a_registration_needs_a_name_and_a_way_to_reach_the_person(
    name: str, details: tuple[str | None, ...], is_complete: bool
) -> None:
    assert may_register(name, *details).allowed is is_complete


@pytest.mark.parametrize(
    ("is_paid", "is_invoiced"), [(True, False), (False, True), (True, True), (False, False)]
)
def test_a_seat_counts_once_paid_or_invoicing_is_approved(is_paid: bool, is_invoiced: bool) -> None:
    assert seat_counts(is_paid=is_paid, invoicing_approved=is_invoiced) is (is_paid or is_invoiced)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-06-01 10:00", "2026-06-03 10:00"),
        ("2026-06-04 16:59", "2026-06-08 16:59"),
        ("2026-06-05 09:00", "2026-06-09 09:00"),
        ("2026-06-05 17:00", "2026-06-09 17:00"),
        ("2026-06-06 12:00", "2026-06-09 17:00"),
        ("2026-06-01 07:00", "2026-06-02 17:00"),
        ("2026-07-01 10:00", "2026-07-06 10:00"),
        ("2026-11-25 10:00", "2026-11-30 10:00"),
        ("2027-12-30 10:00", "2028-01-04 10:00"),
    ],
)
def test_a_removal_is_due_within_two_business_days(received: str, due: str) -> None:
    assert removal_due(et(received)) == et(due)


@some
@given(moments)
def test_a_removal_has_exactly_two_days_of_open_time(received: datetime) -> None:
    due = removal_due(received)
    assert business_time_between(received, due, FIRST_EDITION.hours) == timedelta(hours=18)
    assert is_open(due) is is_open(received)


def test_four_eyes_on_a_removal() -> None:
    assert may_decide_removal(1, 2)
    assert may_decide_removal(1, 2, removed_id=3)
    for refusal in (
        may_decide_removal(1, 1),
        may_decide_removal(1, 2, is_manager=False),
        may_decide_removal(1, 2, removed_id=2),
    ):
        assert not refusal
        assert refusal.rule == "WHO-6"
        assert refusal.ways_on == (WayOn.ASK_MANAGER,)


def test_a_request_can_be_withdrawn_until_decided() -> None:
    assert may_withdraw_removal(is_decided=False)
    assert not may_withdraw_removal(is_decided=True)


@pytest.mark.parametrize(("in_use", "closes", "allowed", "rule"), [
    (1, False, True, "WHO-6"), (4, False, True, "WHO-6"), (5, False, True, "WHO-6"), (5, True, False, "WHO-3"),
])  # fmt: skip
def test_a_seat_passes_on_unless_it_lies_beyond_the_limit(in_use, closes, allowed, rule):
    limit = contact_limit(700, Licence.PREMIUM)
    decision = may_replace_contact(limit, in_use, seat_closes=closes)
    assert (bool(decision), decision.rule) == (allowed, rule)
    assert decision.ways_on == (() if allowed else (WayOn.REMOVE_CONTACT, WayOn.BUY_SEAT))


@pytest.mark.parametrize(
    ("received", "half"),
    [
        ("2026-11-16 17:00", "2026-11-17 17:00"),  # Monday noon in Eastern: Tuesday noon
        ("2026-11-13 21:00", "2026-11-16 21:00"),  # Friday afternoon: Monday afternoon
        ("2026-11-14 12:00", "2026-11-16 22:00"),  # Saturday: when Monday closes
        ("2026-11-25 14:00", "2026-11-27 14:00"),  # the Wednesday before Thanksgiving: Friday
    ],
)
def test_half_of_the_time_for_a_decision_is_half_of_its_business_time(received, half):
    at = datetime.fromisoformat(received).replace(tzinfo=UTC)
    assert removal_half_time(at, removal_due(at)) == datetime.fromisoformat(half).replace(tzinfo=UTC)
