"""Files on their way into a message, and previews of the pictures that messages carry."""

from flask import Blueprint, Response, make_response, render_template, request, send_file

from portal.blueprints.ticket_pages import files_shown
from portal.blueprints.tickets import INERT, stored, taken_from
from portal.errors import NotFound
from portal.tickets import queries
from portal.tickets.forms import FilesForm, NoteForm
from portal.tickets.previews import SHOWN_AS
from portal.web import htmx
from portal.web.access import requires
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor

blueprint = Blueprint("files", __name__)


@blueprint.post("/files")
@requires("ticket:reply")
@limiter.limit("300 per hour", key_func=by_person)
def choose() -> Response:
    """Check and keep files as soon as they are chosen; the answer is the form's part that holds them."""
    form = NoteForm() if "note-form_key" in request.form else FilesForm()
    _, taken = taken_from(form)
    page = render_template(
        "tickets/_files_alone.html", form=form, problems=taken.problems, **files_shown(taken)
    )
    answer = make_response(page, 422 if taken.problems else 200)
    return htmx.announcing(answer, "files-kept")


@blueprint.get("/attachments/<int:attachment_id>/preview")
@requires("ticket:read")
def preview(attachment_id: int) -> Response:
    """A picture that was attached, drawn anew: pixels and nothing else of the file that was sent."""
    found = queries.attachment_for(current_actor(), attachment_id)
    if found.preview_name is None:
        raise NotFound
    response = send_file(stored(found.preview_name, attachment_id), SHOWN_AS)
    response.headers.update(INERT)
    return response
