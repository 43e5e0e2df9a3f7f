"""Live sessions as a plain model: lists, numbers and loops, with none of the portal's own code.

It says what each act must come to, and what stands afterwards. Times are UTC; rules are those of the first edition.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LENGTH, BEFORE, AFTER = 60 * MINUTE, 10 * MINUTE, 15 * MINUTE
NOTICE, HORIZON, CUT_OFF = DAY, 60 * DAY, DAY
GRID, KEPT, AT_ONCE, LOAD = 30 * MINUTE, 10 * MINUTE, 3, 30 * DAY

REFUSED, TAKEN, UNTIMELY, UNKNOWN, TOO_LATE, IN_THE_WAY, INVALID = (
    "refused", "taken", "untimely", "unknown", "too late", "in the way", "invalid",
)  # fmt: skip


@dataclass
class Session:
    """A session; `limited` is one that comes with its event, `uses` whether it uses that up."""

    event: int
    kind: str
    host: int
    start: datetime
    limited: bool
    uses: bool
    state: str = "confirmed"
    sequence: int = 0

    @property
    def busy(self) -> tuple[datetime, datetime]:
        """From and until when it takes its host."""
        return busy_at(self.start)


@dataclass
class Hold:
    """A time that is kept for a person's form."""

    person: int
    event: int
    kind: str
    host: int
    start: datetime
    until: datetime


@dataclass
class Model:
    """Everything there is. Keys are those of the database, so that both can be laid side by side."""

    now: datetime
    windows: list[tuple[int, datetime, datetime]] = field(default_factory=list)
    packages: dict[int, bool] = field(default_factory=dict)
    contacts: dict[int, set[int]] = field(default_factory=dict)
    sessions: dict[int, Session] = field(default_factory=dict)
    holds: dict[int, Hold] = field(default_factory=dict)
    absences: dict[int, tuple[int, datetime, datetime]] = field(default_factory=dict)

    def hold(self, person: int, event: int, kind: str, start: datetime) -> str | tuple[int, int]:
        """The host who is kept, with the key of a hold that stays (0: a new one); or why none is."""
        if person not in self.contacts[event]:
            return UNKNOWN
        key, own = self._form(person, event, kind)
        if own and own.start == start and own.until > self.now:
            return own.host, key
        others = [
            h for h in self.holds.values() if h.person == person and h.until > self.now and h is not own
        ]
        if len(others) >= AT_ONCE:
            return REFUSED
        answer = self._admitted(event, kind, start, besides_hold=own)
        return answer if isinstance(answer, str) else (answer, 0)

    def book(self, person: int, event: int, kind: str, start: datetime, hold: int | None) -> str | int:
        """The host of the session that is booked, by the hold of the form where one runs; or why none is."""
        if person not in self.contacts[event]:
            return UNKNOWN
        _, own = self._form(person, event, kind)
        running = own is not None and own.start == start and own.until > self.now
        if running or hold is not None:
            if not self._entitled(event, kind):
                return REFUSED
            return own.host if own is not None and running else TAKEN
        return self._admitted(event, kind, start)

    def booked(self, key: int, person: int, event: int, kind: str, start: datetime, host: int) -> None:
        """Write the session, and let the form's hold go."""
        limited = kind == "presenter_training"
        self.sessions[key] = Session(event, kind, host, start, limited, limited)
        form, _ = self._form(person, event, kind)
        self.holds.pop(form, None)

    def move(self, person: int | None, key: int, start: datetime) -> str | int:
        """The host of a session that moves; None stands for staff."""
        session = self.sessions[key]
        if person is not None and person not in self.contacts[session.event]:
            return UNKNOWN
        if session.state != "confirmed" or self.now >= session.start:
            return TOO_LATE
        if person is not None and session.limited and self.now > session.start - CUT_OFF:
            return REFUSED
        if start == session.start:
            return INVALID
        if not self._timely(start):
            return UNTIMELY
        free = self._free(start, besides=session)
        if not free:
            return TAKEN
        return session.host if session.host in free else self._fairest(free)

    def cancel(self, person: int | None, key: int) -> str | bool:
        """Whether a session that is cancelled stays used up; or why it is not cancelled."""
        session = self.sessions[key]
        if person is not None and person not in self.contacts[session.event]:
            return UNKNOWN
        if session.state != "confirmed" or self.now >= session.start:
            return TOO_LATE
        return session.uses and self.now > session.start - CUT_OFF

    def close(self, key: int) -> str:
        """`done` for a session that has begun; or why nobody can say yet."""
        session = self.sessions[key]
        return "done" if session.state == "confirmed" and self.now >= session.start else TOO_LATE

    def hand(self, key: int, host: int) -> str | int:
        """The new host; or why the session stays with its own."""
        session = self.sessions[key]
        if session.state != "confirmed" or self.now >= session.start:
            return TOO_LATE
        if host == session.host:
            return INVALID
        return host if self._is_free(host, session.busy, besides=session) else IN_THE_WAY

    def be_away(self, host: int, start: datetime, end: datetime) -> str:
        """`away`, or what stands in the way."""
        if any(h == host and a < end and start < b for h, a, b in self.absences.values()):
            return INVALID
        return "away" if self._is_free(host, (start, end)) else IN_THE_WAY

    def taken(self) -> list[tuple[int, datetime, datetime]]:
        """Each stretch that takes a host now."""
        stretches = [(s.host, *s.busy) for s in self.sessions.values() if s.state != "cancelled"]
        stretches += [(h.host, *busy_at(h.start)) for h in self.holds.values() if h.until > self.now]
        return sorted([*stretches, *self.absences.values()])

    def _form(self, person: int, event: int, kind: str) -> tuple[int, Hold | None]:
        for key, hold in self.holds.items():
            if (hold.person, hold.event, hold.kind) == (person, event, kind):
                return key, hold
        return 0, None

    def _admitted(
        self, event: int, kind: str, start: datetime, besides_hold: Hold | None = None
    ) -> str | int:
        if not self._entitled(event, kind):
            return REFUSED
        if not self._timely(start):
            return UNTIMELY
        free = self._free(start, besides_hold=besides_hold)
        return self._fairest(free) if free else TAKEN

    def _entitled(self, event: int, kind: str) -> bool:
        if kind == "contact_training":
            return True
        used = any(s.event == event and s.uses for s in self.sessions.values())
        return self.packages[event] and not used

    def _timely(self, start: datetime) -> bool:
        return self.now + NOTICE <= start <= self.now + HORIZON

    def _free(
        self, start: datetime, besides: Session | None = None, besides_hold: Hold | None = None
    ) -> list[int]:
        found = {
            host
            for host, opens, closes in self.windows
            if opens <= start and start + LENGTH <= closes and (start - opens) % GRID == timedelta()
        }
        return [host for host in found if self._is_free(host, busy_at(start), besides, besides_hold)]

    def _is_free(
        self, host: int, wanted: tuple[datetime, datetime], besides: Session | None = None,
        besides_hold: Hold | None = None,
    ) -> bool:  # fmt: skip
        stretches = [
            s.busy
            for s in self.sessions.values()
            if s.host == host and s.state != "cancelled" and s is not besides
        ]
        stretches += [
            busy_at(h.start)
            for h in self.holds.values()
            if h.host == host and h.until > self.now and h is not besides_hold
        ]
        stretches += [(start, end) for h, start, end in self.absences.values() if h == host]
        return not any(start < wanted[1] and wanted[0] < end for start, end in stretches)

    def _fairest(self, hosts: list[int]) -> int:
        def load(host: int) -> int:
            return sum(
                s.host == host and s.state != "cancelled" and abs(s.start - self.now) <= LOAD
                for s in self.sessions.values()
            )

        return min(hosts, key=lambda host: (load(host), host))


def busy_at(start: datetime) -> tuple[datetime, datetime]:
    """From and until when a session that starts then takes its host."""
    return start - BEFORE, start + LENGTH + AFTER
