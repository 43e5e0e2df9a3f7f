"""Drafts of new tickets and of replies: kept while somebody types, taken up again, thrown away."""

from datetime import datetime

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.blueprints.asking_page import kept_as_draft, place_of
from portal.blueprints.reply_form import reply_place
from portal.blueprints.tickets import says_who_may_ask, taken_from
from portal.tickets.drafts import discard_draft, save_draft
from portal.tickets.forms import ReplyForm, TicketForm
from portal.tickets.uploads import Taken
from portal.web import htmx
from portal.web.access import requires
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor

blueprint = Blueprint("drafts", __name__)
SAVES_AN_HOUR = "2000 per hour"


@blueprint.post("/events/<int:event_id>/tickets/draft")
@says_who_may_ask
@requires("ticket:open")
@limiter.limit(SAVES_AN_HOUR, key_func=by_person)
def save(event_id: int) -> Response:
    """Keep what is typed; the fragment says when. Nothing is checked but the files."""
    form = TicketForm()
    _, taken = taken_from(form)
    return _kept(kept_as_draft(event_id, form, taken), taken, url_for("tickets.new", event_id=event_id))


@blueprint.post("/events/<int:event_id>/tickets/draft/deletion")
@says_who_may_ask
@requires("ticket:open")
def discard(event_id: int) -> Response:
    """Throw the draft away."""
    discard_draft(current_actor(), place_of(event_id))
    return htmx.done(url_for("tickets.index", event_id=event_id), "Your draft was discarded.")


@blueprint.post("/tickets/<int:ticket_id>/draft")
@requires("ticket:reply")
@limiter.limit(SAVES_AN_HOUR, key_func=by_person)
def save_reply(ticket_id: int) -> Response:
    """Keep a reply that is being typed; the fragment says when."""
    form = ReplyForm()
    _, taken = taken_from(form)
    saved_at = save_draft(
        current_actor(),
        reply_place(ticket_id),
        {"body": form.body.data or ""},
        form_key=form.key,
        uploads=taken.uploads,
    )
    return _kept(saved_at, taken, url_for("tickets.show", ticket_id=ticket_id))


@blueprint.post("/tickets/<int:ticket_id>/draft/deletion")
@requires("ticket:reply")
def discard_reply(ticket_id: int) -> Response:
    """Throw a reply's draft away."""
    discard_draft(current_actor(), reply_place(ticket_id))
    return htmx.done(url_for("tickets.show", ticket_id=ticket_id), "Your draft was discarded.")


def _kept(saved_at: datetime | None, taken: Taken, back_to: str) -> Response:
    if htmx.wants_fragment():
        return make_response(render_template("tickets/_draft_saved.html", saved_at=saved_at))
    told = "Your draft is kept for 30 days." if saved_at else "There is nothing to keep yet."
    wrong = " ".join(taken.problems)
    return htmx.done(back_to, f"{told} {wrong}".strip(), category="error" if wrong else "success")
