"""Drafts of new tickets: kept while somebody types, taken up again, thrown away."""

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.blueprints.asking_page import kept_as_draft, place_of
from portal.blueprints.tickets import says_who_may_ask, taken_from
from portal.tickets.drafts import discard_draft
from portal.tickets.forms import TicketForm
from portal.web import htmx
from portal.web.access import requires
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor

blueprint = Blueprint("drafts", __name__)


@blueprint.post("/events/<int:event_id>/tickets/draft")
@says_who_may_ask
@requires("ticket:open")
@limiter.limit("2000 per hour", key_func=by_person)
def save(event_id: int) -> Response:
    """Keep what is typed; the fragment says when. Nothing is checked but the files."""
    form = TicketForm()
    _, taken = taken_from(form)
    saved_at = kept_as_draft(event_id, form, taken)
    if htmx.wants_fragment():
        return make_response(render_template("tickets/_draft_saved.html", saved_at=saved_at))
    told = "Your draft is kept for 30 days." if saved_at else "There is nothing to keep yet."
    wrong = " ".join(taken.problems)
    return htmx.done(
        url_for("tickets.new", event_id=event_id),
        f"{told} {wrong}".strip(),
        category="error" if wrong else "success",
    )


@blueprint.post("/events/<int:event_id>/tickets/draft/deletion")
@says_who_may_ask
@requires("ticket:open")
def discard(event_id: int) -> Response:
    """Throw the draft away."""
    discard_draft(current_actor(), place_of(event_id))
    return htmx.done(url_for("tickets.index", event_id=event_id), "Your draft was discarded.")
