"""Pages of availability: the hours in which staff take live sessions."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.bookings.availability import WEEKS_AT_ONCE, publish_availability, remove_availability
from portal.bookings.forms import AvailabilityForm
from portal.bookings.host_queries import host_lines
from portal.bookings.queries import sessions_to_close
from portal.bookings.windows import (
    availability_scope,
    by_window,
    coming_windows,
    sees_all,
    sessions_in,
    window_for,
)
from portal.clock import now
from portal.errors import Invalid
from portal.policy.wording import counted
from portal.web.access import requires, resolves
from portal.web.formats import local_time
from portal.web.htmx import done
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

blueprint = Blueprint("availability", __name__)
resolves("availability_id", availability_scope)

SHOWN_TO_CLOSE = 10


@blueprint.get("/staff/availability")
@requires("availability:publish")
def index() -> Response:
    """The hours to come, one's own; with `?hosts=all` everyone's, for managers."""
    return _page(AvailabilityForm(zone=current_actor().time_zone, formdata=None))


@blueprint.post("/staff/availability")
@requires("availability:publish")
def publish() -> Response:
    """Publish hours, once or weekly."""
    form = AvailabilityForm()
    if not form.validate():
        return _page(form, 422)
    try:
        published = publish_availability(current_actor(), form.hours)
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page(form, 422)
    words = counted(len(published), "window") if published else "Nothing new: these windows stood already"
    return done(url_for("availability.index"), f"Published: {words}." if published else f"{words}.")


@blueprint.get("/staff/availability/<int:availability_id>/removal")
@requires("availability:publish")
def new_removal(availability_id: int) -> str:
    """Ask before removing a window, and name what is booked in it."""
    window = window_for(current_actor(), availability_id)
    return render_template(
        "availability/removal.html", title="Remove this window?", kept=sessions_in([window]),
        lead=f"{local_time(window.starts_at)} to {local_time(window.ends_at)}. Nothing more can be booked in it.",
        consequences=[], label="Remove the window", kind="danger", fields={}, cancel_label="Keep it",
        action=url_for("availability.remove", availability_id=availability_id),
        cancel_href=url_for("availability.index"),
    )  # fmt: skip


@blueprint.post("/staff/availability/<int:availability_id>/removal")
@requires("availability:publish")
def remove(availability_id: int) -> Response:
    """Remove a window; the sessions booked in it stay, and are named."""
    kept = remove_availability(current_actor(), availability_id)
    stay = "".join(f" {b.title}, {b.event.name}, {local_time(b.starts_at)} stays." for b in kept)
    return done(url_for("availability.index"), f"The window is removed.{stay}")


def _page(form: AvailabilityForm, status: int = 200) -> Response:
    actor = current_actor()
    everyone = sees_all(actor) and request.args.get("hosts") == "all"
    host_id = None if everyone else actor.id
    windows = coming_windows(actor, host_id, request.args.get("cursor"))
    page = render_template(
        "availability/index.html", form=form, everyone=everyone, sees_all=sees_all(actor), page=addressed(windows),
        booked=by_window(windows.items), to_close=sessions_to_close(actor, host_id, SHOWN_TO_CLOSE), now=now(),
        most_weeks=WEEKS_AT_ONCE, hosts=host_lines(actor) if everyone else [],
    )  # fmt: skip
    return make_response(page, status)
