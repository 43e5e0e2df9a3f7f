"""Help after the event: the checklist of its three kinds, and asking for one (COV-8)."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.blueprints.tickets import often_enough, says_who_may_ask
from portal.errors import Invalid
from portal.events.queries import event_for
from portal.policy.after_event import AFTER_HELP_LABELS, AfterHelp
from portal.policy.coverage import Topic, coverage
from portal.tickets import after_event
from portal.tickets.forms_merging import key_from
from portal.tickets.forms_work import AfterEventForm
from portal.tickets.promises import promise_now, reason_if_sent_now
from portal.tickets.sides import is_support
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("after_event", __name__)


@blueprint.get("/events/<int:event_id>/after")
@requires("ticket:read")
def index(event_id: int) -> str:
    """Who asked for what, its ticket, and who did it."""
    actor = current_actor()
    event = event_for(actor, event_id)
    return render_template(
        "after_event/index.html", event=event, checklist=after_event.checklist(actor, event),
        labels=AFTER_HELP_LABELS, decision=after_event.asking(event), coverage=coverage(Topic.AFTER_THE_EVENT),
        is_support=is_support(actor, event.scope),
    )  # fmt: skip


@blueprint.get("/events/<int:event_id>/after/new")
@says_who_may_ask
@requires("ticket:open")
def new(event_id: int) -> Response:
    """The form that asks for one kind of help."""
    kind = request.args.get("kind")
    chosen = kind if kind in set(AfterHelp) else AfterHelp.ATTENDANCE
    return _form_page(event_id, AfterEventForm(formdata=None, kind=chosen))


@blueprint.post("/events/<int:event_id>/after/new")
@says_who_may_ask
@requires("ticket:open")
@often_enough
def create(event_id: int) -> Response:
    """Ask for it: a ticket, and a line of the checklist."""
    form = AfterEventForm()
    try:
        if form.validate():
            ticket = after_event.ask_after_event(
                current_actor(), event_id, kind=form.kind.data, body=form.body.data or "", form_key=form.key
            )
            return done(url_for("tickets.show", ticket_id=ticket.id), "Your request was sent to support.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _form_page(event_id, form)


@blueprint.post("/events/<int:event_id>/after/settlement")
@requires("ticket:work")
def settle(event_id: int) -> Response:
    """Tick a line off; with `done=no`, take that back."""
    is_done = request.form.get("done") != "no"
    after_event.settle_help(current_actor(), event_id, key_from(request.form.get("help")), done=is_done)
    return done(url_for("after_event.index", event_id=event_id), "Ticked off." if is_done else "Open again.")


def _form_page(event_id: int, form: AfterEventForm) -> Response:
    event, (promise, _) = event_for(current_actor(), event_id), promise_now(event_id)
    page = render_template(
        "after_event/new.html", event=event, form=form, promise=promise, reason=reason_if_sent_now(promise),
        decision=after_event.asking(event),
    )  # fmt: skip
    return make_response(page, 422 if form.errors else 200)
