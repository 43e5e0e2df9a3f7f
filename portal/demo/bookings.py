"""Writing live sessions: the ones placed by hand, and for every event those that it is entitled to."""

from datetime import datetime, timedelta

from portal.bookings.models import Booking
from portal.demo import content
from portal.demo.answers import write_answers
from portal.demo.around_sessions import Given, write_around
from portal.demo.availability import PATIENCE_DAYS, Diary, Found
from portal.demo.customers import Stage
from portal.demo.dice import dice
from portal.demo.frame import Frame, Someone, note
from portal.demo.moments import at_local
from portal.demo.plans import BookingPlan
from portal.policy.training import (
    Audience,
    Entitlement,
    cancel_by,
    entitlements,
    is_given_back,
    kind_for,
    session_times,
)

# Days before the event (at the latest first) at which an audience is usually trained.
USUAL_DAYS = {Audience.CONTACTS: 120, Audience.PRESENTERS: 9, Audience.EXHIBITORS: 20, Audience.OPERATORS: 13}
NOTICE = timedelta(days=12)
SHARE_NO_SHOW = 0.04
BOOKED_AHEAD_DAYS = 45


def write_bookings(frame: Frame, stage: Stage, diary: Diary) -> None:
    """Write an event's live sessions, none of an audience that the event is not entitled to train."""
    placed = [plan for plan in content.bookings() if stage.customer.is_first and plan.event == stage.plan.key]
    entitled = {
        each.audience: each
        for each in entitlements(stage.event.facts, frame.edition)
        if each.entitled and each.kind is kind_for(each.audience)
    }
    for plan in placed:
        _write(frame, stage, diary, entitled[Audience(plan.audience)], plan)
    for audience, entitlement in entitled.items():
        if audience not in {plan.audience for plan in placed}:
            _write_usual(frame, stage, diary, entitlement)


def _write_usual(frame: Frame, stage: Stage, diary: Diary, entitlement: Entitlement) -> None:
    chance = dice("booking", stage.event.slug, entitlement.audience)
    day = stage.starts_on - timedelta(days=USUAL_DAYS[entitlement.audience] + chance.randint(0, 6))
    days = max((day - frame.today).days, (stage.opened_at.date() - frame.today).days + 14)
    if days > BOOKED_AHEAD_DAYS or (days >= 0 and chance.random() < 0.4):
        return
    state = "confirmed" if days >= 0 else "no_show" if chance.random() < SHARE_NO_SHOW else "done"
    plan = BookingPlan(
        stage.plan.key, entitlement.audience, state, days, entitlement.recordable and chance.random() < 0.7
    )
    _write(frame, stage, diary, entitlement, plan)


def _write(frame: Frame, stage: Stage, diary: Diary, entitlement: Entitlement, plan: BookingPlan) -> None:
    found = _time_for(frame, stage, diary, entitlement, plan)
    if found is None:
        return
    cancelled = _cancelled_at(found, entitlement, plan)
    if cancelled:
        diary.give_back(found)
    given_back = cancelled is not None and is_given_back(
        entitlement.kind, found.starts_at, cancelled, frame.edition
    )
    booker = stage.contacts[0].who
    booked = _booked_at(frame, stage, found, plan, entitlement)
    one_per_event = entitlement.sessions is not None
    secret = dice("session in calendars", stage.event.slug, entitlement.kind, plan.days)
    key = frame.rows.add(
        Booking,
        event_id=stage.id,
        audience=entitlement.audience.value,
        kind=entitlement.kind.value,
        state=plan.state,
        host_id=found.host.id,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        busy=f"[{found.busy[0].isoformat()},{found.busy[1].isoformat()})",
        one_per_event=one_per_event,
        uses_entitlement=one_per_event and not given_back,
        recording_wanted=plan.recording,
        note=plan.note,
        booked_by_id=booker.id,
        booked_at=booked,
        cancelled_at=cancelled,
        cancelled_by_id=booker.id if cancelled else None,
        calendar_sequence=1 if cancelled else 0,
        calendar_uid=f"{secret.getrandbits(128):032x}@conference-tracker.example",
        room=f"{secret.getrandbits(128):032x}",
        join_url=f"https://meet.conference-tracker.example/{secret.getrandbits(40):010x}"
        if secret.random() < 0.7
        else None,
        policy_edition=frame.edition_at(booked),
    )
    _note_course(frame, stage, key, plan, (booked, cancelled), found, booker)
    write_around(
        Given(
            frame, stage, key, entitlement, plan.state, plan.recording, found.starts_at, found.ends_at, booked, booker,
            found.host,
        )
    )  # fmt: skip
    if plan.state == "confirmed":
        write_answers(frame, stage, key, entitlement.audience, booked, booker, found.host)


def _time_for(
    frame: Frame, stage: Stage, diary: Diary, entitlement: Entitlement, plan: BookingPlan
) -> Found | None:
    kind = kind_for(entitlement.audience)
    times = session_times(kind, frame.edition)
    morning = at_local(frame.today + timedelta(days=plan.days), "America/New_York", 8)
    earliest = max(morning, stage.opened_at + NOTICE)
    if plan.days >= 0:
        earliest = max(earliest, frame.now + timedelta(minutes=times.least_notice_minutes))
        return diary.take(kind, earliest, times.horizon_days - plan.days)
    return diary.take(kind, earliest, min(-plan.days, PATIENCE_DAYS))


def _cancelled_at(found: Found, entitlement: Entitlement, plan: BookingPlan) -> datetime | None:
    if plan.cancelled_days_before is None:
        return None
    return cancel_by(entitlement.kind, found.starts_at) - timedelta(
        days=plan.cancelled_days_before - 1, hours=3
    )


def _booked_at(
    frame: Frame, stage: Stage, found: Found, plan: BookingPlan, entitlement: Entitlement
) -> datetime:
    """When it was booked: neither at too short notice nor too far ahead (HOW-5), and not in time to come."""
    times = session_times(kind_for(entitlement.audience), frame.edition)
    latest = found.starts_at - timedelta(minutes=times.least_notice_minutes)
    wanted = found.starts_at - timedelta(days=plan.booked_days_before, hours=2)
    furthest = found.starts_at - timedelta(days=times.horizon_days)
    earliest = max(furthest, stage.opened_at, stage.contacts[0].since)
    return min(max(wanted, earliest), latest, frame.now - timedelta(hours=1))


def _note_course(
    frame: Frame,
    stage: Stage,
    key: int,
    plan: BookingPlan,
    moments: tuple[datetime, datetime | None],
    found: Found,
    booker: Someone,
) -> None:
    booked, cancelled = moments
    facts = {
        "audience": plan.audience,
        "starts_at": found.starts_at.isoformat(),
        "ends_at": found.ends_at.isoformat(),
        "host": found.host.name,
        "recording_wanted": plan.recording,
    }
    note(frame, booked, booker, "booking.booked", Booking, key, stage.place, after=facts)
    before, after = {"state": "confirmed"}, {"state": plan.state}
    if plan.state != "confirmed":
        ended, actor = (cancelled, booker) if cancelled else (found.ends_at, found.host)
        note(frame, ended, actor, f"booking.{plan.state}", Booking, key, stage.place, before, after)
