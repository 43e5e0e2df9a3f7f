"""Connecting the calendars that say when a host is busy. What is read of them is on the host's page."""

from flask import Blueprint, Response, url_for

from portal.blueprints.hosts import host_page
from portal.busy_calendars.forms import CalendarForm
from portal.busy_calendars.queries import calendar_scope
from portal.busy_calendars.refreshing import reads_here
from portal.busy_calendars.service import connect_calendar, disconnect_calendar, read_soon
from portal.errors import Invalid
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor

blueprint = Blueprint("busy_calendars", __name__)
resolves("busy_calendar_id", calendar_scope)

often_enough = limiter.shared_limit("30 per hour", scope="calendar-reads", key_func=by_person)


@blueprint.post("/staff/hosts/<int:host_id>/calendars")
@requires("availability:publish")
@often_enough
def connect(host_id: int) -> Response:
    """Connect a calendar, which a worker reads at once."""
    form = CalendarForm()
    try:
        if form.validate():
            connect_calendar(
                current_actor(), host_id, name=form.name.data or "", address=form.address.data or "",
                here=reads_here(), form_key=form.key,
            )  # fmt: skip
            return done(
                _page(host_id), "The calendar is connected. It is being read: look again in a moment."
            )
    except Invalid as problem:
        form.show_problems(problem.fields)
    # The secret address is not sent back: whoever looks at the screen would see it whole.
    form.address.data = ""
    return host_page(host_id, 422, calendar_form=form)


@blueprint.post("/staff/busy-calendars/<int:busy_calendar_id>/reading")
@requires("availability:publish")
@often_enough
def read(busy_calendar_id: int) -> Response:
    """Have a calendar read now."""
    host_id = read_soon(current_actor(), busy_calendar_id)
    return done(_page(host_id), "The calendar is being read: look again in a moment.")


@blueprint.post("/staff/busy-calendars/<int:busy_calendar_id>/removal")
@requires("availability:publish")
def disconnect(busy_calendar_id: int) -> Response:
    """Disconnect a calendar and forget it."""
    host_id = disconnect_calendar(current_actor(), busy_calendar_id)
    return done(_page(host_id), "The calendar is disconnected, and all that was known of it is forgotten.")


def _page(host_id: int) -> str:
    return url_for("hosts.show", host_id=host_id, _anchor="calendars")
