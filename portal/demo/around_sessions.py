"""Writing what is around live sessions: their people, recordings, materials, notes, and what was said of them."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.audiences.models import (
    AudienceLetter,
    AudienceMember,
    SessionFeedback,
    SessionNote,
    SessionRecord,
)
from portal.bookings.models import Booking
from portal.demo.customers import Stage
from portal.demo.dice import dice, full_name
from portal.demo.frame import Frame, Someone, note
from portal.demo.people import plain
from portal.policy.training import Entitlement
from portal.recordings.models import Recording, RecordingAccess, RecordingPass, SessionMaterial

LOCALES = ("en_GB", "de_DE", "fr_FR", "nl_NL", "en_US", "sv_SE")
KEPT_DAYS = 90
ERASED_AFTER_DAYS = 180
WORDS = {
    5: ("Exactly what I needed.", "Clear, short, and every question answered.", ""),
    4: ("Good, a little fast towards the end.", "", "Useful. The slides helped."),
    3: ("I knew most of it already.", ""),
    2: ("The sound broke off twice.",),
}
SUMMARY = (
    "We went through the whole session once and tried it out together.\n\n"
    "- Who could not come gets the recording.\n- Please test sound and screen from the hall before the day."
)
STAFF_NOTE = "Two of them have very old laptops. Ask before the event whether these were replaced."
LETTER = "It takes less than an hour, and you can ask everything."


@dataclass(frozen=True, slots=True)
class Given:
    """A session that has been written, by what the rows around it need to know."""

    frame: Frame
    stage: Stage
    id: int
    entitlement: Entitlement
    state: str
    recorded: bool
    starts: datetime
    ends: datetime
    booked: datetime
    booker: Someone
    host: Someone

    @property
    def chance(self) -> random.Random:
        """Its own source of chance."""
        return dice("around a session", self.id)

    def note(
        self, at: datetime, who: Someone | None, action: str, model: Any, key: int, **after: Any
    ) -> None:
        """The audit row of one change."""
        note(self.frame, at, who, action, model, key, self.stage.place, after=after)


def write_around(given: Given) -> None:
    """Write what is around one session: people only for the first of the customers, whom the demo shows."""
    chance, people = given.chance, list[tuple[int, bool]]()
    if given.stage.customer.is_first and given.state != "cancelled":
        people = _people(given, chance)
    if given.recorded and given.state != "cancelled":
        _recording(given, chance, [key for key, came in people if not came])
    if given.state == "done":
        _record(given, chance, [key for key, came in people if came])


def _people(given: Given, chance: random.Random) -> list[tuple[int, bool]]:
    """The keys of a session's list, and whether each came."""
    listed = given.booked + (given.starts - given.booked) / 3
    listed = min(listed, given.frame.now - timedelta(hours=6))
    invited = min(listed + timedelta(hours=4), given.frame.now - timedelta(hours=2))
    letter = given.frame.rows.add(
        AudienceLetter, booking_id=given.id, note=LETTER, answers_to_id=None, asks_feedback=True, people=6,
        sent_by_id=given.booker.id, sent_at=invited,
    )  # fmt: skip
    over = given.frame.now - given.ends > timedelta(days=ERASED_AFTER_DAYS)
    found = [
        _person(given, chance, number, (listed, invited), letter, erased=over)
        for number in range(chance.randint(6, 9))
    ]
    given.note(listed, given.booker, "audience.listed", Booking, given.id, members=[key for key, _ in found])
    given.note(invited, given.booker, "audience.invited", Booking, given.id, letter=letter, people=6)
    return found


def _person(
    given: Given,
    chance: random.Random,
    number: int,
    moments: tuple[datetime, datetime],
    letter: int,
    *,
    erased: bool,
) -> tuple[int, bool]:
    listed, invited = moments
    name = full_name(chance.choice(LOCALES), chance)
    was_invited = number < 6
    reply = chance.choice(("yes", "yes", "yes", "no", None)) if was_invited else None
    came = given.state == "done" and reply != "no" and chance.random() < 0.75
    key = given.frame.rows.add(
        AudienceMember, booking_id=given.id, name="" if erased else name,
        email="" if erased else f"{plain(name)}.{number}@{given.stage.customer.domain}",
        added_by_id=given.booker.id, added_at=listed, letter_id=letter if was_invited else None,
        invited_at=invited if was_invited else None, reply=reply,
        replied_at=invited + timedelta(minutes=chance.randint(10, 110)) if reply else None,
        attended=came if given.state == "done" else None,
        erased_at=given.ends + timedelta(days=ERASED_AFTER_DAYS) if erased else None,
    )  # fmt: skip
    return key, came


def _recording(given: Given, chance: random.Random, missed: list[int]) -> None:
    asked, now = given.booked, given.frame.now
    decided = min(asked + timedelta(hours=5), now)
    published, expires = given.ends + timedelta(hours=2), given.ends + timedelta(days=KEPT_DAYS, hours=2)
    waits = given.state == "confirmed" and now - asked < timedelta(days=6)
    there = given.state == "done" and published <= now
    state = "asked" if waits else ("published" if expires > now else "expired") if there else "accepted"
    key = given.frame.rows.add(
        Recording, booking_id=given.id, state=state, asked_by_id=given.booker.id, asked_at=asked,
        decided_by_id=None if waits else given.host.id, decided_at=None if waits else decided,
        publication=1 if there else 0, published_by_id=given.host.id if there else None,
        published_at=published if there else None, expires_at=expires if there else None,
        link=f"https://video.conference-tracker.example/{chance.getrandbits(40):010x}" if state == "published" else None,
        ended_at=expires if state == "expired" else None, policy_edition=given.frame.edition_at(asked),
    )  # fmt: skip
    given.note(asked, given.booker, "recording.asked", Recording, key, booking=given.id)
    if not waits:
        given.note(decided, given.host, "recording.accepted", Recording, key, state="accepted")
    if there:
        given.note(published, given.host, "recording.published", Recording, key, state="published")
        _passed_on(given, chance, key, missed, published + timedelta(hours=3), min(now, expires))


def _passed_on(
    given: Given, chance: random.Random, recording: int, missed: list[int], at: datetime, last: datetime
) -> None:
    if at > last or not missed:
        return
    passed = missed[: max(1, len(missed) - 1)]
    for member in passed:
        given.frame.rows.add(
            RecordingPass, recording_id=recording, publication=1, member_id=member, passed_by_id=given.booker.id,
            passed_at=at,
        )  # fmt: skip
    given.note(at, given.booker, "recording.passed_on", Recording, recording, members=passed)
    for member in passed:
        opened = at + timedelta(minutes=chance.randint(30, 2_800))
        if opened <= last:
            _opened(given, recording, opened, member_id=member)
    if at + timedelta(hours=1) <= last:
        _opened(given, recording, at + timedelta(hours=1), person_id=given.booker.id)


def _opened(given: Given, recording: int, at: datetime, **who: int) -> None:
    given.frame.rows.add(RecordingAccess, recording_id=recording, publication=1, at=at, **who)
    by = {name.removesuffix("_id"): key for name, key in who.items()}
    opener = given.booker if "person_id" in who else None
    given.note(at, opener, "recording.opened", Recording, recording, **by)


def _record(given: Given, chance: random.Random, came: list[int]) -> None:
    noted, now = given.ends + timedelta(minutes=20), given.frame.now
    asked = given.ends + timedelta(hours=1) if came else given.ends + timedelta(hours=24)
    is_first = given.stage.customer.is_first
    given.frame.rows.put(
        SessionRecord, booking_id=given.id, attendance_at=noted if came and noted <= now else None,
        attendance_by_id=given.host.id if came and noted <= now else None, others_came=chance.choice((0, 0, 2)),
        summary=SUMMARY if is_first and noted <= now else "",
        summary_by_id=given.host.id if is_first and noted <= now else None,
        summary_at=noted if is_first and noted <= now else None, feedback_asked_at=asked if asked <= now else None,
    )  # fmt: skip
    if asked <= now:
        _feedback(given, chance, asked, person_id=given.booker.id)
        for member in came:
            _feedback(given, chance, asked, member_id=member)
    if is_first and noted <= now:
        _beside(given, noted)


def _feedback(given: Given, chance: random.Random, asked: datetime, **who: int) -> None:
    answered = asked + timedelta(minutes=chance.randint(15, 4_000))
    score = (
        chance.choice((5, 5, 5, 4, 4, 4, 3, 2))
        if answered <= given.frame.now and chance.random() < 0.7
        else None
    )
    given.frame.rows.add(
        SessionFeedback, booking_id=given.id, asked_at=asked, score=score,
        words=chance.choice(WORDS[score]) if score else "", answered_at=answered if score else None, **who,
    )  # fmt: skip


def _beside(given: Given, noted: datetime) -> None:
    given.frame.rows.add(
        SessionNote, booking_id=given.id, author_id=given.host.id, body=STAFF_NOTE, written_at=noted,
        form_key=f"demo:note:{given.id}",
    )  # fmt: skip
    given.frame.rows.add(
        SessionMaterial, booking_id=given.id, title="Slides of the session", added_by_id=given.host.id, added_at=noted,
        link="https://slides.conference-tracker.example/training", form_key=f"demo:slides:{given.id}",
    )  # fmt: skip
    given.note(noted, given.host, "session.summarised", Booking, given.id, summary=SUMMARY)
