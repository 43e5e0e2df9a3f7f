"""Pages of tickets."""

import functools
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar

import structlog
from flask import Blueprint, Response, flash, render_template, request, send_file, url_for

from portal.blueprints.asking_page import (
    NOTHING,
    asking_page,
    kept_as_draft,
    place_of,
    restored,
    what_is_known,
)
from portal.blueprints.reply_form import restored_reply
from portal.blueprints.ticket_pages import thread_page
from portal.clock import now
from portal.errors import Forbidden, Invalid, NotFound, Unavailable
from portal.events.queries import event_for
from portal.policy.coverage import Topic
from portal.tickets import queries, service, uploads
from portal.tickets.drafts import draft_for
from portal.tickets.file_kinds import SERVED_AS
from portal.tickets.forms import SUBJECT_MOST, FilesForm, ReplyForm, SeenForm, TicketForm
from portal.tickets.known import sent_ticket
from portal.tickets.models import Ticket
from portal.tickets.storage import StoreAway, store
from portal.tickets.text import as_written
from portal.tickets.uploads import Taken
from portal.tickets.ways_on import not_a_contact
from portal.web import htmx
from portal.web.access import requires, resolves
from portal.web.paging import addressed
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor

log = structlog.get_logger(__name__)
blueprint = Blueprint("tickets", __name__)
blueprint.add_app_template_filter(as_written)
resolves("ticket_id", queries.ticket_scope)
resolves("attachment_id", queries.attachment_scope)

# A file that somebody sent is never a page of the portal, whatever a browser makes of it.
INERT = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}

View = TypeVar("View", bound=Callable[..., Any])

# Nobody writes so fast by hand; it bounds what one account can fill the disk with.
often_enough = limiter.shared_limit("90 per hour", scope="ticket-writes", key_func=by_person)


def says_who_may_ask(view: View) -> View:
    """Tell who is refused that only contacts open tickets, and the way to become one (WHO-1)."""

    @functools.wraps(view)
    def told(event_id: int) -> Any:
        try:
            return view(event_id=event_id)
        except Forbidden:
            actor = current_actor()
            raise not_a_contact(actor, event_for(actor, event_id)) from None

    return told  # type: ignore[return-value]


@blueprint.get("/events/<int:event_id>/tickets")
@requires("ticket:read")
def index(event_id: int) -> str:
    """The tickets of an event, the latest activity first; `?state=` and `?own=yes` show fewer of them."""
    actor, state, own = current_actor(), request.args.get("state"), request.args.get("own") == "yes"
    page = queries.event_tickets(actor, event_id, state, request.args.get("cursor"), own=own)
    draft = draft_for(actor, place_of(event_id))
    return render_template(
        "tickets/index.html",
        event=event_for(actor, event_id),
        state=state if state in queries.STATES else None,
        own=own,
        draft=draft,
        at=now(),
        page=addressed(page),
    )


@blueprint.get("/events/<int:event_id>/tickets/new")
@says_who_may_ask
@requires("ticket:open")
def new(event_id: int) -> Response:
    """The form, with the reader's draft; with `topic` chosen, what support covers of it. The fragment is that alone."""
    topic = request.args.get("topic")
    chosen = topic if topic in set(Topic) else ""
    subject = request.args.get("subject", "")[:SUBJECT_MOST]
    if htmx.wants_fragment():
        return asking_page(
            event_id, TicketForm(formdata=None, topic=chosen, told=chosen, subject=subject), Taken()
        )
    form, taken, draft_at = restored(event_id, chosen, subject)
    return asking_page(event_id, form, taken, draft_at=draft_at)


@blueprint.post("/events/<int:event_id>/tickets/new")
@says_who_may_ask
@requires("ticket:open")
@often_enough
def create(event_id: int) -> Response:
    """Open the ticket; what is not covered, and what may answer it already, is shown first with everything kept."""
    form = TicketForm()
    sound, taken = taken_from(form)
    if sent := sent_ticket(current_actor(), form.key):
        return _sent(sent.id)
    known = (
        what_is_known(event_id, form.subject.data or "") if sound and form.known.data != "yes" else NOTHING
    )
    if not sound or form.has_to_be_told() or known.is_something:
        kept_as_draft(event_id, form, taken)
        return asking_page(event_id, form, taken, known=known, status=200 if sound else 422)
    try:
        return _sent(_opened(event_id, form, taken).id)
    except Invalid as problem:
        form.show_problems(problem.fields)
        return asking_page(event_id, form, taken, status=422)


@blueprint.get("/tickets/<int:ticket_id>")
@requires("ticket:read")
def show(ticket_id: int) -> Response:
    """A ticket: its conversation, its promise, and what can be done."""
    return _thread(ticket_id)


@blueprint.post("/tickets/<int:ticket_id>/replies")
@requires("ticket:reply")
@often_enough
def reply(ticket_id: int) -> Response:
    """Add a turn. What was typed comes back when somebody answered meanwhile."""
    form = ReplyForm()
    sound, taken = taken_from(form)
    if not sound:
        return thread_page(ticket_id, form, taken, status=422)
    try:
        with taken.dropped_when_refused():
            message = service.reply_to_ticket(
                current_actor(), ticket_id, body=form.body.data or "", form_key=form.key, seen=form.seen_id,
                uploads=taken.uploads,
            )  # fmt: skip
    except Invalid as problem:
        form.show_problems(problem.fields)
        return thread_page(ticket_id, form, taken, status=422)
    if message.ticket_id != ticket_id:
        return htmx.done(
            url_for("tickets.show", ticket_id=message.ticket_id),
            "Your message became a new ticket, linked to the old one.",
        )
    return _changed(ticket_id, "Your reply was sent.")


@blueprint.post("/tickets/<int:ticket_id>/claim")
@requires("ticket:work")
def claim(ticket_id: int) -> Response:
    """Take the ticket."""
    service.claim_ticket(current_actor(), ticket_id)
    return _changed(ticket_id, "You have this ticket now.")


@blueprint.post("/tickets/<int:ticket_id>/closure")
@requires("ticket:close")
def close(ticket_id: int) -> Response:
    """Close the ticket."""
    service.close_ticket(current_actor(), ticket_id, seen=SeenForm().seen_id)
    return _changed(ticket_id, "The ticket is closed. A reply opens it again.")


@blueprint.get("/attachments/<int:attachment_id>")
@requires("ticket:read")
def attachment(attachment_id: int) -> Response:
    """An attachment, to be saved and never shown in place."""
    found = queries.attachment_for(current_actor(), attachment_id)
    media_type = found.media_type if found.media_type in SERVED_AS else "application/octet-stream"
    response = send_file(
        stored(found.storage_name, attachment_id), media_type, as_attachment=True, download_name=found.name
    )
    response.headers.update(INERT)
    response.content_length = found.size
    return response


def stored(name: str, attachment_id: int) -> BinaryIO:
    """What the store holds of an attachment. Raises NotFound, and Unavailable while the store cannot be reached."""
    try:
        return store().open(name)
    except FileNotFoundError:
        log.error("attachment_missing", attachment_id=attachment_id)
        raise NotFound("This file is no longer in the store.") from None
    except StoreAway as away:
        log.error("store_away", error=str(away))
        raise Unavailable("Files cannot be read at the moment. Try again in a few minutes.") from None


def taken_from(form: FilesForm) -> tuple[bool, Taken]:
    sound = form.validate()
    taken = uploads.take(form.files.data or [], form.kept.data or [], current_actor().id)
    if taken.problems:
        form.show_problems({"files": " ".join(taken.problems)})
    return sound and not taken.problems, taken


def _sent(ticket_id: int) -> Response:
    return htmx.done(url_for("tickets.show", ticket_id=ticket_id), "Your ticket was sent to support.")


def _opened(event_id: int, form: TicketForm, taken: Taken) -> Ticket:
    with taken.dropped_when_refused():
        return service.open_ticket(
            current_actor(), event_id, topic=form.topic.data, subject=form.subject.data or "", body=form.body.data or "",
            form_key=form.key, uploads=taken.uploads,
        )  # fmt: skip


def _changed(ticket_id: int, message: str) -> Response:
    if not htmx.wants_fragment():
        return htmx.done(url_for("tickets.show", ticket_id=ticket_id), message)
    flash(message, "success")
    return _thread(ticket_id)


def _thread(ticket_id: int) -> Response:
    form, taken, draft_at = restored_reply(ticket_id)
    return thread_page(ticket_id, form, taken, draft_at=draft_at)
