"""An edition of the policy laid out for reading (POL-1)."""

from dataclasses import dataclass
from datetime import datetime

from portal.policy.contacts import size_bands
from portal.policy.edition import Edition, changes, edition_in_force
from portal.policy.hours import Holiday, eastern_day, holidays_of
from portal.policy.parameters import ContactBand
from portal.policy.rules import SECTIONS, Rule, rules_in
from portal.policy.terms import Channel, RateTime


@dataclass(frozen=True)
class EditionChange:
    """An edition in the history: what it changed against the one before, in words."""

    edition: Edition
    sentences: tuple[str, ...]
    in_force: bool


@dataclass(frozen=True)
class Posting:
    """Everything the policy page says of one edition."""

    edition: Edition
    in_force: bool
    sections: list[tuple[str, tuple[Rule, ...]]]
    bands: list[tuple[str, ContactBand]]
    holidays: list[Holiday]
    rates: list[tuple[Channel, dict[RateTime, int]]]
    history: list[EditionChange]


def posting(shown: Edition, all_editions: list[Edition], at: datetime) -> Posting:
    """Lay out `shown` as it reads at `at`: holidays are those from then to the end of the next year."""
    current = edition_in_force(all_editions, at)
    today = eastern_day(at)
    closed = [*holidays_of(today.year, shown.hours), *holidays_of(today.year + 1, shown.hours)]
    return Posting(
        edition=shown,
        in_force=shown.number == current.number,
        sections=[(section, rules_in(section, shown)) for section in SECTIONS],
        bands=list(zip(size_bands(shown), shown.contacts.bands, strict=True)),
        holidays=[holiday for holiday in closed if holiday.date >= today],
        rates=[(channel, _rates(shown, channel)) for channel in Channel],
        history=_history(all_editions, current),
    )


def _rates(shown: Edition, channel: Channel) -> dict[RateTime, int]:
    return {rate.when: rate.cents_per_hour for rate in shown.prices.after_hours if rate.channel is channel}


def _history(all_editions: list[Edition], current: Edition) -> list[EditionChange]:
    newest_first = sorted(all_editions, key=lambda edition: edition.number, reverse=True)
    before = [*newest_first[1:], None]
    return [
        EditionChange(edition, changes(old, edition) if old else (), edition.number == current.number)
        for edition, old in zip(newest_first, before, strict=True)
    ]
