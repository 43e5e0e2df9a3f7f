"""The training of one event, audience by audience, with the times that are open for it (COV-1, COV-5 to COV-7)."""

from dataclasses import dataclass
from datetime import date

from portal.bookings.days import DAY, WEEK, Day, by_day, day_in, midnight
from portal.bookings.models import Booking
from portal.bookings.open_times import OpenTimes, furthest, one_for_each_start, open_times
from portal.bookings.queries import sessions_using
from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.events.models import Event
from portal.policy.terms import Audience, in_words
from portal.policy.training import (
    Entitlement,
    SessionKind,
    entitlement_to,
    entitlements,
    kind_for,
    session_times,
)
from portal.policy.wording import length

FIRST_SHOWN = 6


@dataclass(frozen=True)
class Training:
    """What one audience is entitled to, and the session that uses it up, if one does."""

    entitlement: Entitlement
    used_by: Booking | None

    @property
    def audience(self) -> Audience:
        """Whom the training is for."""
        return self.entitlement.audience

    @property
    def people(self) -> str:
        """The audience in words."""
        return in_words(self.audience)

    @property
    def is_open(self) -> bool:
        """Whether a session may be booked now."""
        return self.entitlement.entitled and self.used_by is None


@dataclass(frozen=True)
class Offer:
    """Open times of one audience: the first few, or a week of them with the days to page by."""

    days: tuple[Day, ...]
    week: date | None = None
    earlier: date | None = None
    later: date | None = None


@dataclass(frozen=True)
class Overview:
    """The training of one event, and when it could be had."""

    training: tuple[Training, ...]
    times: OpenTimes

    def offers(self, zone: str, chosen: Audience | None, week: date | None) -> dict[Audience, Offer]:
        """The next few open times of each audience that may book, by the days of `zone`.

        The chosen audience has a whole week: from `week` on, or from the first day that has any.
        """
        return {
            item.audience: _week(self.times, kind_for(item.audience), zone, week)
            if item.audience is chosen
            else Offer(by_day(self.times.soonest(kind_for(item.audience), FIRST_SHOWN), zone))
            for item in self.training
            if item.is_open
        }


def overview(event: Event) -> Overview:
    """What training `event` is entitled to under the edition in force, what is used, and the open times."""
    edition, using = edition_in_force(), sessions_using(event.id)
    training = tuple(
        Training(found, using.get(found.audience))
        for found in entitlements(event.facts, edition)
        if found.kind is kind_for(found.audience)
    )
    return Overview(training, open_times(edition, now()))


@dataclass(frozen=True)
class Terms:
    """What a booker should know of a session before booking it, in words."""

    title: str
    length: str
    cut_off: str
    limited: bool
    recordable: bool
    rule: str


def terms_of(event: Event, audience: Audience) -> Terms:
    """The terms of training for one audience of `event`, under the edition in force."""
    edition = edition_in_force()
    entitlement = entitlement_to(kind_for(audience), event.facts, edition)
    return Terms(
        title=in_words(kind_for(audience)),
        length=length(session_times(kind_for(audience), edition).length_minutes),
        cut_off=length(session_times(kind_for(audience), edition).cut_off_minutes),
        limited=entitlement.sessions is not None,
        recordable=entitlement.recordable,
        rule=entitlement.rule,
    )


def _week(times: OpenTimes, kind: SessionKind, zone: str, wanted: date | None) -> Offer:
    last = day_in(furthest(times.edition, times.at), zone)
    start = min(max(wanted or _first_day(times, kind, zone), day_in(times.at, zone)), last)
    begins, ends = midnight(start, zone), midnight(start + WEEK, zone)
    before, after = times.last(kind, begins), times.soonest(kind, 1, after=ends)
    return Offer(
        by_day(one_for_each_start(times.between(kind, begins, ends)), zone),
        week=start,
        # The week that ends with the last open day before, so that no step leads to an empty week.
        earlier=day_in(before.starts_at, zone) - WEEK + DAY if before else None,
        later=day_in(after[0].starts_at, zone) if after else None,
    )


def _first_day(times: OpenTimes, kind: SessionKind, zone: str) -> date:
    soonest = times.soonest(kind, 1)
    return day_in(soonest[0].starts_at if soonest else times.at, zone)


def week_from(text: str | None) -> date | None:
    """The day a week's address names; None for what is no day."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
