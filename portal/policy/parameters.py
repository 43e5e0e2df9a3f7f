"""Every number and list that the policy's rules turn on, with its bounds and its words.

The annotations are the one place where a parameter's bounds and name are written: the check of an
edition, its JSON form and the list of what changed between two editions all read them (POL-1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Annotated

from portal.policy.terms import Channel, Licence, RateTime, SessionKind, in_words
from portal.policy.wording import long_day


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds; `unit` says how it reads: a noun, `minutes` or `cents`."""

    words: str
    least: int
    most: int
    unit: str = ""
    is_identity: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A text of at least one and at most `most` characters; a pattern narrows it."""

    words: str
    most: int
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Any other parameter: only its words; an identity tells one row of a list from another."""

    words: str
    is_identity: bool = False


@dataclass(frozen=True, slots=True)
class ContactBand:
    """WHO-3: how many contacts an event of up to so many attendees may have; None is no upper end."""

    up_to: Annotated[int | None, Whole("Attendees", 1, 100_000_000, is_identity=True)]
    basic: Annotated[int, Whole("Technical Contacts with a Basic licence", 1, 1_000)]
    premium: Annotated[int, Whole("Technical Contacts with a Premium licence", 1, 1_000)]

    @property
    def key(self) -> str:
        """Which events the band is for, in words."""
        return (
            "events of any larger size" if self.up_to is None else f"events of up to {self.up_to:,} attendees"
        )

    def for_licence(self, licence: Licence) -> int:
        """WHO-3: contacts allowed in this band."""
        return self.premium if licence is Licence.PREMIUM else self.basic


@dataclass(frozen=True, slots=True)
class ContactRules:
    """WHO-3 and WHO-6: the bands, smallest first, and the business days a removal may take."""

    bands: Annotated[tuple[ContactBand, ...], Said("Contacts by size of event")] = (
        ContactBand(300, 1, 2),
        ContactBand(600, 2, 3),
        ContactBand(1_000, 3, 4),
        ContactBand(2_000, 4, 5),
        ContactBand(None, 5, 6),
    )
    removal_business_days: Annotated[
        int, Whole("Longest time to decide on a removal", 1, 30, "business day")
    ] = 2


@dataclass(frozen=True, slots=True)
class AddedHoliday:
    """HOW-3: a day that staff closed, with the name to show."""

    day: Annotated[date, Said("Day", is_identity=True)]
    name: Annotated[str, Text("Extra day closed", 100)]

    @property
    def key(self) -> str:
        """The day, in words."""
        return long_day(self.day)


@dataclass(frozen=True, slots=True)
class HoursRules:
    """HOW-2 and HOW-3: opening and closing in US Eastern, days (0 is Monday), holidays, reply goal.

    `holidays` are names known to `holiday_list.KNOWN_HOLIDAYS`; `removed` are dates that stay open
    although a holiday falls on them.
    """

    opens: Annotated[time, Said("Support opens at")] = time(8)
    closes: Annotated[time, Said("Support closes at")] = time(17)
    weekdays: Annotated[tuple[int, ...], Said("Business day")] = (0, 1, 2, 3, 4)
    holidays: Annotated[tuple[str, ...], Said("Holiday")] = (
        "New Year's Day",
        "Memorial Day",
        "Juneteenth",
        "Independence Day",
        "Labor Day",
        "Thanksgiving Day",
        "Christmas Day",
    )
    added: Annotated[tuple[AddedHoliday, ...], Said("Extra days closed")] = ()
    removed: Annotated[tuple[date, ...], Said("Open although a holiday")] = ()
    reply_business_days: Annotated[int, Whole("Goal for a reply", 1, 30, "business day")] = 1


@dataclass(frozen=True, slots=True)
class TicketRules:
    """HOW-2 and HOW-4: the goal for a solution, when the team is warned of a deadline, what opens a ticket again."""

    resolution_business_days: Annotated[int, Whole("Goal for a solution", 1, 90, "business day")] = 5
    warning_percent: Annotated[
        int, Whole("The team is warned once this share of a time allowed is used", 10, 95, "percent")
    ] = 75
    reopen_days: Annotated[int, Whole("A closed ticket can be opened again for", 1, 365, "day")] = 14


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """HOW-5, COV-5 to COV-7: what a kind of live session takes. Minutes; the horizon in days, the capacity in people."""

    kind: Annotated[SessionKind, Said("Kind", is_identity=True)]
    length_minutes: Annotated[int, Whole("Length", 5, 480, "minutes")]
    buffer_before_minutes: Annotated[int, Whole("Time kept free before", 0, 240, "minutes")] = 10
    buffer_after_minutes: Annotated[int, Whole("Time kept free after", 0, 240, "minutes")] = 15
    least_notice_minutes: Annotated[int, Whole("Shortest notice", 0, 90 * 1440, "minutes")] = 1440
    horizon_days: Annotated[int, Whole("Furthest ahead", 1, 730, "day")] = 60
    cut_off_minutes: Annotated[
        int, Whole("A session cancelled this long before its start is given back", 0, 30 * 1440, "minutes")
    ] = 1440
    capacity: Annotated[int, Whole("Most people taking part", 1, 10_000, "participant")] = 100

    @property
    def key(self) -> str:
        """The kind, in words."""
        return in_words(self.kind)


@dataclass(frozen=True, slots=True)
class TrainingRules:
    """HOW-5, COV-1 and COV-5 to COV-7: what each kind takes, the grid of slots, how long times are kept. Minutes."""

    sessions: Annotated[tuple[SessionTimes, ...], Said("Times of each kind")] = (
        SessionTimes(SessionKind.CONTACT_TRAINING, 60, capacity=20),
        SessionTimes(SessionKind.PRESENTER_TRAINING, 60),
        SessionTimes(SessionKind.EXHIBITOR_TRAINING, 60),
        SessionTimes(SessionKind.OPERATOR_TRAINING, 45),
        SessionTimes(SessionKind.LIVE_ASSISTANCE, 30, 5, 10, 240, 30, capacity=6),
    )
    grid_minutes: Annotated[int, Whole("Live sessions may start every", 5, 240, "minutes")] = 30
    hold_minutes: Annotated[
        int, Whole("A time is kept for whoever fills in its form for", 1, 120, "minutes")
    ] = 10
    holds_at_once: Annotated[int, Whole("Times kept for one person at once", 1, 20)] = 3
    offer_minutes: Annotated[
        int, Whole("An offer of the waiting list stands for", 10, 7 * 1440, "minutes")
    ] = 240


@dataclass(frozen=True, slots=True)
class FairUseRules:
    """USE-1 to USE-3: the free days, what "significantly" means, how long "goes on" is."""

    free_days: Annotated[int, Whole("Support without limit from the opening", 0, 730, "day")] = 30
    window_days: Annotated[int, Whole("Usage is counted over", 1, 365, "day")] = 30
    percent_of_average: Annotated[
        int, Whole("Usage is significant above this share of the average", 100, 10_000, "percent")
    ] = 200
    percentile: Annotated[int, Whole("and beyond this percentile of the others", 1, 99)] = 95
    least_peers: Annotated[int, Whole("Customers needed to compare with", 1, 10_000, "customer")] = 10
    patience_days: Annotated[int, Whole("Time after a notice before measures", 1, 365, "day")] = 14
    reduced_reply_business_days: Annotated[
        int, Whole("Goal for a reply at the reduced level", 1, 60, "business day")
    ] = 3


@dataclass(frozen=True, slots=True)
class HourlyRate:
    """AFT-1: cents for an hour of support by a channel at a time."""

    channel: Annotated[Channel, Said("Channel", is_identity=True)]
    when: Annotated[RateTime, Said("Time", is_identity=True)]
    cents_per_hour: Annotated[int, Whole("Price of an hour outside business hours", 0, 10_000_000, "cents")]

    @property
    def key(self) -> str:
        """The channel and time, in words."""
        return f"{in_words(self.channel)}, {in_words(self.when)}"


def _rates(channel: Channel, evening: int, weekend: int, holiday: int) -> tuple[HourlyRate, ...]:
    cents = (evening, weekend, holiday)
    return tuple(HourlyRate(channel, when, price) for when, price in zip(RateTime, cents, strict=True))


@dataclass(frozen=True, slots=True)
class PriceRules:
    """WHO-4 and AFT-1: prices in cents of one currency; the starting price list is the vendor's to edit."""

    currency: Annotated[str, Text("Currency", 3, "[A-Z]{3}")] = "USD"
    extra_contact_cents: Annotated[int, Whole("Price of an additional contact", 0, 100_000_000, "cents")] = (
        50_000
    )
    after_hours: Annotated[tuple[HourlyRate, ...], Said("An hour outside business hours")] = (
        *_rates(Channel.PHONE, 12_000, 15_000, 21_000),
        *_rates(Channel.EMAIL, 9_000, 12_000, 16_800),
        *_rates(Channel.LIVE_SESSION, 15_000, 18_000, 24_000),
    )
    minimum_minutes: Annotated[int, Whole("Least time charged after hours", 0, 1440, "minutes")] = 60
    longest_minutes: Annotated[int, Whole("Longest window after hours", 15, 14 * 1440, "minutes")] = 4_320
    short_notice_minutes: Annotated[
        int, Whole("A window is at short notice when ordered less than this ahead", 0, 60 * 1440, "minutes")
    ] = 2_880
    short_notice_percent: Annotated[int, Whole("Surcharge at short notice", 0, 500, "percent")] = 25


@dataclass(frozen=True, slots=True)
class WishRules:
    """WISH-1: how soon moderators read what is written on the wish list, and how much an organisation writes a day."""

    review_business_days: Annotated[
        int, Whole("Goal for reading a wish, an edit or a comment", 1, 30, "business day")
    ] = 2
    wishes_a_day: Annotated[int, Whole("Wishes an organisation may add within 24 hours", 1, 10_000)] = 20
    comments_a_day: Annotated[int, Whole("Comments an organisation may add within 24 hours", 1, 10_000)] = 50
