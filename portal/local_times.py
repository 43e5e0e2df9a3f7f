"""Days and times of day as people type them, in a zone of theirs, as instants."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from portal.errors import Invalid
from portal.policy.wording import clock, long_day

FIRST, SECOND = "first", "second"
TURNS = [(FIRST, "The first, before the clocks go back"), (SECOND, "The second, after they went back")]
YEARS = range(2000, 2099)
FURTHEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Typed:
    """A moment as typed; `turn` says which of two is meant where the clocks go back."""

    day: str
    at: str
    turn: str = ""

    def parts(self) -> dict[str, str]:
        """What the fields hold, by the ends of their names; a turn only where there are two."""
        return {"on": self.day, "at": self.at} | ({"turn": self.turn} if self.turn else {})


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name. Raises Invalid (`zone`) for a name that is none."""
    if name not in available_timezones():
        raise Invalid(zone="This time zone is not known. Choose one such as America/New_York.")
    return ZoneInfo(name)


def typed(at: datetime, zone: ZoneInfo) -> Typed:
    """An instant as it would be typed in a zone."""
    local = at.astimezone(zone)
    twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    turn = (SECOND if local.fold else FIRST) if twice else ""
    return Typed(local.date().isoformat(), clock(local.time()), turn)


def readings(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The instants in UTC at which a zone's clocks show a time of a day: one, none, or two where they go back."""
    local = datetime.combine(day, at, tzinfo=zone)
    first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        return ()
    return (first,) if first == second else (first, second)


def day_near(text: str | None, today: date) -> date:
    """The day that an address names; `today` for what is no day, or one more than three years away."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return today
    return day if abs(day - today) < FURTHEST else today


def instant(field: str, typed: Typed, zone: ZoneInfo) -> datetime:
    """The instant of a day and a time of day in a zone, in UTC.

    Raises Invalid on `<field>_on` for a day that is none, on `<field>_at` for a time that is none, has seconds,
    or is left out when the clocks go forward, and on `<field>_turn` for one that comes twice until it is said
    which one is meant.
    """
    day, at = _day(field, typed.day), _clock(field, typed.at)
    where, found = f"{clock(at)} on {long_day(day)} in {zone.key}", readings(day, at, zone)
    if not found:
        raise Invalid(
            **{f"{field}_at": f"There is no {where}: the clocks go forward past it. Choose another time."}
        )
    if len(found) == 1:
        return found[0]
    if typed.turn not in (FIRST, SECOND):
        raise Invalid(
            **{f"{field}_turn": f"{where} comes twice, since the clocks go back. Say which one you mean."}
        )
    return found[typed.turn == SECOND]


def _day(field: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(**{f"{field}_on": "Choose a day, such as 2027-03-05."}) from None
    if day.year not in YEARS:
        raise Invalid(**{f"{field}_on": "Choose a day of the next months."})
    return day


def _clock(field: str, text: str) -> time:
    try:
        at = time.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None:
        raise Invalid(**{f"{field}_at": "Enter a time of day, such as 18:30."})
    if at.second or at.microsecond:
        raise Invalid(**{f"{field}_at": "Enter a whole minute, such as 18:30."})
    return at
