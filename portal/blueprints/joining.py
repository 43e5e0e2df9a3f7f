"""Where a live session is held: the form in which staff enter the link."""

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.bookings.forms_joining import JoinLinkForm
from portal.bookings.joining import refuse_over, set_join_link
from portal.bookings.queries import session_for
from portal.errors import Invalid
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("joining", __name__)


@blueprint.get("/bookings/<int:booking_id>/join-link")
@requires("booking:join-link")
def edit(booking_id: int) -> Response:
    """The form with the link that is in use."""
    booking = session_for(current_actor(), booking_id)
    refuse_over(booking)
    return _page(booking_id, JoinLinkForm(formdata=None, join_url=booking.join_url))


@blueprint.post("/bookings/<int:booking_id>/join-link")
@requires("booking:join-link")
def update(booking_id: int) -> Response:
    """Keep the link and tell everybody in the session; what cannot be taken stays in the form."""
    form = JoinLinkForm()
    if not form.validate():
        return _page(booking_id, form, 422)
    try:
        booking = set_join_link(current_actor(), booking_id, form.join_url.data or "")
    except Invalid as error:
        form.show_problems(error.fields)
        return _page(booking_id, form, 422)
    message = "The link is kept." if booking.join_url else "The link is taken back."
    return done(
        url_for("bookings.show", booking_id=booking_id),
        f"{message} Everybody in the session is told by mail.",
    )


def _page(booking_id: int, form: JoinLinkForm, status: int = 200) -> Response:
    booking = session_for(current_actor(), booking_id)
    return make_response(render_template("joining/edit.html", booking=booking, form=form), status)
