"""What management decides today, and the months in figures."""

from flask import Blueprint, Response, render_template

from portal.management.months import HEADER, months, rows
from portal.management.waiting import waiting
from portal.reports.charts import bar_chart
from portal.web.access import requires
from portal.web.csv_files import csv_answer
from portal.web.signed_in import current_actor

blueprint = Blueprint("management", __name__)


@blueprint.get("/staff/management")
@requires("management:read")
def index() -> str:
    """What waits for a decision, and this month beside the eleven before it."""
    found = months(current_actor())
    labels = [f"{each.begins:%b %y}" for each in found]
    chart = bar_chart(labels, opened=[each.opened for each in found], closed=[each.closed for each in found])
    return render_template(
        "management/index.html", waiting=waiting(current_actor()), months=found, chart=chart
    )


@blueprint.get("/staff/management.csv")
@requires("management:read")
def export() -> Response:
    """The months as a file."""
    return csv_answer("Months in figures.csv", HEADER, rows(months(current_actor())))
