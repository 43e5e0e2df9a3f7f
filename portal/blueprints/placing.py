"""Staff book a session for a customer, with a reason also beyond a limit."""

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.bookings.admission import TimeNotOpen
from portal.bookings.commitments import StandsInTheWay
from portal.bookings.days import by_day
from portal.bookings.forms_changes import PlacingForm
from portal.bookings.moving import possible_hosts
from portal.bookings.placing import Placement, people_of, place_session
from portal.bookings.service import Wanted
from portal.errors import Invalid, PortalError, Refused
from portal.events.models import Event
from portal.events.queries import event_for
from portal.policy.terms import SessionKind
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.links import hrefs
from portal.web.signed_in import current_actor

blueprint = Blueprint("placing", __name__)


@blueprint.get("/events/<int:event_id>/bookings/placed")
@requires("booking:place")
def new(event_id: int) -> Response:
    """The form in which staff book for an event's people."""
    form = PlacingForm(formdata=None, zone=current_actor().time_zone)
    return _page(event_for(current_actor(), event_id), form)


@blueprint.post("/events/<int:event_id>/bookings/placed")
@requires("booking:place")
def create(event_id: int) -> Response:
    """Book the session; what stands in the way is said beside the form."""
    form, event = PlacingForm(), event_for(current_actor(), event_id)
    form.offer(people_of(event), possible_hosts())
    try:
        if form.validate():
            wanted = Wanted(
                SessionKind(form.kind.data),
                form.starts_at(),
                form.note.data or "",
                form.recording_wanted.data,
            )
            placement = Placement(form.person.data, form.host.data or None, form.reason.data or "")
            booking = place_session(current_actor(), event_id, wanted, placement, form_key=form.key)
            return done(
                url_for("bookings.show", booking_id=booking.id),
                "The session is booked. The invitation is on its way by mail.",
            )
    except Invalid as problem:
        fields = {"at" if name == "starts_at" else name: words for name, words in problem.fields.items()}
        form.show_problems(fields)
    except (TimeNotOpen, Refused, StandsInTheWay) as refusal:
        return _page(event_for(current_actor(), event_id), form, refusal)
    return _page(event_for(current_actor(), event_id), form)


def _page(event: Event, form: PlacingForm, refusal: PortalError | None = None) -> Response:
    form.offer(people_of(event), possible_hosts())
    offered = refusal.offered if isinstance(refusal, TimeNotOpen) else ()
    page = render_template(
        "bookings/placed.html", event=event, form=form, refusal=refusal,
        links=hrefs(refusal.links) if refusal else [], days=by_day(offered, current_actor().time_zone),
    )  # fmt: skip
    return make_response(page, refusal.status if refusal else 422 if form.errors else 200)
