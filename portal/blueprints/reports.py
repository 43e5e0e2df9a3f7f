"""Reports for support: how much there was to do, how long it took, and what customers said (HOW-2)."""

from collections.abc import Callable, Sequence
from typing import Any

import structlog
from flask import Blueprint, Response, render_template, request, url_for

from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.errors import Invalid
from portal.policy.goals import GoalKind
from portal.reports import breakdowns, figures
from portal.reports.charts import bar_chart, row_chart
from portal.reports.files import FILES
from portal.reports.periods import Period, period_of, usual_period
from portal.tickets.promises import in_words
from portal.web.access import requires
from portal.web.csv_files import csv_answer
from portal.web.signed_in import current_actor

log = structlog.get_logger(__name__)
blueprint = Blueprint("reports", __name__)

BREAKDOWN_LABELS = {"events": "By event", "agents": "By person", "topics": "By topic"}
SHOWN, DRAWN = 100, 12
MINUTES_OF_HOUR = 60


@blueprint.get("/staff/reports")
@requires("report:read")
def index() -> tuple[str, int]:
    """The period as a whole and step by step: tickets, replies, solutions, backlog, satisfaction."""
    period, problems = _asked_for()
    amounts, replies = figures.amounts(period), figures.took(period, GoalKind.FIRST_REPLY)
    solutions, said = figures.took(period, GoalKind.RESOLUTION), figures.said(period)
    labels = [period.label(step) for step in period.steps()]
    return _page(
        "reports/index.html",
        period,
        problems,
        amounts=amounts,
        replies=replies,
        solutions=solutions,
        said=said,
        charts={
            "volume": bar_chart(
                labels, opened=[a.opened for a in amounts], closed=[a.closed for a in amounts]
            ),
            "replies": _took_chart(labels, period, replies[0]),
            "solutions": _took_chart(labels, period, solutions[0]),
            "backlog": bar_chart(labels, not_closed=[a.unfinished for a in amounts]),
        },
    )


@requires("report:read")
def breakdown(by: str) -> tuple[str, int]:
    """The same figures for each event, person or topic."""
    period, problems = _asked_for()
    lines = breakdowns.lines(by, period, SHOWN + 1)
    shown = lines[:SHOWN]
    most = shown[:DRAWN]
    chart = row_chart([line.label for line in most], [line.opened for line in most], "tickets opened")
    return _page(
        "reports/breakdown.html", period, problems, by=by, lines=shown, chart=chart, cut=len(lines) > SHOWN
    )


@requires("report:read")
def export(name: str) -> Response:
    """One report as a file, a step or a part a line; minutes are business minutes."""
    period, _ = _asked_for()
    header, rows = FILES[name]
    log.info("report_exported", person=current_actor().person_id, report=name)
    return csv_answer(f"{name}-{period.first}-to-{period.last}.csv", header, rows(period))


for _name in breakdowns.BREAKDOWNS:
    blueprint.add_url_rule(f"/staff/reports/{_name}", "breakdown", breakdown, defaults={"by": _name})
for _name in FILES:
    blueprint.add_url_rule(f"/staff/reports/{_name}.csv", "export", export, defaults={"name": _name})


def _asked_for() -> tuple[Period, dict[str, str]]:
    """The period of the address; the usual one, with what is wrong, where it names none."""
    first, last = (request.args.get(name, "").strip() for name in ("first", "last"))
    try:
        return period_of(first, last, now()), {}
    except Invalid as wrong:
        return usual_period(now()), wrong.fields


def _page(template: str, period: Period, problems: dict[str, str], **shown: Any) -> tuple[str, int]:
    page = render_template(
        template, period=period, problems=problems, tabs_of_reports=_tabs(period, shown.get("by")),
        spans=_spans(), **shown,
    )  # fmt: skip
    return page, 422 if problems else 200


def _tabs(period: Period, by: str | None) -> list[dict[str, Any]]:
    days: dict[str, Any] = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    overview = {"label": "Overview", "href": url_for("reports.index", **days), "current": by is None}
    return [overview] + [
        {"label": label, "href": url_for("reports.breakdown", by=name, **days), "current": name == by}
        for name, label in BREAKDOWN_LABELS.items()
    ]


def _spans() -> Callable[[int | None], str]:
    hours = edition_in_force().hours
    return lambda minutes: "none" if minutes is None else in_words(minutes, hours)


def _took_chart(labels: Sequence[str], period: Period, by_step: dict[Any, figures.Took]) -> Any:
    steps = [by_step.get(step, figures.NOTHING_TOOK) for step in period.steps()]
    return bar_chart(
        labels,
        median=[_in_hours(each.median) for each in steps],
        nine_of_ten=[_in_hours(each.ninetieth) for each in steps],
    )


def _in_hours(minutes: int | None) -> float | None:
    return None if minutes is None else round(minutes / MINUTES_OF_HOUR, 2)
