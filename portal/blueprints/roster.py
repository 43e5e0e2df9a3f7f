"""Pages of an event's Technical Contacts."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.accounts.queries import person_with_email
from portal.editions.queries import edition_in_force
from portal.errors import Invalid, Refused
from portal.events.models import Event
from portal.events.queries import event_for
from portal.policy.contacts import may_open_ticket
from portal.roster.forms import ContactForm
from portal.roster.queries import past_contacts, roster_of
from portal.roster.service import register_contact
from portal.roster.ways_on import ways_on
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.links import hrefs
from portal.web.signed_in import current_actor

blueprint = Blueprint("roster", __name__)


@blueprint.get("/events/<int:event_id>/contacts")
@requires("roster:read")
def index(event_id: int) -> str:
    """The contacts of an event: who, how many of how many, and why."""
    actor = current_actor()
    event = event_for(actor, event_id)
    roster = roster_of(event, edition_in_force())
    return render_template(
        "roster/index.html", event=event, roster=roster, past=past_contacts(event_id),
        room_links=hrefs(ways_on(actor, roster.room, event)), **standing(event),
    )  # fmt: skip


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
