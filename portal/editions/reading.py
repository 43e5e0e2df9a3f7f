"""An edition of the policy laid out for reading (POL-1)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.editions.queries import Publication
from portal.policy.contacts import size_bands
from portal.policy.edition import Edition, changes, edition_in_force
from portal.policy.hours import Holiday, eastern_day, holidays_of
from portal.policy.parameters import ContactBand
from portal.policy.rules import SECTIONS, Rule, rules_in
from portal.policy.terms import Channel, RateTime


class State(StrEnum):
    """Where an edition stands in time."""

    COMING = "coming"
    IN_FORCE = "in_force"
    PAST = "past"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class EditionChange:
    """An edition in the history: what it changed against the one before, in words."""

    edition: Edition
    sentences: tuple[str, ...]
    state: State
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class Posting:
    """Everything the policy page says of one edition."""

    edition: Edition
    state: State
    sections: list[tuple[str, tuple[Rule, ...]]]
    bands: list[tuple[str, ContactBand]]
    holidays: list[Holiday]
    rates: list[tuple[Channel, dict[RateTime, int]]]
    history: list[EditionChange]

    @property
    def in_force(self) -> bool:
        """Whether it is the edition that holds now."""
        return self.state is State.IN_FORCE

    @property
    def coming(self) -> list[EditionChange]:
        """The editions that are to come into force, the next one first."""
        return [each for each in reversed(self.history) if each.state is State.COMING]

    @property
    def can_be_withdrawn(self) -> bool:
        """Whether it is to come and no other builds on it."""
        return bool(self.coming) and self.coming[-1].edition.number == self.edition.number


def posting(shown: Edition, published: list[Publication], at: datetime) -> Posting:
    """Lay out `shown` as it reads at `at`: holidays are those from then to the end of the next year."""
    history = _history(published, at)
    today = eastern_day(at)
    closed = [*holidays_of(today.year, shown.hours), *holidays_of(today.year + 1, shown.hours)]
    return Posting(
        edition=shown,
        state=next(each.state for each in history if each.edition.number == shown.number),
        sections=[(section, rules_in(section, shown)) for section in SECTIONS],
        bands=list(zip(size_bands(shown), shown.contacts.bands, strict=True)),
        holidays=[holiday for holiday in closed if holiday.date >= today],
        rates=[(channel, _rates(shown, channel)) for channel in Channel],
        history=history,
    )


def _rates(shown: Edition, channel: Channel) -> dict[RateTime, int]:
    return {rate.when: rate.cents_per_hour for rate in shown.prices.after_hours if rate.channel is channel}


def _history(published: list[Publication], at: datetime) -> list[EditionChange]:
    standing = [each.edition for each in published if each.withdrawn_at is None]
    current = edition_in_force(standing, at)
    return [_change(each, standing, current, at) for each in published]


def _change(
    publication: Publication, standing: list[Edition], current: Edition, at: datetime
) -> EditionChange:
    edition = publication.edition
    before = next((each for each in standing if each.number < edition.number), None)
    sentences = changes(before, edition) if before else ()
    return EditionChange(edition, sentences, _state(publication, current, at), publication.withdrawn_at)


def _state(publication: Publication, current: Edition, at: datetime) -> State:
    if publication.withdrawn_at is not None:
        return State.WITHDRAWN
    if publication.edition.number == current.number:
        return State.IN_FORCE
    return State.COMING if publication.edition.in_force_from > at else State.PAST
