"""POL-1: an edition that contradicts itself cannot exist."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from portal.policy.edition import (
    FIRST_EDITION,
    AddedHoliday,
    ContactBand,
    ContactRules,
    EditionError,
    HoursRules,
    PriceRules,
    TrainingRules,
)


def problems_of(**parts: Any) -> list[str]:
    with pytest.raises(EditionError) as refusal:
        replace(FIRST_EDITION, **parts)
    return [str(problem) for problem in refusal.value.problems]


def hours(**parts: Any) -> HoursRules:
    return replace(FIRST_EDITION.hours, **parts)


def bands(*rows: tuple[int | None, int, int]) -> ContactRules:
    return ContactRules(bands=tuple(ContactBand(*row) for row in rows))


@pytest.mark.parametrize(
    ("parts", "field", "problem"),
    [
        ({"hours": hours(opens=time(17))}, "hours.opens", "before closing"),
        ({"hours": hours(opens=time(2, 59))}, "hours.opens", "03:00 or later"),
        ({"hours": hours(closes=time(17, 0, 1))}, "hours.closes", "whole minute"),
        ({"hours": hours(weekdays=())}, "hours.weekdays", "at least one day"),
        ({"hours": hours(weekdays=(0, 7))}, "hours.weekdays", "at least one day"),
        ({"hours": hours(weekdays=(0, 0))}, "hours.weekdays", "twice"),
        ({"hours": hours(holidays=("Labour Day",))}, "hours.holidays", "not a known US holiday"),
        ({"hours": hours(holidays=("Labor Day", "Labor Day"))}, "hours.holidays", "twice"),
        (
            {"hours": hours(added=(AddedHoliday(date(2026, 7, 3), "X"),), removed=(date(2026, 7, 3),))},
            "hours.removed",
            "twice",
        ),
        ({"hours": hours(added=(AddedHoliday(date(2026, 7, 3), " "),))}, "hours.added[0].name", "empty"),
        ({"contacts": ContactRules(bands=())}, "contacts.bands", "no upper end"),
        ({"contacts": bands((300, 1, 2))}, "contacts.bands", "no upper end"),
        ({"contacts": bands((300, 1, 2), (300, 1, 2), (None, 2, 3))}, "contacts.bands", "end above"),
        ({"contacts": bands((None, 1, 2), (None, 2, 3))}, "contacts.bands", "end above"),
        ({"contacts": bands((None, 2, 1))}, "contacts.bands", "Premium"),
        ({"contacts": bands((300, 3, 4), (None, 2, 4))}, "contacts.bands", "larger event"),
        ({"contacts": bands((300, 3, 5), (None, 3, 4))}, "contacts.bands", "larger event"),
        ({"contacts": bands((None, 0, 1))}, "contacts.bands[0].basic", "from 1 to"),
        ({"training": TrainingRules(sessions=())}, "training.sessions", "each kind"),
        (
            {
                "training": TrainingRules(
                    sessions=(*FIRST_EDITION.training.sessions, FIRST_EDITION.training.sessions[0])
                )
            },
            "training.sessions",
            "each once",
        ),
        (
            {
                "training": TrainingRules(
                    sessions=(
                        replace(
                            FIRST_EDITION.training.sessions[0], least_notice_minutes=1440, horizon_days=1
                        ),
                        *FIRST_EDITION.training.sessions[1:],
                    )
                )
            },
            "training.sessions[0].least_notice_minutes",
            "within the horizon",
        ),
        ({"prices": PriceRules(after_hours=())}, "prices.after_hours", "each channel"),
        ({"prices": PriceRules(currency="usd")}, "prices.currency", "capital letters"),
        ({"prices": PriceRules(extra_contact_cents=-1)}, "prices.extra_contact_cents", "from 0"),
        ({"number": 0}, "number", "from 1"),
        ({"summary": " "}, "summary", "empty"),
        ({"in_force_from": datetime(2026, 1, 1)}, "in_force_from", "time zone"),  # noqa: DTZ001
    ],
)
def test_an_edition_that_contradicts_itself_cannot_exist(
    parts: dict[str, Any], field: str, problem: str
) -> None:
    assert any(told.startswith(f"{field}: ") and problem in told for told in problems_of(**parts))
