"""Random acts on the portal and on the model side by side; every difference is told.

An act is done by the portal's own services, with its own clock; the model said before what it must come to.
"""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from sqlalchemy import text

from portal.accounts.actor import SYSTEM, Actor
from portal.accounts.models import Organisation
from portal.accounts.permissions import Role
from portal.accounts.queries import actor_for
from portal.bookings.admission import TimeNotOpen
from portal.bookings.commitments import StandsInTheWay
from portal.bookings.endings import cancel_booking, close_booking
from portal.bookings.holds import hold_slot, release_hold
from portal.bookings.models import Availability
from portal.bookings.moving import hand_to_host, move_booking
from portal.bookings.service import Wanted, book_session
from portal.bookings.waiting_list import tend_waiting_list
from portal.db import db
from portal.duty.service import add_absence, end_absence
from portal.errors import Conflict, Invalid, NotFound, PortalError, Refused
from portal.policy.terms import SessionKind
from tests.bookings.session_model import (
    DAY,
    GRID,
    IN_THE_WAY,
    INVALID,
    KEPT,
    REFUSED,
    TAKEN,
    TOO_LATE,
    UNKNOWN,
    UNTIMELY,
    Hold,
    Model,
)  # fmt: skip
from tests.people import contact, event, grant, organisation, person

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
KINDS = ("contact_training", "presenter_training")
NEAR, OPEN_DAYS, EVENTS = timedelta(days=3), 5, 5

BOOKINGS = text(
    "SELECT id, host_id, starts_at, state, uses_entitlement, calendar_sequence FROM booking"
    " WHERE starts_at > :since ORDER BY id"
)
COMMITMENTS = text(
    "SELECT c.host_id, lower(c.during), upper(c.during) FROM commitment c LEFT JOIN slot_hold h ON h.id = c.hold_id"
    " WHERE (h.id IS NULL OR h.expires_at > :now) AND upper(c.during) > :since ORDER BY 1, 2, 3"
)
DOUBLED = text(
    "SELECT (SELECT count(*) FROM commitment a JOIN commitment b ON a.id < b.id AND a.host_id = b.host_id"
    " AND a.during && b.during) + (SELECT count(*) FROM booking a JOIN booking b ON a.id < b.id"
    " AND a.event_id = b.event_id AND a.audience = b.audience AND a.uses_entitlement AND b.uses_entitlement)"
)


class Play:
    """A world of three hosts and a few events, in which things happen at random."""

    def __init__(self, seed: int) -> None:
        self.chance, self.model = random.Random(seed), Model(START)
        self.clock = time_machine.travel(START, tick=False)
        self.traveller = self.clock.start()
        self.differences: list[str] = []
        self.acts: Counter[str] = Counter()
        self.customer = organisation("Society of Chance").id
        self.hosts = [self._host(f"Host {n}") for n in range(3)]
        self.people: list[int] = []
        self.opened = START.date()
        for _ in range(EVENTS):
            self._new_event()
        self._open_days()

    def close(self) -> None:
        """Let the clock go."""
        self.clock.stop()

    def run(self, acts: int, whole_every: int = 100) -> None:
        """Do so many acts, and lay both worlds side by side after each: all of it now and then, else what is near."""
        for number in range(acts):
            act = self.chance.choices(*zip(*ACTS, strict=True))[0]
            told = act(self)
            self.acts[f"{act.__name__.removeprefix('_')}: {told}"] += 1
            self._compare(number, whole=(number + 1) % whole_every == 0 or number + 1 == acts)

    def _hold(self) -> str:
        (who, at), kind, start = self._asked(), self._kind(), self._start()
        expected = self.model.hold(who, at, kind, start)
        done = self._do("hold", expected, lambda: hold_slot(acting(who), at, SessionKind(kind), start))
        if done is None or isinstance(expected, str):
            return str(expected)
        self._same("hold", expected, (done.host_id, done.id if expected[1] else 0))
        form, _ = self.model._form(who, at, kind)
        if not expected[1]:
            self.model.holds.pop(form, None)
            self.model.holds[done.id] = Hold(who, at, kind, done.host_id, start, self.model.now + KEPT)
        return "kept"

    def _book(self) -> str:
        holds = list(self.model.holds.items())
        if holds and self.chance.random() < 0.6:
            key, hold = self.chance.choice(holds)
            who, at, kind, start = hold.person, hold.event, hold.kind, hold.start
        else:
            key, (who, at), kind, start = None, self._asked(), self._kind(), self._start()
        expected = self.model.book(who, at, kind, start, key)
        wanted = Wanted(SessionKind(kind), start, hold_id=key)
        done = self._do(
            "book", expected, lambda: book_session(acting(who), at, wanted, form_key=str(uuid.uuid4()))
        )
        if done is None or isinstance(expected, str):
            return str(expected)
        self._same("book", expected, done.host_id)
        self.model.booked(done.id, who, at, kind, start, done.host_id)
        return "booked"

    def _move(self) -> str:
        key = self._session()
        if key is None:
            return "nothing"
        who, start = self._mover(key), self._start()
        expected = self.model.move(who, key, start)
        done = self._do("move", expected, lambda: move_booking(acting(who or self.hosts[0]), key, start))
        if done is None or isinstance(expected, str):
            return str(expected)
        self._same("move", expected, done.host_id)
        session = self.model.sessions[key]
        session.host, session.start, session.sequence = done.host_id, start, session.sequence + 1
        return "moved"

    def _hand(self) -> str:
        key, host = self._session(), self.chance.choice(self.hosts)
        if key is None:
            return "nothing"
        expected = self.model.hand(key, host)
        done = self._do("hand", expected, lambda: hand_to_host(acting(self.hosts[0]), key, host, "Chance"))
        if done is None or isinstance(expected, str):
            return str(expected)
        self.model.sessions[key].host = host
        self.model.sessions[key].sequence += 1
        return "handed"

    def _cancel(self) -> str:
        key = self._session()
        if key is None:
            return "nothing"
        who = self._mover(key)
        expected = self.model.cancel(who, key)
        done = self._do("cancel", expected, lambda: cancel_booking(acting(who or self.hosts[0]), key))
        if done is None or isinstance(expected, str):
            return str(expected)
        session = self.model.sessions[key]
        session.state, session.uses, session.sequence = "cancelled", expected, session.sequence + 1
        return "cancelled"

    def _close(self) -> str:
        begun = [
            k for k, s in self.model.sessions.items() if s.state == "confirmed" and s.start <= self.model.now
        ]
        key = self.chance.choice(begun) if begun else self._session()
        if key is None:
            return "nothing"
        expected, outcome = self.model.close(key), self.chance.choice(("done", "no_show"))
        failed = expected == TOO_LATE
        done = self._do(
            "close", expected if failed else 0, lambda: close_booking(acting(self.hosts[0]), key, outcome)
        )
        if done is not None:
            self.model.sessions[key].state = outcome
        return expected

    def _release(self) -> str:
        running = [key for key, hold in self.model.holds.items() if hold.until > self.model.now]
        if not running:
            return "nothing"
        key = self.chance.choice(running)
        hold = self.model.holds[key]
        left = hold.person not in self.model.contacts[hold.event]
        done = self._do("release", UNKNOWN if left else 0, lambda: release_hold(acting(hold.person), key))
        if done is not None:
            del self.model.holds[key]
        return "unknown" if left else "given back"

    def _be_away(self) -> str:
        host, first = (
            self.chance.choice(self.hosts),
            self.model.now.date() + timedelta(days=self.chance.randint(-1, 5)),
        )
        last = first + timedelta(days=self.chance.choice((0, 0, 1)))
        start, end = _eastern(first), _eastern(last + DAY)
        expected = self.model.be_away(host, start, end)
        done = self._do(
            "be away",
            expected if expected != "away" else 0,
            lambda: add_absence(acting(host), host, first, last),
        )
        if done is not None:
            self.model.absences[done.id] = (host, start, end)
        return expected

    def _be_back(self) -> str:
        running = [key for key, (_, _, end) in self.model.absences.items() if end > self.model.now]
        if not running:
            return "nothing"
        key = self.chance.choice(running)
        host, start, _ = self.model.absences[key]
        end_absence(acting(host), key)
        if start < self.model.now:
            self.model.absences[key] = (host, start, self.model.now)
        else:
            del self.model.absences[key]
        return "back"

    def _change_licence(self) -> str:
        at = self._event()
        self.model.packages[at] = not self.model.packages[at]
        db.session.execute(
            text("UPDATE event SET virtual_event_package = :has WHERE id = :id"),
            {"has": self.model.packages[at], "id": at},
        )
        db.session.commit()
        return "with" if self.model.packages[at] else "without"

    def _remove_contact(self) -> str:
        at = self._event()
        there = sorted(self.model.contacts[at])
        if len(there) < 2:
            return "nothing"
        gone = self.chance.choice(there)
        db.session.execute(
            text("UPDATE role_grant SET ended_at = :now WHERE person_id = :person AND event_id = :event"),
            {"now": self.model.now, "person": gone, "event": at},
        )  # fmt: skip
        db.session.commit()
        self.model.contacts[at].discard(gone)
        return "removed"

    def _new_event(self) -> str:
        at = event(
            db.session.get_one(Organisation, self.customer),
            f"Event {len(self.model.packages)}",
            attendees=2_500,
            virtual_event_package=True,
        )
        people = [person(f"Contact {len(self.people) + n}") for n in range(3)]
        for each in people:
            contact(at, each)
            self.people.append(each.id)
        db.session.commit()
        self.model.packages[at.id], self.model.contacts[at.id] = True, {each.id for each in people}
        return "made"

    def _jump(self) -> str:
        minutes = self.chance.choice((1, 3, 9, 10, 11, 30, 90, 240, 1440))
        self.model.now += timedelta(minutes=minutes)
        self.traveller.move_to(self.model.now)
        self._open_days()
        return "later"

    def _tend(self) -> str:
        tend_waiting_list(SYSTEM)
        return "tended"

    def _do(self, what: str, expected: Any, work: Callable[[], Any]) -> Any:
        """What the portal gave, or None when it refused; a difference unless it did as expected."""
        try:
            done, answer = work(), None
        except PortalError as error:
            done, answer = None, told(error)
        wanted = expected if isinstance(expected, str) else None
        if answer != wanted:
            self.differences.append(f"{what}: expected {wanted or 'a yes'}, got {answer or 'a yes'}")
        return done

    def _same(self, what: str, expected: Any, got: Any) -> None:
        if expected != got:
            self.differences.append(f"{what}: expected {expected}, got {got}")

    def _compare(self, number: int, *, whole: bool) -> None:
        since = START - DAY if whole else self.model.now - NEAR
        db.session.rollback()
        found = [tuple(row) for row in db.session.execute(BOOKINGS, {"since": since})]
        taken = [
            tuple(row) for row in db.session.execute(COMMITMENTS, {"since": since, "now": self.model.now})
        ]
        doubled = db.session.execute(DOUBLED).scalar_one() if whole else 0
        db.session.rollback()
        expected = [
            (key, s.host, s.start, s.state, s.uses, s.sequence)
            for key, s in sorted(self.model.sessions.items())
            if s.start > since
        ]
        self._same(f"sessions after act {number}", expected, found)
        self._same(
            f"what takes hosts after act {number}", [t for t in self.model.taken() if t[2] > since], taken
        )
        self._same(f"doubled after act {number}", 0, doubled)

    def _host(self, name: str) -> int:
        host = person(name)
        grant(host, Role.AGENT)
        return host.id

    def _open_days(self) -> None:
        """Each host's hours of the days ahead, an hour later for each host."""
        while self.opened <= (self.model.now + timedelta(days=OPEN_DAYS)).date():
            for number, host in enumerate(self.hosts):
                opens = datetime.combine(self.opened, datetime.min.time(), UTC) + timedelta(hours=13 + number)
                closes = opens + timedelta(hours=3)
                db.session.add(Availability(host_id=host, starts_at=opens, ends_at=closes))
                self.model.windows.append((host, opens, closes))
            self.opened += DAY
        db.session.commit()
        self.model.windows = [w for w in self.model.windows if w[2] > self.model.now]

    def _start(self) -> datetime:
        day = self.model.now.date() + timedelta(days=self.chance.randint(0, OPEN_DAYS))
        start = (
            datetime.combine(day, datetime.min.time(), UTC)
            + timedelta(hours=13)
            + self.chance.randint(0, 9) * GRID
        )
        return start + timedelta(minutes=self.chance.choice((0, 0, 0, 0, 0, 0, 0, 1)))

    def _session(self) -> int | None:
        near = [k for k, s in self.model.sessions.items() if s.start > self.model.now - DAY]
        return self.chance.choice(near) if near else None

    def _event(self) -> int:
        return self.chance.choice(list(self.model.packages)[-EVENTS:])

    def _asked(self) -> tuple[int, int]:
        """Who asks for which event: most often one of its contacts, now and then anybody."""
        at = self._event()
        return self._one_of(self.model.contacts[at]), at

    def _mover(self, key: int) -> int | None:
        """Who moves or cancels a session; None for staff."""
        return (
            None
            if self.chance.random() < 0.3
            else self._one_of(self.model.contacts[self.model.sessions[key].event])
        )

    def _one_of(self, people: set[int]) -> int:
        return self.chance.choice(self.people if self.chance.random() < 0.1 else sorted(people))

    def _kind(self) -> str:
        return self.chance.choice(KINDS)


ACTS: tuple[tuple[Callable[[Play], str], int], ...] = (
    (Play._hold, 22), (Play._book, 24), (Play._move, 10), (Play._hand, 5), (Play._cancel, 8), (Play._close, 4),
    (Play._release, 4), (Play._be_away, 4), (Play._be_back, 3), (Play._change_licence, 3), (Play._remove_contact, 2),
    (Play._new_event, 2), (Play._jump, 12), (Play._tend, 1),
)  # fmt: skip


def told(error: PortalError) -> str:
    """What a refusal is, in the model's words."""
    if isinstance(error, TimeNotOpen):
        return TAKEN if error.status == 409 else UNTIMELY
    kinds = (
        (NotFound, UNKNOWN),
        (StandsInTheWay, IN_THE_WAY),
        (Refused, REFUSED),
        (Invalid, INVALID),
        (Conflict, TOO_LATE),
    )
    return next((word for kind, word in kinds if isinstance(error, kind)), type(error).__name__)


def acting(person_id: int) -> Actor:
    """A person as an actor."""
    found = actor_for(person_id)
    assert found is not None
    return found


def _eastern(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
