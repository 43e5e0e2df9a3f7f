"""COV-1, COV-5 to COV-7, HOW-5: who is entitled to live training, and whether it may be booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.policy.decision import PolicyError, WayOn
from portal.policy.edition import FIRST_EDITION, Edition
from portal.policy.training import (
    Audience,
    Entitlement,
    EventFacts,
    Licence,
    SessionKind,
    audience_of,
    cancel_by,
    entitlement_to,
    entitlements,
    is_given_back,
    kind_for,
    may_book,
    may_book_kind,
    may_restore,
    notice_decision,
    session_times,
)
from tests.policy.moments import FALL_BACK, SPRING_FORWARD, et, et_at, moments

some = settings(max_examples=80, deadline=None)
facts = st.builds(
    EventFacts, st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.sampled_from(Licence)
)
KIND = SessionKind.PRESENTER_TRAINING
NOW = et("2026-06-01 10:00")
LATER = NOW + timedelta(days=7)


def entitlement(audience: Audience, event: EventFacts, edition: Edition = FIRST_EDITION) -> Entitlement:
    return entitlement_to(kind_for(audience), event, edition)


EVERYTHING = EventFacts(True, True, True, True, Licence.PREMIUM)
NOTHING = EventFacts(False, False, False, False, Licence.BASIC)


@some
@given(facts)
def test_what_an_event_is_decides_who_is_entitled(event: EventFacts) -> None:
    entitled = {e.kind: e.entitled for e in entitlements(event, FIRST_EDITION)}
    assert entitled == {
        SessionKind.CONTACT_TRAINING: True,
        SessionKind.PRESENTER_TRAINING: event.virtual_event_package,
        SessionKind.EXHIBITOR_TRAINING: event.exhibitor_package,
        SessionKind.OPERATOR_TRAINING: event.in_person and event.records_attendance,
        SessionKind.LIVE_ASSISTANCE: True,
    }


@some
@given(facts)
def test_what_is_missing_is_named_exactly_when_something_is(event: EventFacts) -> None:
    for e in entitlements(event, FIRST_EDITION):
        assert e.entitled is (not e.missing)
        assert all(missing in e.reason for missing in e.missing)


def test_each_kind_has_its_rule_and_number_of_sessions() -> None:
    assert [
        (e.audience, e.rule, e.sessions, e.recordable) for e in entitlements(EVERYTHING, FIRST_EDITION)
    ] == [
        (Audience.CONTACTS, "COV-1", None, False),
        (Audience.PRESENTERS, "COV-5", 1, True),
        (Audience.EXHIBITORS, "COV-6", 1, True),
        (Audience.OPERATORS, "COV-7", 1, True),
        (Audience.CONTACTS, "HOW-5", None, False),
    ]
    assert {kind_for(audience) for audience in Audience} == set(SessionKind) - {SessionKind.LIVE_ASSISTANCE}
    assert all(audience_of(kind_for(audience)) is audience for audience in Audience)


def test_live_assistance_is_booked_by_contacts_only() -> None:
    for kind in SessionKind:
        assert may_book_kind(kind, is_contact=True)
        for_others = may_book_kind(kind, is_contact=False)
        assert for_others.allowed is (kind is not SessionKind.LIVE_ASSISTANCE)
        if not for_others:
            assert (for_others.rule, for_others.ways_on) == ("WHO-1", (WayOn.REGISTER_CONTACT,))


def test_the_reasons_name_what_is_needed() -> None:
    reasons = [e.reason for e in entitlements(NOTHING, FIRST_EDITION)]
    assert reasons == [
        "Technical Contacts may book live training sessions of 1 hour on using the system.",
        "For a live training session for presenters, this event needs the Virtual Event package.",
        "For a live training session for exhibitors, this event needs the Exhibitor package.",
        "For a live training session for operators, this event needs to be held in person "
        "and to record session attendance with the app.",
        "Technical Contacts may book live assistance of 30 minutes with a question or a task at hand.",
    ]


@pytest.mark.parametrize("audience", [Audience.PRESENTERS, Audience.EXHIBITORS, Audience.OPERATORS])
def test_one_session_and_a_quote_for_the_next(audience: Audience) -> None:
    entitled = entitlement(audience, EVERYTHING)
    assert may_book(entitled, False, LATER, NOW, FIRST_EDITION)
    refusal = may_book(entitled, True, LATER, NOW, FIRST_EDITION)
    assert (refusal.allowed, refusal.rule) == (False, entitled.rule)
    assert refusal.ways_on == (WayOn.ASK_FOR_RECORDING, WayOn.REQUEST_QUOTE)


def test_contacts_book_as_often_as_they_need() -> None:
    assert may_book(entitlement(Audience.CONTACTS, NOTHING), True, LATER, NOW, FIRST_EDITION)


@pytest.mark.parametrize("audience", [Audience.PRESENTERS, Audience.EXHIBITORS, Audience.OPERATORS])
def test_without_the_entitlement_a_quote_leads_on(audience: Audience) -> None:
    refusal = may_book(entitlement(audience, NOTHING), False, LATER, NOW, FIRST_EDITION)
    assert (refusal.allowed, refusal.ways_on) == (False, (WayOn.REQUEST_QUOTE,))
    assert refusal.rule in ("COV-5", "COV-6", "COV-7")


@pytest.mark.parametrize("kind", SessionKind)
def test_notice_and_horizon_to_the_microsecond(kind: SessionKind) -> None:
    times, tick = session_times(kind, FIRST_EDITION), timedelta(microseconds=1)
    soonest = NOW + timedelta(minutes=times.least_notice_minutes)
    furthest = NOW + timedelta(days=times.horizon_days)
    for starts_at, allowed in [
        (soonest, True), (soonest - tick, False), (furthest, True), (furthest + tick, False), (NOW, False),
        (NOW - timedelta(days=1), False),
    ]:  # fmt: skip
        decision = notice_decision(kind, starts_at, NOW, FIRST_EDITION)
        assert decision.allowed is allowed
        assert decision.rule == "HOW-5"
        assert (WayOn.OTHER_SLOT in decision.ways_on) is not allowed


def test_booking_keeps_the_notice_and_the_horizon() -> None:
    contacts = entitlement(Audience.CONTACTS, NOTHING)
    for starts_at in (NOW + timedelta(hours=23), NOW + timedelta(days=61)):
        refusal = may_book(contacts, False, starts_at, NOW, FIRST_EDITION)
        assert (refusal.allowed, refusal.rule) == (False, "HOW-5")


def test_the_notice_is_the_editions() -> None:
    sessions = tuple(replace(s, least_notice_minutes=60) for s in FIRST_EDITION.training.sessions)
    edition = replace(FIRST_EDITION, training=replace(FIRST_EDITION.training, sessions=sessions))
    assert may_book(entitlement(Audience.CONTACTS, NOTHING), False, NOW + timedelta(hours=1), NOW, edition)


@some
@given(moments, st.integers(-172_800, 172_800))
def test_given_back_up_to_the_cut_off(starts_at: datetime, seconds: int) -> None:
    cancelled_at = starts_at - timedelta(days=1) + timedelta(seconds=seconds)
    assert is_given_back(KIND, starts_at, cancelled_at, FIRST_EDITION) is (seconds <= 0)


@pytest.mark.parametrize("sunday", [*SPRING_FORWARD, *FALL_BACK])
def test_the_cut_off_is_24_real_hours_across_a_change_of_clocks(sunday: date) -> None:
    starts_at = et_at(sunday, "12:00")
    by = cancel_by(KIND, starts_at)
    assert starts_at - by == timedelta(hours=24)
    assert by == et_at(sunday - timedelta(days=1), "11:00" if sunday in SPRING_FORWARD else "13:00")
    assert is_given_back(KIND, starts_at, by, FIRST_EDITION)
    assert not is_given_back(KIND, starts_at, by + timedelta(seconds=1), FIRST_EDITION)


def test_the_cut_off_is_that_of_the_kind_in_the_edition() -> None:
    short = tuple(
        replace(s, cut_off_minutes=60) if s.kind is KIND else s for s in FIRST_EDITION.training.sessions
    )
    edition = replace(FIRST_EDITION, training=replace(FIRST_EDITION.training, sessions=short))
    late = LATER - timedelta(hours=1)
    assert is_given_back(KIND, LATER, late, edition)
    assert not is_given_back(SessionKind.OPERATOR_TRAINING, LATER, late, edition)


def test_only_staff_restore_a_session_that_was_missed() -> None:
    assert may_restore(is_staff=True)
    assert may_restore(is_staff=False).ways_on == (WayOn.ASK_IN_TICKET, WayOn.REQUEST_QUOTE)


def test_no_time_zone_is_refused() -> None:
    naive = datetime(2026, 6, 1)  # noqa: DTZ001
    aware = naive.replace(tzinfo=UTC)
    for starts_at, now in ((naive, aware), (aware, naive)):
        with pytest.raises(PolicyError):
            notice_decision(SessionKind.LIVE_ASSISTANCE, starts_at, now, FIRST_EDITION)
        with pytest.raises(PolicyError):
            is_given_back(KIND, starts_at, now, FIRST_EDITION)
