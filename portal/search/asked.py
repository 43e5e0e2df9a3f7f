"""What somebody asks the search: their words, and by what they narrow it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.policy.coverage import Topic

KINDS = ("all", "tickets", "articles", "wishes", "events", "people")
STATES = ("open", "waiting", "closed")
LONGEST_WORDS = 300
LAST_PAGE = 80
TICKET_NUMBER = re.compile(r"#?\s?([0-9]{1,18})")
ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}")
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Asked:
    """A search. What is empty or None narrows nothing; `since` and `until` are days of the reader's zone."""

    words: str = ""
    kind: str = "all"
    event: str = ""
    who: str = ""
    state: str = ""
    topic: str = ""
    since: date | None = None
    until: date | None = None
    page: int = 1

    @property
    def narrows_tickets(self) -> bool:
        """Whether something is asked that only tickets have."""
        return any((self.event, self.who, self.state, self.topic, self.since, self.until))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked at all."""
        return not self.words and not self.narrows_tickets

    @property
    def ticket_number(self) -> int | None:
        """The ticket that was asked for by its number: `#123` or `123`."""
        found = TICKET_NUMBER.fullmatch(self.words)
        return int(found[1]) if found and not self.narrows_tickets else None

    @property
    def address(self) -> str | None:
        """The mail address that was asked for, as addresses are kept."""
        found = ADDRESS.fullmatch(self.words)
        return self.words.lower() if found and not self.narrows_tickets else None

    def about(self, kind: str) -> bool:
        """Whether things of a kind are asked for."""
        if self.narrows_tickets and self.kind == "all":
            return kind == "tickets"
        return self.kind in ("all", kind)

    def between(self, zone: str) -> tuple[datetime | None, datetime | None]:
        """The first moment and the end, in the zone of whoever asks."""
        here = ZoneInfo(zone)
        start = datetime.combine(self.since, time(), here) if self.since else None
        end = datetime.combine(self.until + timedelta(days=1), time(), here) if self.until else None
        return start, end


def asked(typed: Mapping[str, str]) -> tuple[Asked, list[str]]:
    """What was typed as a search, with a sentence for each part that could not be understood and was left out."""
    told: list[str] = []
    search = Asked(
        words=_tidied(typed.get("q", "")), event=_tidied(typed.get("event", "")), who=_tidied(typed.get("who", "")),
        kind=_one_of(typed.get("kind", ""), KINDS) or "all", state=_one_of(typed.get("state", ""), STATES),
        topic=_one_of(typed.get("topic", ""), tuple(Topic)), page=_page(typed.get("page", "")),
        since=_day(typed.get("since", ""), "first", told), until=_day(typed.get("until", ""), "last", told),
    )  # fmt: skip
    if len(typed.get("q", "").strip()) > LONGEST_WORDS:
        told.append(f"Only the first {LONGEST_WORDS} characters were searched for.")
    if search.since and search.until and search.since > search.until:
        told.append("The first day came after the last one, so they were exchanged.")
        search = replace(search, since=search.until, until=search.since)
    return search, told


def _tidied(typed: str) -> str:
    return " ".join(typed.replace("\x00", " ").split())[:LONGEST_WORDS]


def _one_of(typed: str, known: tuple[str, ...]) -> str:
    return typed if typed in known else ""


def _page(typed: str) -> int:
    return min(int(typed), LAST_PAGE) if re.fullmatch("[1-9][0-9]{0,3}", typed) else 1


def _day(typed: str, which: str, told: list[str]) -> date | None:
    if not typed.strip():
        return None
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        day = date.min
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    told.append(f"The {which} day could not be understood and was left out. Write it as 2026-11-24.")
    return None
