"""An event's contacts read and answer what its attendees ask. Nobody else gets here (WHO-2)."""

from flask import Response, make_response, render_template, request, url_for

from portal.blueprints.questions import blueprint
from portal.errors import Invalid
from portal.events.queries import event_for
from portal.questions import queries, service
from portal.questions.forms import AnswerForm, SeenForm
from portal.questions.help_pages import help_of
from portal.questions.passing import for_the_attendee
from portal.questions.suggestions import Suggestion, suggested_answers
from portal.tickets.models import Message
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.paging import addressed
from portal.web.signed_in import current_actor


@blueprint.get("/events/<int:event_id>/questions")
@requires("question:read")
def index(event_id: int) -> str:
    """The questions of an event, the latest activity first; `?state=` open, answered or closed."""
    actor, state = current_actor(), request.args.get("state")
    page = queries.event_questions(actor, event_id, state, request.args.get("cursor"))
    return render_template(
        "questions/index.html", page=addressed(page), state=state if state in queries.STATES else None,
        event=event_for(actor, event_id), help=help_of(event_id), waiting=queries.open_questions(actor, event_id),
    )  # fmt: skip


@blueprint.get("/questions/<int:question_id>")
@requires("question:read")
def show(question_id: int) -> Response:
    """A question with its conversation, what was answered before, and what can be done."""
    return _thread(question_id)


@blueprint.post("/questions/<int:question_id>/answers")
@requires("question:answer")
def answer(question_id: int) -> Response:
    """Answer the attendee. What was typed comes back when somebody wrote meanwhile."""
    form = AnswerForm()
    try:
        if form.validate():
            service.answer_question(
                current_actor(), question_id, body=form.body.data or "", form_key=form.key,
                shown_as=form.shown_as.data or "", seen=form.seen_id, passed_on_id=form.passed_on_id,
            )  # fmt: skip
            return done(
                url_for("questions.show", question_id=question_id), "Your answer was mailed to the attendee."
            )
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _thread(question_id, form, 422)


@blueprint.post("/questions/<int:question_id>/closure")
@requires("question:answer")
def close(question_id: int) -> Response:
    """Close the question."""
    service.close_question(current_actor(), question_id, seen=SeenForm().seen_id)
    return done(
        url_for("questions.show", question_id=question_id), "The question is closed. The attendee was told."
    )


def _thread(question_id: int, form: AnswerForm | None = None, status: int = 200) -> Response:
    actor = current_actor()
    question = queries.question_for(actor, question_id)
    turns, page = queries.turns_of(question), help_of(question.event_id)
    from_support = queries.answer_of_support(actor, question, turns)
    suggestions = suggested_answers(actor, question) if question.state == "open" else []
    lost = queries.undelivered_turns(question) if question.state in ("answered", "closed") else frozenset()
    seen = form.seen_id if form else 0
    form = form or _prefilled(page.team_name, from_support, suggestions)
    form.seen.data = str(turns[-1].id if turns else 0)
    answer = render_template(
        "questions/show.html", question=question, event=question.event, turns=turns, form=form,
        from_support=from_support, new_after=seen if status == 422 else None, suggestions=suggestions,
        lost=lost,
    )  # fmt: skip
    return make_response(answer, status)


def _prefilled(team: str, from_support: Message | None, suggestions: list[Suggestion]) -> AnswerForm:
    """The answer's form. Support's answer stands in it, to be passed on; or the suggestion that `?suggestion=` counts to."""
    chosen = request.args.get("suggestion", "")
    if chosen in map(str, range(1, len(suggestions) + 1)):
        return AnswerForm(formdata=None, shown_as=team, body=suggestions[int(chosen) - 1].answer)
    if from_support is None:
        return AnswerForm(formdata=None, shown_as=team)
    body = for_the_attendee(from_support.body, from_support.author.name)
    return AnswerForm(formdata=None, shown_as=team, body=body, passed_on=str(from_support.id))
