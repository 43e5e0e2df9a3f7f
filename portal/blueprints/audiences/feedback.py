"""How sessions were: the question to whoever booked one, and the answers for staff (HOW-5)."""

from datetime import timedelta

from flask import Response, make_response, render_template, request, url_for

from portal.audiences.feedback import Said, answer_feedback, feedback_by, may_answer
from portal.audiences.forms import FeedbackForm
from portal.audiences.ratings import rated_sessions, ratings
from portal.blueprints.audiences import blueprint
from portal.bookings.queries import session_for
from portal.clock import now
from portal.errors import Invalid
from portal.policy.audiences import SCORES
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

PERIODS = {"30": "30 days", "90": "90 days", "365": "12 months"}
USUAL = "90"


@blueprint.get("/bookings/<int:booking_id>/feedback")
@requires("feedback:give")
def feedback(booking_id: int) -> Response:
    """The question, and what was answered; reading it records nothing."""
    asked = feedback_by(booking_id, current_actor().person_id)
    said = {"score": str(asked.score), "words": asked.words} if asked and asked.score else {}
    return _page(booking_id, FeedbackForm(formdata=None, **said))


@blueprint.post("/bookings/<int:booking_id>/feedback")
@requires("feedback:give")
def give_feedback(booking_id: int) -> Response:
    """Keep the answer."""
    form = FeedbackForm()
    try:
        if form.validate():
            answer_feedback(current_actor(), booking_id, Said(int(form.score.data), form.words.data or ""))
            return done(url_for("bookings.show", booking_id=booking_id), "Thank you: your answer was kept.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _page(booking_id, form, 422)


@blueprint.get("/staff/feedback")
@requires("feedback:read")
def all_feedback() -> str:
    """Averages by kind and host of a period, and what was said."""
    days = request.args.get("days", USUAL)
    days = days if days in PERIODS else USUAL
    kinds, hosts, together = ratings(now() - timedelta(days=int(days)))
    return render_template(
        "audiences/all_feedback.html", days=days, periods=PERIODS, kinds=kinds, hosts=hosts, together=together,
        page=addressed(rated_sessions(request.args.get("cursor"))), scores=SCORES,
    )  # fmt: skip


def _page(booking_id: int, form: FeedbackForm, status: int = 200) -> Response:
    actor = current_actor()
    booking = session_for(actor, booking_id)
    asked = feedback_by(booking_id, actor.person_id)
    page = render_template(
        "audiences/feedback.html", booking=booking, event=booking.event, form=form, asked=asked,
        may_rate=may_answer(asked), scores=SCORES,
    )  # fmt: skip
    return make_response(page, status)
