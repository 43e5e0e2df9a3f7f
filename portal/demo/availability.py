"""Publishing when the team takes live sessions, and finding free times in it (HOW-5)."""

from bisect import bisect_left, insort
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.bookings.models import Availability
from portal.demo.calendar import entries
from portal.demo.duty import absences
from portal.demo.frame import HISTORY, Frame, Someone, note
from portal.demo.moments import at_local, clock_changes
from portal.policy.hours import is_business_day
from portal.policy.training import SessionKind, busy_range, session_times

EASTERN = "America/New_York"
# Weekday (Monday is 0), from and until, in Eastern clock time.
WEEKS = (
    ((0, 9, 12), (2, 13, 17), (4, 9, 11)),
    ((1, 8, 11), (3, 13, 16)),
    ((0, 13, 16), (2, 8, 11), (3, 9, 12)),
    ((1, 13, 17), (4, 12, 15)),
    ((2, 10, 12), (3, 8, 10), (4, 14, 17)),
)
PUBLISHED_AHEAD = timedelta(weeks=11)
AFTER_CHANGE = timedelta(days=20)
PATIENCE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Found:
    """A free time with its host."""

    host: Someone
    starts_at: datetime
    ends_at: datetime
    busy: tuple[datetime, datetime]


class Diary:
    """The team's published hours, and what fills them."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.windows: dict[date, list[tuple[Someone, datetime, datetime]]] = defaultdict(list)
        self.taken: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        for host, away in absences(frame):
            self.taken[host.id].append(away)
        for host, busy, _ in entries(frame):
            insort(self.taken[host.id], busy)
        day, last = frame.today - HISTORY, published_until(frame.today)
        while day <= last:
            self._publish(day)
            day += timedelta(days=1)

    def _publish(self, day: date) -> None:
        if not is_business_day(day, self.frame.edition.hours):
            return
        for index, host in enumerate(self.frame.team.agents):
            for weekday, start, end in WEEKS[index % len(WEEKS)]:
                if weekday == day.weekday():
                    self._open(host, at_local(day, EASTERN, start), at_local(day, EASTERN, end))

    def _open(self, host: Someone, starts: datetime, ends: datetime) -> None:
        self.windows[starts.date()].append((host, starts, ends))
        published = min(starts - PUBLISHED_AHEAD, self._last_published(host))
        key = self.frame.rows.add(
            Availability, host_id=host.id, starts_at=starts, ends_at=ends, published_at=published
        )
        span = {"starts_at": starts.isoformat(), "ends_at": ends.isoformat()}
        note(self.frame, published, host, "availability.published", Availability, key, after=span)

    def _last_published(self, host: Someone) -> datetime:
        """When that host last sat down to publish: some days ago, each on another day."""
        days_ago = 6 + 3 * self.frame.team.agents.index(host) % 30
        return at_local(self.frame.today - timedelta(days=days_ago), EASTERN, 16, 10)

    def take(self, kind: SessionKind, not_before: datetime, days: int = PATIENCE_DAYS) -> Found | None:
        """The first free time from that moment on, within so many days; it is taken from then on."""
        for offset in range(days):
            for host, opens, closes in self.windows.get(not_before.date() + timedelta(days=offset), ()):
                if found := self._free_in(kind, host, max(opens, not_before), opens, closes):
                    self._take(found)
                    return found
        return None

    def _free_in(
        self, kind: SessionKind, host: Someone, earliest: datetime, opens: datetime, closes: datetime
    ) -> Found | None:
        edition = self.frame.edition
        length = timedelta(minutes=session_times(kind, edition).length_minutes)
        grid = timedelta(minutes=edition.training.grid_minutes)
        start = opens
        while start + length <= closes:
            busy = busy_range(start, edition, kind)
            if start >= earliest and self._is_free(host, busy):
                return Found(host, start, start + length, busy)
            start += grid
        return None

    def _is_free(self, host: Someone, busy: tuple[datetime, datetime]) -> bool:
        ranges = self.taken[host.id]
        index = bisect_left(ranges, busy)
        after = index == len(ranges) or ranges[index][0] >= busy[1]
        return after and (index == 0 or ranges[index - 1][1] <= busy[0])

    def _take(self, found: Found) -> None:
        ranges = self.taken[found.host.id]
        ranges.insert(bisect_left(ranges, found.busy), found.busy)

    def give_back(self, found: Found) -> None:
        """A cancelled session leaves its host free again."""
        self.taken[found.host.id].remove(found.busy)


def published_until(today: date) -> date:
    """The last day that is published: some weeks ahead, and beyond the next change of the clocks."""
    change = clock_changes(today, today + timedelta(days=366))[0]
    return max(today + PUBLISHED_AHEAD, change + AFTER_CHANGE)
