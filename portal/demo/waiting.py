"""What is kept, waited for, moved and booked by support in the demo (HOW-5)."""

from datetime import datetime, timedelta

from portal.bookings.models import Booking
from portal.bookings.models_commitments import SlotHold, Waiting
from portal.demo.availability import Diary, Found
from portal.demo.customers import Stage
from portal.demo.dice import dice
from portal.demo.frame import Frame, Someone, note
from portal.policy.session_changes import hold_until
from portal.policy.training import SessionKind, audience_of

TRAINING, ASSISTANCE = SessionKind.CONTACT_TRAINING, SessionKind.LIVE_ASSISTANCE
TITLE = "The timetable of Hall B, with the printer at hand."
BEYOND = "Their registration opens tomorrow and the desk has new staff."
HOUR = timedelta(hours=1)


def write_waiting(frame: Frame, stage: Stage, diary: Diary) -> None:
    """Write what an event of the first customers keeps, waits for, has moved, or got beyond a limit."""
    key = stage.plan.key
    if key == "oresund-next":
        _moved(frame, stage, diary)
        _offered(frame, stage, diary)
    elif key == "hanse-next":
        _kept(frame, stage, diary)
        _waits(frame, stage, TRAINING, hours_ago=30, before=frame.now + 20 * HOUR)
    elif key == "tasman-next":
        _beyond(frame, stage, diary)
        _waits(frame, stage, ASSISTANCE, hours_ago=5, before=frame.now + 3 * HOUR)


def _moved(frame: Frame, stage: Stage, diary: Diary) -> None:
    found = diary.take(ASSISTANCE, frame.now + 26 * HOUR)
    if found is None:
        return
    was, booker = found.starts_at - timedelta(days=1), stage.contacts[0].who
    booked, moved = frame.now - 50 * HOUR, frame.now - 26 * HOUR
    key = _session(
        frame, stage, ASSISTANCE, found, booker, booked, note=TITLE, moved_from=was, calendar_sequence=1,
        time_sequence=1, time_set_at=moved, host_reason="takes live assistance; the same host as before the move",
    )  # fmt: skip
    before, after = {"starts_at": was.isoformat()}, {"starts_at": found.starts_at.isoformat()}
    note(frame, moved, booker, "booking.moved", Booking, key, stage.place, before, after)


def _beyond(frame: Frame, stage: Stage, diary: Diary) -> None:
    found, agent = diary.take(TRAINING, frame.now + 3 * HOUR), frame.people["agent@demo.example"]
    if found is None:
        return
    key = _session(
        frame, stage, TRAINING, found, stage.contacts[0].who, frame.now - HOUR, placed_by_id=agent.id,
        override_reason=BEYOND, host_reason="takes training for Technical Contacts; chosen by support",
    )  # fmt: skip
    after = {"starts_at": found.starts_at.isoformat(), "reason": BEYOND}
    note(frame, frame.now - HOUR, agent, "booking.placed", Booking, key, stage.place, after=after)


def _kept(frame: Frame, stage: Stage, diary: Diary) -> None:
    if found := diary.take(TRAINING, frame.now + 26 * HOUR):
        _hold(frame, stage, TRAINING, found, hold_until(frame.now, frame.edition), frame.now)


def _offered(frame: Frame, stage: Stage, diary: Diary) -> None:
    if found := diary.take(TRAINING, frame.now + 30 * HOUR):
        place = _waits(frame, stage, TRAINING, hours_ago=70, state="offered")
        since, until = frame.now - HOUR / 2, frame.now + 3.5 * HOUR
        _hold(frame, stage, TRAINING, found, until, since, waiting_id=place)
        after = {"starts_at": found.starts_at.isoformat(), "expires_at": until.isoformat()}
        note(frame, since, None, "waiting.offered", Waiting, place, stage.place, after=after)


def _waits(
    frame: Frame, stage: Stage, kind: SessionKind, *, hours_ago: int, before: datetime | None = None,
    state: str = "waiting",
) -> int:  # fmt: skip
    since, who = frame.now - hours_ago * HOUR, stage.contacts[0].who
    key = frame.rows.add(
        Waiting, event_id=stage.id, kind=kind.value, person_id=who.id, since=since, before=before, state=state
    )
    note(frame, since, who, "waiting.joined", Waiting, key, stage.place, after={"kind": kind.value})
    return key


def _hold(
    frame: Frame, stage: Stage, kind: SessionKind, found: Found, until: datetime, since: datetime,
    waiting_id: int | None = None,
) -> None:  # fmt: skip
    frame.rows.add(
        SlotHold, event_id=stage.id, kind=kind.value, host_id=found.host.id, starts_at=found.starts_at,
        ends_at=found.ends_at, busy=_span(found), held_by_id=stage.contacts[0].who.id, held_at=since,
        expires_at=until, waiting_id=waiting_id,
    )  # fmt: skip


def _session(
    frame: Frame,
    stage: Stage,
    kind: SessionKind,
    found: Found,
    booker: Someone,
    booked: datetime,
    **more: object,
) -> int:
    secret = dice("session in calendars", stage.event.slug, kind, "waiting")
    return frame.rows.add(
        Booking, event_id=stage.id, audience=audience_of(kind).value, kind=kind.value, host_id=found.host.id,
        starts_at=found.starts_at, ends_at=found.ends_at, busy=_span(found), one_per_event=False,
        uses_entitlement=False, booked_by_id=booker.id, booked_at=booked,
        calendar_uid=f"{secret.getrandbits(128):032x}@conference-tracker.example",
        room=f"{secret.getrandbits(128):032x}", policy_edition=frame.edition_at(booked), **more,
    )  # fmt: skip


def _span(found: Found) -> str:
    return f"[{found.busy[0].isoformat()},{found.busy[1].isoformat()})"
