"""All rosters at once, and rosters as files."""

from collections.abc import Iterator
from typing import Any

import structlog
from flask import Blueprint, Response, request, url_for

from portal.accounts.actor import Actor
from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.events.models import Event
from portal.events.queries import event_for
from portal.forms import tidy
from portal.roster.overview import MOST_EXPORTED, Line, State, Wanted, exported, overview, totals
from portal.roster.queries import Roster, roster_of
from portal.web.access import requires
from portal.web.csv_files import csv_answer
from portal.web.formats import local_time
from portal.web.htmx import page_or_fragment
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

log = structlog.get_logger(__name__)
blueprint = Blueprint("rosters", __name__)

LABELS = {
    State.OVER: "Over the limit", State.FULL: "Full", State.EMPTY: "No contacts",
    State.REMOVAL: "Removal waits", State.ORDER: "Order waits",
}  # fmt: skip
COLUMNS = (
    "Organisation", "Event", "Begins", "Ends", "Licence", "Attendees", "Contacts", "Allowed", "State",
    "Removals waiting", "Orders waiting", "People",
)  # fmt: skip
PEOPLE_COLUMNS = ("Seat", "Name", "E-mail", "Phone", "Job title", "Contact since", "Removal asked for")


@blueprint.get("/rosters")
@requires("roster:overview")
def index() -> Response:
    """The rosters that the reader looks after: over, full or empty, and what waits."""
    actor, wanted, edition, today = current_actor(), _wanted(), edition_in_force(), now().date()
    counted = totals(actor, wanted, today, edition)
    return page_or_fragment(
        "rosters/index.html", "rosters/_results.html", wanted=wanted, labels=LABELS, tabs_of_states=_tabs(wanted, counted),
        listed=addressed(overview(actor, wanted, today, edition, request.args.get("cursor"))),
        export_url=url_for("rosters.export", **_kept(wanted)), most_exported=MOST_EXPORTED,
    )  # fmt: skip


@blueprint.get("/rosters.csv")
@requires("roster:overview")
def export() -> Response:
    """The same rosters as a file, an event a line."""
    actor, wanted, edition, today = current_actor(), _wanted(), edition_in_force(), now().date()
    log.info("rosters_exported", person=actor.person_id, state=wanted.state, past=wanted.past)
    rows = (_row(line, people) for line, people in exported(actor, wanted, today, edition))
    return csv_answer(f"contacts-{today.isoformat()}.csv", COLUMNS, rows)


@blueprint.get("/events/<int:event_id>/contacts.csv")
@requires("roster:read")
def export_one(event_id: int) -> Response:
    """The contacts of one event as a file, a seat a line."""
    actor = current_actor()
    event = event_for(actor, event_id)
    log.info("roster_exported", person=actor.person_id, event_id=event.id)
    rows = list(_people(actor, event, roster_of(event, edition_in_force())))
    return csv_answer(f"Contacts of {event.name}.csv", PEOPLE_COLUMNS, rows)


def _wanted() -> Wanted:
    state = request.args.get("state")
    return Wanted(
        State(state) if state in set(State) else None,
        (tidy(request.args.get("q")) or "")[:100],
        request.args.get("past") == "yes",
    )


def _kept(wanted: Wanted, **changes: Any) -> dict[str, Any]:
    return {
        "state": wanted.state,
        "q": wanted.words or None,
        "past": "yes" if wanted.past else None,
    } | changes


def _tabs(wanted: Wanted, counted: dict[State, int]) -> list[dict[str, Any]]:
    tabs = [
        {
            "label": "All",
            "href": url_for("rosters.index", **_kept(wanted, state=None)),
            "current": wanted.state is None,
        }
    ]
    return tabs + [
        {
            "label": label, "href": url_for("rosters.index", **_kept(wanted, state=state)),
            "current": wanted.state is state, "count": counted[state],
        }
        for state, label in LABELS.items()
    ]  # fmt: skip


def _row(line: Line, people: str) -> list[object]:
    event = line.event
    return [
        event.organisation.name, event.name, event.starts_on.isoformat(), event.ends_on.isoformat(),
        event.licence.capitalize(), event.attendees, line.used, line.limit,
        LABELS[line.standing] if line.standing else "", line.removals, line.orders, people,
    ]  # fmt: skip


def _people(actor: Actor, event: Event, roster: Roster) -> Iterator[list[object]]:
    sees_removals = actor.may("removal:read", event.scope)
    for place in roster.places:
        if place.contact is None:
            continue
        person, asked = place.contact.person, place.removal if sees_removals else None
        yield [
            place.seat.number, person.name, person.email, place.contact.phone, place.contact.job_title,
            local_time(place.contact.registered_at), local_time(asked.requested_at) if asked else "",
        ]  # fmt: skip
