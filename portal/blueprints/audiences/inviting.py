"""Inviting the people on a list: the text is seen first, and goes out at the press of the customer's button (WHO-2)."""

from flask import Response, make_response, render_template, request, url_for

from portal.audiences import inviting, queries
from portal.audiences.forms import InvitationForm
from portal.blueprints.audiences import blueprint
from portal.clock import now
from portal.errors import Invalid
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor


@blueprint.get("/bookings/<int:audience_id>/audience/invitation")
@requires("audience:edit")
def new_invitation(audience_id: int) -> Response:
    """The invitation as it would go out, and to how many."""
    return _page(audience_id, InvitationForm(formdata=None))


@blueprint.post("/bookings/<int:audience_id>/audience/invitation")
@requires("audience:edit")
@limiter.limit("60 per hour", key_func=by_person)
def invite(audience_id: int) -> Response:
    """Send it; or show the text again, with the note in it."""
    form = InvitationForm()
    try:
        if form.validate() and "preview" in request.form:
            inviting.check_note(form.note.data or "")
            return _page(audience_id, form)
        if form.validate():
            invited = inviting.invite_audience(
                current_actor(), audience_id, note=form.note.data or "", answers_to_me=form.answers_to_me.data,
                asks_feedback=form.asks_feedback.data, form_key=form.key,
            )  # fmt: skip
            return done(url_for("audiences.index", audience_id=audience_id), said(invited))
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _page(audience_id, form, 422)


def said(came_to: inviting.Invited) -> str:
    """What a press of the button came to, in words."""
    parts = [f"{_people(came_to.written)} invited by mail."]
    if came_to.refusing:
        parts.append(f"{came_to.refusing} asked not to be written to about this event.")
    if came_to.waiting:
        parts.append(f"{came_to.waiting} had the most mail for today: invite them tomorrow.")
    return " ".join(parts)


def _people(count: int) -> str:
    return "1 person was" if count == 1 else f"{count:,} people were"


def _page(audience_id: int, form: InvitationForm, status: int = 200) -> Response:
    actor = current_actor()
    booking = queries.session_with_audience(actor, audience_id)
    people = [each for each in queries.people_of(booking) if each.member.invited_at is None]
    draft = inviting.shown_first(
        booking, actor, "" if form.errors else form.note.data or "", answers_to_me=bool(form.answers_to_me.data),
        first=people[0].member if people else None,
    )  # fmt: skip
    page = render_template(
        "audiences/invitation.html", booking=booking, event=booking.event, form=form, draft=draft,
        waiting=[each.member for each in people if not each.refuses],
        refusing=[each.member for each in people if each.refuses], now=now(),
    )  # fmt: skip
    return make_response(page, status)
