"""Pages of events."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.blueprints.roster import standing
from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid
from portal.events.forms import EventForm, NewEventForm
from portal.events.limit_change import LimitChange, NotAgreed
from portal.events.models import Event
from portal.events.queries import coming_events, event_for, event_scope, organisations, past_events
from portal.events.service import change_event, create_event, differences
from portal.policy.fair_use import free_period_ends
from portal.policy.training import entitlements
from portal.questions.queries import open_questions
from portal.roster.queries import roster_of, seat_counts
from portal.roster.ways_on import ways_on
from portal.tickets.after_event import asking
from portal.web.access import requires, resolves
from portal.web.htmx import done, page_or_fragment
from portal.web.links import hrefs
from portal.web.signed_in import current_actor

blueprint = Blueprint("events", __name__)
resolves("event_id", event_scope)

TABS = (
    ("overview", "Overview", "event:read", "events.show", "event_id"),
    ("contacts", "Contacts", "roster:read", "roster.index", "event_id"),
    ("tickets", "Tickets", "ticket:read", "tickets.index", "event_id"),
    ("sessions", "Sessions", "booking:read", "bookings.index", "event_id"),
    ("questions", "Questions", "question:read", "questions.index", "event_id"),
    ("after", "After the event", "ticket:read", "after_event.index", "event_id"),
    ("after_hours", "After hours", "after_hours:read", "after_hours.index", "event_id"),
    ("orders", "Orders", "order:read", "orders.index", "event"),
)


@blueprint.app_template_global()
def event_places(
    event: Event, current: str, counts: Mapping[str, int | None] | None = None
) -> list[dict[str, Any]]:
    """The pages of one event that the reader may open, as tabs; `current` is the key of the one shown.

    `counts` holds how much waits on a page, by its key, where the page shown knows.
    """
    waiting = counts or {}
    actor = current_actor()
    return [
        {
            "label": label,
            "href": _address(endpoint, {value: event.id}),
            "current": key == current,
            "count": waiting.get(key) or None,
        }
        for key, label, permission, endpoint, value in TABS
        if actor.may(permission, event.scope) and (key != "after" or asking(event))
    ]


def _address(endpoint: str, values: dict[str, Any]) -> str:
    return url_for(endpoint, **values)


@blueprint.get("/events")
@requires("signed-in")
def index() -> Response:
    """The events the reader may see: what is to come, then what is over. `?q=` looks for a name."""
    actor, words, today = current_actor(), request.args.get("q", "").strip()[:100], now().date()
    coming = coming_events(actor, today, words, request.args.get("coming"))
    past = past_events(actor, today, words, request.args.get("past"))
    counts = seat_counts([event.id for event in (*coming.items, *past.items)])
    return page_or_fragment(
        "events/index.html", "events/_results.html",
        coming=coming, past=past, words=words, counts=counts, edition=edition_in_force(),
    )  # fmt: skip


@blueprint.get("/events/<int:event_id>")
@requires("event:read")
def show(event_id: int) -> str:
    """One event: what it is and what it is entitled to, rule by rule."""
    event, edition = event_for(current_actor(), event_id), edition_in_force()
    roster = roster_of(event, edition)
    return render_template(
        "events/show.html", event=event, roster=roster, waiting=open_questions(current_actor(), event_id), entitlements=entitlements(event.facts, edition),
        free_until=free_period_ends(event.account_opened_on, edition), at=now(),
        room_links=hrefs(ways_on(current_actor(), roster.room, event)), **standing(event),
    )  # fmt: skip


@blueprint.get("/events/new")
@requires("event:write")
def new() -> Response:
    """The form of a new event."""
    return _new_form(NewEventForm(organisations(), account_opened_on=now().date()))


@blueprint.post("/events/new")
@requires("event:write")
def create() -> Response:
    """Create an event."""
    form = NewEventForm(organisations())
    if not form.validate_on_submit():
        return _new_form(form, status=422)
    try:
        event = create_event(current_actor(), form.organisation_id.data, form.details(), form_key=form.key)
    except Invalid as error:
        form.show_problems(error.fields)
        return _new_form(form, status=422)
    return done(url_for("events.show", event_id=event.id), f"{event.name} is set up.")


@blueprint.get("/events/<int:event_id>/edit")
@requires("event:write")
def edit(event_id: int) -> Response:
    """The form that changes an event."""
    event = event_for(current_actor(), event_id)
    return _edit_form(event, EventForm.of(event))


@blueprint.post("/events/<int:event_id>/edit")
@requires("event:write")
def update(event_id: int) -> Response:
    """Change an event."""
    form = EventForm()
    if not form.validate_on_submit():
        return _edit_form(event_for(current_actor(), event_id), form, status=422)
    try:
        event = change_event(
            current_actor(),
            event_id,
            form.details(),
            version=form.shown_version,
            agreed=form.agreed.data or "",
        )
    except NotAgreed as error:
        return _agreement(event_for(current_actor(), event_id), form, error.change)
    except Invalid as error:
        form.show_problems(error.fields)
        return _edit_form(event_for(current_actor(), event_id), form, status=422)
    except Conflict as error:
        return _overtaken(event_for(current_actor(), event_id), form, error)
    return done(url_for("events.show", event_id=event_id), f"{event.name} is changed.")


def _new_form(form: NewEventForm, *, status: int = 200) -> Response:
    return make_response(render_template("events/new.html", form=form), status)


def _edit_form(event: Event, form: EventForm, *, status: int = 200, **context: Any) -> Response:
    return make_response(render_template("events/edit.html", event=event, form=form, **context), status)


def _agreement(event: Event, form: EventForm, change: LimitChange) -> Response:
    # Sent once more with the mark of what is shown now, it is saved; changed before that, it is asked anew.
    form.agreed.data = change.mark
    return _edit_form(event, form, status=422, change=change)


def _overtaken(event: Event, form: EventForm, error: Conflict) -> Response:
    # Sent once more with the new version, what was typed is saved knowingly over what is listed.
    form.version.data = str(event.version)
    return _edit_form(event, form, status=409, conflict=error, stored=differences(event, form.details()))
