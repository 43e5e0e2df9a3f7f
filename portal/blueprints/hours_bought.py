"""The statement of hours after hours: bought, held and used (AFT-1)."""

from flask import Blueprint, Response, make_response, render_template, request

from portal.after_hours.statement import CSV_HEADER, csv_rows, statement_of
from portal.clock import now
from portal.documents.content import sellers_day
from portal.documents.forms import PeriodForm
from portal.web.access import requires
from portal.web.csv_files import csv_answer
from portal.web.signed_in import current_actor

blueprint = Blueprint("hours_bought", __name__)


@blueprint.get("/after-hours")
@requires("statement:read")
def index() -> Response:
    """The windows of a period, event by event; of this year where none is asked for."""
    form = _period_form()
    period = form.period
    statement = statement_of(current_actor(), period.starts_at, period.ends_at) if period else None
    page = render_template("after_hours/statement.html", form=form, statement=statement, period=period)
    return make_response(page, 200 if period else 422)


@blueprint.get("/after-hours.csv")
@requires("statement:read")
def save() -> Response:
    """The same as a CSV file."""
    form = _period_form()
    period = form.period
    if period is None:
        return index()
    statement = statement_of(current_actor(), period.starts_at, period.ends_at)
    return csv_answer(f"After hours {period.first} to {period.last}.csv", CSV_HEADER, csv_rows(statement))


def _period_form() -> PeriodForm:
    today = sellers_day(now())
    asked = request.args if request.args.keys() & {"since", "until"} else None
    year = {"since": today.replace(month=1, day=1), "until": today.replace(month=12, day=31)}
    return PeriodForm(formdata=asked, **year)
