"""Pages of an event's Technical Contacts."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.accounts.queries import person_with_email
from portal.editions.queries import edition_in_force
from portal.errors import Invalid, Refused
from portal.events.models import Event
from portal.events.queries import event_for
from portal.forms import tidy
from portal.policy.contacts import may_open_ticket
from portal.roster.forms import ContactForm
from portal.roster.history import day_asked, days_kept, roster_at
from portal.roster.queries import past_contacts, roster_of
from portal.roster.resending import resend_invitation
from portal.roster.service import register_contact
from portal.roster.standing import standings
from portal.roster.ways_on import ways_on
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.links import hrefs
from portal.web.signed_in import current_actor

blueprint = Blueprint("roster", __name__)


@blueprint.get("/events/<int:event_id>/contacts")
@requires("roster:read")
def index(event_id: int) -> Response:
    """The contacts of an event: who, how many of how many, and why; `?on=2026-03-01` at the end of that day."""
    event = event_for(current_actor(), event_id)
    typed = (tidy(request.args.get("on")) or "")[:40]
    try:
        day = day_asked(event, typed) if typed else None
    except Invalid as error:
        return make_response(_now(event, typed, error.fields["on"]), 422)
    if day is None or day == days_kept(event)[1]:
        return make_response(_now(event))
    page = render_template(
        "roster/history.html",
        event=event,
        past=roster_at(event, day),
        days=days_kept(event),
        typed=typed,
        problem=None,
    )
    return make_response(page)


def _now(event: Event, typed: str = "", problem: str | None = None) -> str:
    roster = roster_of(event, edition_in_force())
    return render_template(
        "roster/index.html", event=event, roster=roster, past=past_contacts(event.id), standings=standings(event.id),
        room_links=hrefs(ways_on(current_actor(), roster.room, event)), days=days_kept(event), typed=typed,
        problem=problem, **standing(event),
    )  # fmt: skip


@blueprint.post("/contacts/<int:contact_id>/invitation")
@requires("roster:add")
def resend(contact_id: int) -> Response:
    """Send a contact's invitation again."""
    contact = resend_invitation(current_actor(), contact_id)
    message = f"A new invitation is on its way to {contact.person.email}."
    return done(url_for("roster.index", event_id=contact.event_id), message)


@blueprint.get("/events/<int:event_id>/contacts/new")
@requires("roster:add")
def new(event_id: int) -> Response:
    """The form that registers a contact; with `?who=me` filled in with the reader's own details."""
    form = ContactForm(data=_own_details())
    return _form(event_for(current_actor(), event_id), form)


@blueprint.post("/events/<int:event_id>/contacts/new")
@requires("roster:add")
def create(event_id: int) -> Response:
    """Register a contact."""
    form = ContactForm()
    if not form.validate_on_submit():
        return _form(event_for(current_actor(), event_id), form, status=422)
    details = {name: form[name].data or "" for name in ("name", "email", "phone", "job_title")}
    try:
        contact = register_contact(current_actor(), event_id, form_key=form.key, **details)
    except Invalid as error:
        form.show_problems(error.fields)
        return _form(event_for(current_actor(), event_id), form, status=422)
    except Refused:
        return _form(event_for(current_actor(), event_id), form, status=422)
    return done(
        url_for("roster.index", event_id=event_id), f"{contact.person.name} is a Technical Contact now."
    )


def standing(event: Event) -> dict[str, Any]:
    """Whether the reader may open tickets on an event, and where to go if not (WHO-1)."""
    actor = current_actor()
    decision = may_open_ticket(
        event.id in actor.contact_event_ids, is_organiser=event.organisation_id in actor.organisation_ids
    )
    return {"may_open_ticket": decision, "ticket_links": hrefs(ways_on(actor, decision, event))}


def _own_details() -> dict[str, str]:
    actor = current_actor()
    if request.args.get("who") != "me":
        return {}
    own = person_with_email(actor.email)
    return {"name": actor.name, "email": actor.email, "phone": own.phone if own else ""}


def _form(event: Event, form: ContactForm, *, status: int = 200) -> Response:
    actor = current_actor()
    roster = roster_of(event, edition_in_force())
    links = hrefs(ways_on(actor, roster.room, event))
    page = render_template("roster/new.html", event=event, form=form, roster=roster, room_links=links)
    return make_response(page, status)
