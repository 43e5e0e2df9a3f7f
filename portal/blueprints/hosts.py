"""Pages of a host: weekly hours, other dates, which kinds they take, and the calendars that say when they are busy."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.bookings import host_hours
from portal.bookings.forms_hosts import HostDayForm, ProfileForm, SpanForm, WeeklyForm, clock_of
from portal.bookings.host_queries import (
    Host,
    day_scope,
    host_for,
    host_scope,
    hours_for,
    hours_scope,
    sessions_outside,
)
from portal.bookings.models import Booking
from portal.busy_calendars.forms import CalendarForm
from portal.busy_calendars.queries import calendars_of
from portal.clock import now
from portal.errors import Invalid
from portal.forms import PortalForm
from portal.policy.host_hours import Minutes
from portal.policy.wording import WEEKDAYS, counted
from portal.web.access import requires, resolves
from portal.web.formats import local_time
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("hosts", __name__)
resolves("host_id", host_scope)
resolves("hours_id", hours_scope)
resolves("day_id", day_scope)

OTHER = "other-"


@blueprint.get("/staff/hosts/<int:host_id>")
@requires("availability:publish")
def show(host_id: int) -> Response:
    """One host's hours, kinds and calendars, to be changed."""
    return host_page(host_id)


@blueprint.post("/staff/hosts/<int:host_id>/hours")
@requires("availability:publish")
def add_hours(host_id: int) -> Response:
    """Add hours of some weekdays."""
    form = WeeklyForm()

    def save() -> list[Booking]:
        return host_hours.add_hours(current_actor(), host_id, set(form.weekdays.data or ()), form.span)

    return _saved(host_id, form, "weekly_form", save, "The hours are added.")


@blueprint.get("/staff/host-hours/<int:hours_id>")
@requires("availability:publish")
def edit_hours(hours_id: int) -> Response:
    """The form that changes weekly hours, or when they begin and end."""
    hours = hours_for(hours_id)
    opens, closes = (clock_of(at) for at in (hours.opens, hours.closes))
    form = SpanForm(
        formdata=None, opens=opens, closes=closes, first_day=hours.first_day, last_day=hours.last_day
    )
    return _hours_page(hours_id, form)


@blueprint.post("/staff/host-hours/<int:hours_id>")
@requires("availability:publish")
def change_hours(hours_id: int) -> Response:
    """Change weekly hours."""
    form, host_id = SpanForm(), hours_for(hours_id).host_id
    try:
        if form.validate():
            outside = host_hours.change_hours(current_actor(), hours_id, form.span)
            return _done(host_id, "The hours are changed.", outside)
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _hours_page(hours_id, form, 422)


@blueprint.post("/staff/host-hours/<int:hours_id>/removal")
@requires("availability:publish")
def remove_hours(hours_id: int) -> Response:
    """Remove weekly hours."""
    host_id = hours_for(hours_id).host_id
    return _done(host_id, "The hours are removed.", host_hours.remove_hours(current_actor(), hours_id))


@blueprint.post("/staff/hosts/<int:host_id>/days")
@requires("availability:publish")
def set_day(host_id: int) -> Response:
    """Set other hours on one date, or none."""
    form = HostDayForm(prefix=OTHER)

    def save() -> list[Booking]:
        assert form.day.data is not None
        return host_hours.set_day(current_actor(), host_id, form.day.data, form.minutes)

    return _saved(host_id, form, "day_form", save, "The date is saved.")


@blueprint.post("/staff/host-days/<int:day_id>/removal")
@requires("availability:publish")
def remove_day(day_id: int) -> Response:
    """Let the usual hours count on a date again."""
    host_id, outside = host_hours.remove_day(current_actor(), day_id)
    return _done(host_id, "The usual hours count on that date.", outside)


@blueprint.post("/staff/hosts/<int:host_id>/profile")
@requires("availability:publish")
def set_profile(host_id: int) -> Response:
    """Say which kinds of session a host takes, and in which zone their hours are told."""
    form = ProfileForm()
    form.offer(form.zone.data or "")

    def save() -> list[Booking]:
        kinds = set(form.kinds.data or ())
        return host_hours.set_profile(current_actor(), host_id, form.zone.data or "", kinds)

    return _saved(host_id, form, "profile_form", save, "Saved.")


def host_page(host_id: int, status: int = 200, **sent: PortalForm) -> Response:
    """A host's page, with the form that was sent and cannot be taken."""
    host = host_for(current_actor(), host_id)
    page = render_template(
        "hosts/show.html", host=host, is_own=host_id == current_actor().id, weekdays=WEEKDAYS, clocks=_clocks,
        form=next(iter(sent.values()), None), calendars=calendars_of(host_id), outside=sessions_outside(host),
        now=now(), **_forms(host) | sent,
    )  # fmt: skip
    return make_response(page, status)


def _forms(host: Host) -> dict[str, Any]:
    """The forms as they stand before anything is sent."""
    profile = ProfileForm(formdata=None, zone=host.zone, kinds=[kind.value for kind in host.kinds])
    profile.offer(host.zone)
    return {
        "weekly_form": WeeklyForm(formdata=None, first_day=now().date()),
        "day_form": HostDayForm(formdata=None, prefix=OTHER),
        "profile_form": profile,
        "calendar_form": CalendarForm(formdata=None),
    }


def _hours_page(hours_id: int, form: SpanForm, status: int = 200) -> Response:
    hours = hours_for(hours_id)
    host = host_for(current_actor(), hours.host_id)
    page = render_template(
        "hosts/hours.html", hours=hours, host=host, form=form, weekday=WEEKDAYS[hours.weekday]
    )
    return make_response(page, status)


def _saved(
    host_id: int, form: PortalForm, name: str, save: Callable[[], list[Booking]], message: str
) -> Response:
    try:
        if form.validate():
            return _done(host_id, message, save())
    except Invalid as problem:
        form.show_problems(problem.fields)
    return host_page(host_id, 422, **{name: form})


def _done(host_id: int, message: str, outside: Sequence[Booking]) -> Response:
    """Go to the host's page; a message says which booked sessions lie outside now, and that they stay."""
    if outside:
        first = "; ".join(f"{b.title}, {b.event.name}, {local_time(b.starts_at)}" for b in outside[:3])
        more = f" and {counted(len(outside) - 3, 'other')}" if len(outside) > 3 else ""
        stay = "lies outside them and stays" if len(outside) == 1 else "lie outside them and stay"
        message += f" {counted(len(outside), 'booked session')} {stay}: {first}{more}."
    return done(url_for("hosts.show", host_id=host_id), message)


def _clocks(row: Any) -> str:
    return host_hours.clocks(Minutes(row.opens, row.closes))
