"""What staff write down of a session: notes among themselves, and the summary that the customer reads."""

from flask import Response, make_response, render_template, url_for

from portal.audiences import queries, records
from portal.audiences.forms import StaffNoteForm, SummaryForm
from portal.audiences.ratings import said_of
from portal.blueprints.audiences import blueprint
from portal.bookings.queries import session_for
from portal.errors import Invalid
from portal.policy.audiences import SCORES
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor


@blueprint.get("/bookings/<int:booking_id>/notes")
@requires("session:note")
def notes(booking_id: int) -> Response:
    """The notes, the summary, and what was said of the session."""
    return _page(booking_id)


@blueprint.post("/bookings/<int:booking_id>/notes")
@requires("session:note")
def add_note(booking_id: int) -> Response:
    """Add a note."""
    form = StaffNoteForm()
    try:
        if form.validate():
            records.add_note(current_actor(), booking_id, body=form.body.data or "", form_key=form.key)
            return done(url_for("audiences.notes", booking_id=booking_id), "The note is kept.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _page(booking_id, note_form=form, status=422)


@blueprint.post("/bookings/<int:booking_id>/summary")
@requires("session:note")
def summarise(booking_id: int) -> Response:
    """Write, change or take back the summary."""
    form = SummaryForm()
    try:
        if form.validate():
            records.write_summary(
                current_actor(), booking_id, summary=form.summary.data or "", seen=form.seen.data or ""
            )
            return done(url_for("audiences.notes", booking_id=booking_id), "The summary is saved.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _page(booking_id, summary_form=form, status=422)


def _page(
    booking_id: int,
    *,
    note_form: StaffNoteForm | None = None,
    summary_form: SummaryForm | None = None,
    status: int = 200,
) -> Response:
    booking, noted = session_for(current_actor(), booking_id), queries.record_of(booking_id)
    summary = noted.summary if noted else ""
    form = summary_form or SummaryForm(formdata=None, summary=summary)
    form.seen.data = summary
    page = render_template(
        "audiences/notes.html", booking=booking, event=booking.event, notes=queries.notes_of(booking_id), noted=noted,
        note_form=note_form or StaffNoteForm(formdata=None), summary_form=form, said=said_of(booking_id), scores=SCORES,
    )  # fmt: skip
    return make_response(page, status)
