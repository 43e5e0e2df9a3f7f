"""What is known already: offered while somebody types a question, and before they send it."""

from flask import Blueprint, Response, request, url_for

from portal.articles.service import note_spared
from portal.blueprints.asking_page import kept_as_draft, what_is_known
from portal.blueprints.tickets import says_who_may_ask, taken_from
from portal.errors import NotFound
from portal.events.queries import event_for
from portal.forms import tidy
from portal.tickets.forms import SUBJECT_MOST, TicketForm
from portal.tickets.known import note_ticket_spared
from portal.web import htmx
from portal.web.access import HIGHEST_KEY, requires
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor

blueprint = Blueprint("known", __name__)

SPARED = {"article": note_spared, "ticket": note_ticket_spared}


@blueprint.get("/events/<int:event_id>/tickets/known")
@says_who_may_ask
@requires("ticket:open")
def show(event_id: int) -> Response:
    """What may answer `?subject=`: a page of its own, and the part of the form that htmx asks for."""
    words = (tidy(request.args.get("subject", "")) or "")[:SUBJECT_MOST]
    return htmx.page_or_fragment(
        "tickets/known.html",
        "tickets/_known.html",
        event=event_for(current_actor(), event_id),
        words=words,
        known=what_is_known(event_id, words),
        in_form=htmx.wants_fragment(),
    )


@blueprint.post("/events/<int:event_id>/tickets/known")
@says_who_may_ask
@requires("ticket:open")
@limiter.limit("120 per hour", key_func=by_person)
def answered(event_id: int) -> Response:
    """Note that a suggestion answered the question. What was typed stays as a draft, to be kept or thrown away."""
    form = TicketForm()
    _, taken = taken_from(form)
    kind, key = _chosen()
    SPARED[kind](current_actor(), key, form_key=form.key)
    kept = kept_as_draft(event_id, form, taken)
    told = "Good to hear; nothing was sent." + (" What you typed is kept below as a draft." if kept else "")
    return htmx.done(url_for("tickets.index", event_id=event_id), told)


def _chosen() -> tuple[str, int]:
    kind, _, key = request.form.get("answered_by", "").partition(":")
    if kind not in SPARED or not (
        key.isascii() and key.isdigit() and len(key) < 20 and int(key) <= HIGHEST_KEY
    ):
        raise NotFound
    return kind, int(key)
