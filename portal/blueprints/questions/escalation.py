"""A contact passes a question on to support, with one click once the topic is chosen (WHO-2)."""

from flask import Response, make_response, render_template, url_for

from portal.blueprints.questions import blueprint
from portal.errors import Invalid
from portal.policy.coverage import Topic, coverage
from portal.questions.escalating import conversation, escalate_question
from portal.questions.forms import EscalationForm
from portal.questions.queries import question_for, turns_of
from portal.tickets.promises import promise_now, reason_if_sent_now
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor


@blueprint.get("/questions/<int:question_id>/escalation")
@requires("question:answer")
def escalation(question_id: int) -> Response:
    """What support will be told, by when to expect its reply, and what it is about."""
    return _page(question_id, EscalationForm(formdata=None))


@blueprint.post("/questions/<int:question_id>/escalation")
@requires("question:answer")
def escalate(question_id: int) -> Response:
    """Open the ticket; what support does not cover is said first, with everything typed kept."""
    form = EscalationForm()
    try:
        if form.validate() and form.has_to_be_told():
            return _page(question_id, form)
        if form.validate():
            ticket = escalate_question(
                current_actor(), question_id, topic=form.topic.data, note=form.note.data or "",
                share_address=form.share_address.data, form_key=form.key,
            )  # fmt: skip
            return done(
                url_for("tickets.show", ticket_id=ticket.id), "The question was passed on to support."
            )
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _page(question_id, form, 422)


def _page(question_id: int, form: EscalationForm, status: int = 200) -> Response:
    question = question_for(current_actor(), question_id)
    promise, _ = promise_now(question.event_id)
    topic = form.topic.data if form.topic.data in set(Topic) else None
    page = render_template(
        "questions/escalation.html", question=question, event=question.event, form=form, promise=promise,
        reason=reason_if_sent_now(promise), coverage=coverage(Topic(topic)) if topic else None,
        told=conversation(question, turns_of(question), with_address=False),
    )  # fmt: skip
    return make_response(page, status)
