"""The waiting list of live sessions: joined and left by customers, read by staff."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.blueprints.booking_form import kind_in
from portal.bookings.days import midnight
from portal.bookings.forms_changes import WaitingForm
from portal.bookings.waiting_list import join_list, leave_list
from portal.bookings.waiting_queries import turns_and_holds, waiting_list, waiting_scope
from portal.clock import now
from portal.errors import Invalid
from portal.events.queries import event_for
from portal.policy.terms import SessionKind, in_words
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

blueprint = Blueprint("waiting", __name__)
resolves("waiting_id", waiting_scope)


@blueprint.get("/staff/waiting-list")
@requires("booking:close")
def index() -> str:
    """Everyone who waits for a live session, the first to arrive first."""
    places = waiting_list(current_actor(), request.args.get("cursor"))
    return render_template("bookings/waiting_list.html", places=addressed(places), now=now())


@blueprint.get("/events/<int:event_id>/waiting-list")
@requires("booking:create")
def show(event_id: int) -> Response:
    """What an event waits for and has been offered; with `?kind=` the form that joins the list of a kind."""
    kind = request.args.get("kind")
    return _page(event_id, WaitingForm(formdata=None, kind=kind_in(kind).value if kind else None))


@blueprint.post("/events/<int:event_id>/waiting-list")
@requires("booking:create")
def create(event_id: int) -> Response:
    """Join the list."""
    form, actor = WaitingForm(), current_actor()
    kind = kind_in(form.kind.data)
    try:
        if form.validate():
            # The day that was typed is the last that will do, in the reader's zone.
            before = midnight(form.day_after, actor.time_zone) if form.day_after else None
            join_list(actor, event_id, kind, before, form_key=form.key)
            address = url_for("waiting.show", event_id=event_id)
            return done(
                address,
                f"You are on the waiting list for {in_words(kind)}. We mail you as soon as a time is free.",
            )
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _page(event_id, form)


@blueprint.post("/waiting-list/<int:waiting_id>/leaving")
@requires("booking:create")
def leave(waiting_id: int) -> Response:
    """Leave the list, and give back what is offered."""
    place = leave_list(current_actor(), waiting_id)
    return done(url_for("waiting.show", event_id=place.event_id), "You have left the waiting list.")


def _page(event_id: int, form: WaitingForm) -> Response:
    actor = current_actor()
    event = event_for(actor, event_id)
    turns, kept = turns_and_holds(actor, event_id)
    page = render_template(
        "bookings/waiting.html", event=event, kinds=list(SessionKind), turns=turns, kept=kept, form=form,
        joins=SessionKind(form.kind.data) if form.kind.data and form.kind.data not in turns else None,
    )  # fmt: skip
    return make_response(page, 422 if form.errors else 200)
