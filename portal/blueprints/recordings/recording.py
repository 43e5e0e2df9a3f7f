"""A session's recording: asked for, decided, published, passed on, opened, withdrawn."""

from typing import Any

from flask import Response, current_app, make_response, render_template, request, url_for

from portal.audiences.queries import knows_audience
from portal.blueprints.audiences.attending import recording_answer
from portal.blueprints.recordings import blueprint
from portal.bookings.queries import session_for
from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.errors import Invalid
from portal.policy.audiences import may_ask_recording
from portal.policy.training import entitlement_to
from portal.recordings import asking, passing, publishing, queries
from portal.recordings.files import FILMS_ACCEPTED, Kept, film_kept
from portal.recordings.forms import AskForm, DecisionForm, PassForm, PublicationForm, WithdrawalForm
from portal.recordings.links import checked_link
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.paging import addressed
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor

FORM_BYTES = 64 * 1024


@blueprint.url_value_preprocessor
def take_long_films(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Let the file of a recording be as long as the settings say, which the forms of tickets may not be."""
    if endpoint == "recordings.publish":
        request.max_content_length = current_app.extensions["settings"].recording_max_bytes + FORM_BYTES


@blueprint.get("/bookings/<int:booking_id>/recording")
@requires("recording:read")
def show(booking_id: int) -> Response:
    """What became of the recording, who gets it, and who opened it."""
    return _page(booking_id)


@blueprint.post("/bookings/<int:booking_id>/recording")
@requires("recording:ask")
def ask(booking_id: int) -> Response:
    """Ask for a recording."""
    asking.ask_for_recording(current_actor(), booking_id, form_key=AskForm().key)
    return _done(booking_id, "The recording is asked for. You are told when support has decided.")


@blueprint.post("/bookings/<int:booking_id>/recording/decision")
@requires("recording:decide")
def decide(booking_id: int) -> Response:
    """Accept or decline it."""
    form = DecisionForm()
    try:
        if form.validate():
            accept = form.answer.data == "accept"
            asking.decide_recording(current_actor(), booking_id, accept=accept, reason=form.reason.data or "")
            return _done(booking_id, "The customer is told by mail.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _page(booking_id, decision=form)


@blueprint.post("/bookings/<int:booking_id>/recording/publication")
@requires("recording:decide")
@limiter.limit("60 per hour", key_func=by_person)
def publish(booking_id: int) -> Response:
    """Publish it, as a link or a file."""
    form = PublicationForm()
    try:
        if form.validate():
            publishing.publish_recording(current_actor(), booking_id, _kept(form))
            return _done(booking_id, "The recording is published. The customer is told by mail.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _page(booking_id, publication=form)


@blueprint.post("/bookings/<int:booking_id>/recording/withdrawal")
@requires("recording:withdraw")
def withdraw(booking_id: int) -> Response:
    """Withdraw it."""
    form = WithdrawalForm()
    try:
        if form.validate():
            publishing.withdraw_recording(current_actor(), booking_id, reason=form.reason.data or "")
            return _done(booking_id, "The recording is withdrawn. Nobody can open it any more.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _page(booking_id, withdrawal=form)


@blueprint.post("/bookings/<int:audience_id>/recording/passes")
@requires("recording:pass_on")
@limiter.limit("60 per hour", key_func=by_person)
def pass_on(audience_id: int) -> Response:
    """Pass it on to those who were ticked."""
    form = PassForm()
    try:
        if form.validate():
            return _done(audience_id, _said(passing.pass_on(current_actor(), audience_id, form.keys)))
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _page(audience_id, passes=form)


@blueprint.post("/bookings/<int:booking_id>/recording/opening")
@requires("recording:read")
def open_(booking_id: int) -> Response:
    """Get the file, or the way to the link; that it was opened is written down."""
    recording = passing.open_recording(current_actor(), booking_id)
    return recording_answer(recording, back=url_for("recordings.show", booking_id=booking_id))


def _kept(form: PublicationForm) -> Kept:
    link, file = form.link.data or "", form.file.data
    if link:
        return Kept(link=checked_link(link), upload=film_kept(file, current_actor().id) if file else None)
    return Kept(upload=film_kept(file, current_actor().id) if file else None)


def _said(came_to: passing.Passed) -> str:
    people = "1 person" if came_to.written == 1 else f"{came_to.written:,} people"
    parts = [f"The recording was passed on to {people}."]
    if came_to.refusing:
        parts.append(f"{came_to.refusing} asked not to be written to about this event.")
    if came_to.waiting:
        parts.append(f"{came_to.waiting} had the most mail for today: pass it on to them tomorrow.")
    return " ".join(parts)


def _done(booking_id: int, message: str) -> Response:
    return done(url_for("recordings.show", booking_id=booking_id), message)


def _page(
    booking_id: int,
    *,
    decision: DecisionForm | None = None,
    publication: PublicationForm | None = None,
    withdrawal: WithdrawalForm | None = None,
    passes: PassForm | None = None,
) -> Response:
    actor = current_actor()
    booking, recording = session_for(actor, booking_id), queries.recording_of(booking_id)
    entitlement = entitlement_to(booking.session_kind, booking.event.facts, edition_in_force())
    knows = knows_audience(actor, booking)
    shown = recording is not None and recording.publication > 0
    page = render_template(
        "recordings/show.html", booking=booking, event=booking.event, recording=recording, now=now(),
        may_ask=may_ask_recording(entitlement, has_begun=booking.starts_at <= now()), knows_people=knows,
        recipients=queries.recipients_of(recording) if knows and shown and recording else [],
        opened=addressed(queries.accesses_of(recording.id, request.args.get("cursor"))) if shown and recording else None,
        ask_form=AskForm(formdata=None), accepted=FILMS_ACCEPTED, withdrawal=withdrawal or WithdrawalForm(formdata=None),
        decision=decision or DecisionForm(formdata=None), publication=publication or PublicationForm(formdata=None),
        passes=passes or PassForm(formdata=None), most_bytes=current_app.extensions["settings"].recording_max_bytes,
        keep_days=current_app.extensions["settings"].recording_keep_days,
    )  # fmt: skip
    wrong = any(form is not None for form in (decision, publication, withdrawal, passes))
    return make_response(page, 422 if wrong else 200)
