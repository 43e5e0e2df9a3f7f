"""What staff enter about an event, and whether it makes sense."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from portal.errors import Invalid
from portal.policy.contacts import size_band
from portal.policy.decision import PolicyError
from portal.policy.edition import Edition
from portal.policy.terms import Licence

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
MOST_ATTENDEES = 1_000_000
ZONES = frozenset(available_timezones())


@dataclass(frozen=True)
class EventDetails:
    """Everything about an event that staff enter, under the names of its fields."""

    name: str
    starts_on: date
    ends_on: date
    place: str
    in_person: bool
    time_zone: str
    attendees: int
    licence: Licence
    virtual_event_package: bool
    exhibitor_package: bool
    records_attendance: bool
    account_opened_on: date

    def values(self) -> dict[str, Any]:
        """The details as the event's columns hold them."""
        return asdict(self) | {"licence": self.licence.value}


def check(details: EventDetails, edition: Edition) -> None:
    """Raise Invalid with a message for each field that cannot be so (WHO-3, COV-7)."""
    problems = {**_dates(details), **_place(details), **_attendees(details, edition)}
    if details.time_zone not in ZONES:
        problems["time_zone"] = "Choose a time zone from the list."
    if details.records_attendance and not details.in_person:
        problems["records_attendance"] = (
            "Session attendance is recorded by scanning people on the spot: the event must be in person (rule COV-7)."
        )
    if problems:
        raise Invalid(**problems)


def _dates(details: EventDetails) -> dict[str, str]:
    problems = {
        field: f"Enter a day between {EARLIEST.year} and {LATEST.year}."
        for field in ("starts_on", "ends_on", "account_opened_on")
        if not EARLIEST <= getattr(details, field) <= LATEST
    }
    if details.ends_on < details.starts_on:
        problems.setdefault("ends_on", "The last day cannot be before the first day.")
    if details.account_opened_on > details.ends_on:
        problems.setdefault("account_opened_on", "The account is opened before the event is over.")
    return problems


def _place(details: EventDetails) -> dict[str, str]:
    problems = {} if details.name else {"name": "Enter the event's name."}
    if details.in_person and not details.place:
        problems["place"] = "Say where the event is held, or that it is virtual."
    return problems


def _attendees(details: EventDetails, edition: Edition) -> dict[str, str]:
    if details.attendees > MOST_ATTENDEES:
        return {"attendees": f"Enter at most {MOST_ATTENDEES:,} attendees."}
    try:
        size_band(details.attendees, edition)
    except PolicyError as error:
        return {"attendees": f"{error.reason} (rule {error.rule})"}
    return {}
