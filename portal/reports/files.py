"""Every report as the lines of a file, in business minutes and whole numbers."""

from collections.abc import Callable, Iterator, Sequence

from portal.policy.goals import GoalKind
from portal.reports.breakdowns import lines
from portal.reports.figures import NOBODY_SAID, NOTHING_TOOK, Said, Took, amounts, said, took
from portal.reports.periods import Period

Rows = Iterator[Sequence[object]]

TOOK = ("Met", "Median minutes", "90th percentile minutes", "In time")
SAID = ("Answered", "Helped")


def _volume(period: Period) -> Rows:
    return ((each.step, each.opened, each.closed) for each in amounts(period))


def _backlog(period: Period) -> Rows:
    return ((each.step, each.unfinished) for each in amounts(period))


def _took(kind: GoalKind) -> Callable[[Period], Rows]:
    def rows(period: Period) -> Rows:
        by_step, _ = took(period, kind)
        return ((step, *_of(by_step.get(step, NOTHING_TOOK))) for step in period.steps())

    return rows


def _satisfaction(period: Period) -> Rows:
    by_step, _ = said(period)
    return ((step, *_answers(by_step.get(step, NOBODY_SAID))) for step in period.steps())


def _broken_down(name: str) -> Callable[[Period], Rows]:
    def rows(period: Period) -> Rows:
        return (
            (line.label, line.opened, *_of(line.replies), *_of(line.solutions), *_answers(line.said))
            for line in lines(name, period)
        )

    return rows


def _of(each: Took) -> tuple[object, ...]:
    return each.met, each.median, each.ninetieth, each.in_time


def _answers(each: Said) -> tuple[object, ...]:
    return each.answered, each.good


def _parts(first: str) -> tuple[str, ...]:
    replies, solutions = (
        tuple(f"{what}: {name}" for name in TOOK) for what in ("First replies", "Solutions")
    )
    return (first, "Opened", *replies, *solutions, *SAID)


FILES: dict[str, tuple[Sequence[str], Callable[[Period], Rows]]] = {
    "volume": (("From", "Opened", "Closed"), _volume),
    "replies": (("From", *TOOK), _took(GoalKind.FIRST_REPLY)),
    "solutions": (("From", *TOOK), _took(GoalKind.RESOLUTION)),
    "backlog": (("From", "Not closed at the end"), _backlog),
    "satisfaction": (("From", *SAID), _satisfaction),
    "events": (_parts("Event"), _broken_down("events")),
    "agents": (_parts("Person"), _broken_down("agents")),
    "topics": (_parts("Topic"), _broken_down("topics")),
}
