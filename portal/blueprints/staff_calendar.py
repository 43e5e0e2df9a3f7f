"""Pages of the staff's calendar: a day, a week, a day of the whole team; and one's own entries (HOW-5)."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.bookings.commitments import StandsInTheWay
from portal.bookings.models_commitments import Commitment
from portal.errors import Invalid
from portal.local_times import typed
from portal.staff_calendar.forms import EntryForm
from portal.staff_calendar.grid import rows_of
from portal.staff_calendar.queries import (
    View,
    columns_of,
    entry_for,
    entry_scope,
    may_change,
    shown,
    team_members,
)
from portal.staff_calendar.service import add_entry, change_entry, remove_entry
from portal.web.access import requires, resolves
from portal.web.formats import local_time
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("staff_calendar", __name__)
resolves("entry_id", entry_scope)


@blueprint.get("/staff/calendar")
@requires("availability:publish")
def index() -> str:
    """One's own week; a day or a week of a colleague, or a day of everyone, as the address asks."""
    actor, team = current_actor(), team_members()
    asked = shown(actor, team, **{name: request.args.get(name, "") for name in ("view", "day", "host")})
    columns = columns_of(actor, asked, team)
    return render_template(
        "staff_calendar/index.html", asked=asked, views=list(View), team=team, columns=columns,
        rows=rows_of(columns, actor.time_zone),
    )  # fmt: skip


@blueprint.get("/staff/calendar/entries/new")
@requires("availability:publish")
def new() -> Response:
    """The form of a new entry; the address may name its day and time."""
    typed = {"starts_on": request.args.get("day"), "starts_at": request.args.get("from")}
    return _form_page(EntryForm(formdata=None, **typed), None)


@blueprint.post("/staff/calendar/entries/new")
@requires("availability:publish")
def create() -> Response:
    """Enter it, unless something stands in its way."""
    form = EntryForm()
    return _entered(form, None)


@blueprint.get("/staff/calendar/entries/<int:entry_id>")
@requires("availability:publish")
def edit(entry_id: int) -> Response:
    """One entry: to change, or for a colleague's to read."""
    entry = entry_for(current_actor(), entry_id)
    return _form_page(EntryForm(formdata=None, **_typed(entry)), entry)


@blueprint.post("/staff/calendar/entries/<int:entry_id>")
@requires("availability:publish")
def update(entry_id: int) -> Response:
    """Change it, unless something stands in its way."""
    return _entered(EntryForm(), entry_for(current_actor(), entry_id))


@blueprint.get("/staff/calendar/entries/<int:entry_id>/removal")
@requires("availability:publish")
def new_removal(entry_id: int) -> str:
    """Ask before taking it out."""
    entry = entry_for(current_actor(), entry_id)
    return render_template(
        "components/confirm.html", title="Take this entry out?", consequences=[], label="Take it out", kind="danger",
        lead=f"{entry.title}, {local_time(entry.starts_at)}. Live sessions can be booked in its time again.",
        fields={}, cancel_label="Keep it", action=url_for("staff_calendar.remove", entry_id=entry_id),
        cancel_href=url_for("staff_calendar.edit", entry_id=entry_id),
    )  # fmt: skip


@blueprint.post("/staff/calendar/entries/<int:entry_id>/removal")
@requires("availability:publish")
def remove(entry_id: int) -> Response:
    """Take it out."""
    remove_entry(current_actor(), entry_id)
    return done(url_for("staff_calendar.index"), "The entry is taken out.")


def _entered(form: EntryForm, entry: Commitment | None) -> Response:
    if not form.validate():
        return _form_page(form, entry, 422)
    actor = current_actor()
    try:
        span = form.span(actor.time_zone)
        title = form.title.data or ""
        made = (
            change_entry(actor, entry.id, title, span)
            if entry
            else add_entry(actor, title, span, form_key=form.key)
        )
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _form_page(form, entry, 422)
    except StandsInTheWay as refusal:
        return _form_page(form, entry, refusal.status, refusal)
    return done(_week_of(made), "The entry is changed." if entry else "The entry is in your calendar.")


def _form_page(
    form: EntryForm, entry: Commitment | None, status: int = 200, refusal: StandsInTheWay | None = None
) -> Response:
    allowed = entry is None or may_change(current_actor(), entry)
    page = render_template(
        "staff_calendar/entry.html", form=form, entry=entry, allowed=allowed, refusal=refusal
    )
    return make_response(page, status)


def _typed(entry: Commitment) -> dict[str, Any]:
    zone = ZoneInfo(current_actor().time_zone)
    start, end = typed(entry.starts_at, zone), typed(entry.ends_at, zone)
    times = {"starts_on": start.day, "starts_at": start.at, "ends_at": end.at}
    return {"title": entry.title, **times, "starts_turn": start.turn, "ends_turn": end.turn}


def _week_of(entry: Commitment) -> str:
    day = entry.starts_at.astimezone(ZoneInfo(current_actor().time_zone)).date()
    return url_for("staff_calendar.index", day=day.isoformat(), host=entry.host_id)
