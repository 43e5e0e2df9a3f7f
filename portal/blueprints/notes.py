"""Notes among support, on a ticket's page."""

from flask import Blueprint, Response, flash, url_for

from portal.blueprints.ticket_pages import thread_page
from portal.blueprints.tickets import often_enough, taken_from
from portal.errors import Invalid
from portal.tickets.forms import NoteForm, ReplyForm
from portal.tickets.notes import add_note
from portal.tickets.uploads import Taken
from portal.web import htmx
from portal.web.access import requires
from portal.web.signed_in import current_actor

blueprint = Blueprint("notes", __name__)


@blueprint.post("/tickets/<int:ticket_id>/notes")
@requires("ticket:work")
@often_enough
def create(ticket_id: int) -> Response:
    """Keep a note that only support sees."""
    note = NoteForm()
    sound, taken = taken_from(note)
    if not sound:
        return _refused(ticket_id, note, taken)
    try:
        with taken.dropped_when_refused():
            add_note(
                current_actor(),
                ticket_id,
                body=note.body.data or "",
                form_key=note.key,
                uploads=taken.uploads,
            )
    except Invalid as problem:
        note.show_problems(problem.fields)
        return _refused(ticket_id, note, taken)
    if not htmx.wants_fragment():
        return htmx.done(
            url_for("tickets.show", ticket_id=ticket_id), "Your note is kept. Only support sees it."
        )
    flash("Your note is kept. Only support sees it.", "success")
    return thread_page(ticket_id, ReplyForm(formdata=None), Taken(), fragment="tickets/_noted.html")


def _refused(ticket_id: int, note: NoteForm, taken: Taken) -> Response:
    return thread_page(
        ticket_id, ReplyForm(formdata=None), Taken(), note=note, noted=taken, status=422,
        fragment="tickets/_noted.html",
    )  # fmt: skip
