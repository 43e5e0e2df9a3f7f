"""What an event's contacts and organisers say on its help page: answers for all, and whether it takes questions."""

from flask import Response, make_response, render_template, request, url_for

from portal.blueprints.questions import blueprint
from portal.errors import Invalid
from portal.events.queries import event_for
from portal.questions import publishing, queries
from portal.questions.forms import HelpPageForm, PublishForm
from portal.questions.help_pages import change_help_page, help_of
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor


@blueprint.get("/events/<int:event_id>/help")
@requires("help:manage")
def edit_help(event_id: int) -> Response:
    """The help page of an event: whether it takes questions, what it says, and its answers."""
    page = help_of(event_id)
    return _help_form(
        event_id,
        HelpPageForm(formdata=None, is_open=page.is_open, team_name=page.team_name, intro=page.intro),
    )


@blueprint.post("/events/<int:event_id>/help")
@requires("help:manage")
def update_help(event_id: int) -> Response:
    """Save what the help page says."""
    form = HelpPageForm()
    try:
        if form.validate():
            change_help_page(
                current_actor(), event_id, is_open=form.is_open.data, team_name=form.team_name.data or "",
                intro=form.intro.data or "",
            )  # fmt: skip
            return done(url_for("questions.edit_help", event_id=event_id), "The help page is saved.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _help_form(event_id, form, 422)


@blueprint.get("/events/<int:event_id>/help/answers/new")
@requires("help:manage")
def new_answer(event_id: int) -> Response:
    """The form for a new answer for all; `?question=` fills in one of an attendee, to be reworded."""
    return _publish_form(event_id, _from_question(event_id))


@blueprint.post("/events/<int:event_id>/help/answers/new")
@requires("help:manage")
def create_answer(event_id: int) -> Response:
    """Publish an answer."""
    form = PublishForm()
    if not form.validate():
        return _publish_form(event_id, form, 422)
    publishing.publish_answer(
        current_actor(),
        event_id,
        asked=form.asked.data or "",
        answer=form.answer.data or "",
        form_key=form.key,
    )
    return _to_help(event_id, "The answer is on the help page.")


@blueprint.get("/help-answers/<int:answer_id>/edit")
@requires("help:manage")
def edit_answer(answer_id: int) -> Response:
    """The form to reword an answer for all."""
    published = queries.answer_for(current_actor(), answer_id)
    form = PublishForm(formdata=None, asked=published.asked, answer=published.answer)
    return _publish_form(published.event_id, form, answer_id=answer_id)


@blueprint.post("/help-answers/<int:answer_id>/edit")
@requires("help:manage")
def update_answer(answer_id: int) -> Response:
    """Save a reworded answer."""
    published, form = queries.answer_for(current_actor(), answer_id), PublishForm()
    if not form.validate():
        return _publish_form(published.event_id, form, 422, answer_id=answer_id)
    publishing.change_answer(
        current_actor(), answer_id, asked=form.asked.data or "", answer=form.answer.data or ""
    )
    return _to_help(published.event_id, "The answer is changed.")


@blueprint.post("/help-answers/<int:answer_id>/withdrawal")
@requires("help:manage")
def withdraw_answer(answer_id: int) -> Response:
    """Take an answer off the help page."""
    published = publishing.withdraw_answer(current_actor(), answer_id)
    return _to_help(published.event_id, "The answer is off the help page.")


def _from_question(event_id: int) -> PublishForm:
    actor, key = current_actor(), request.args.get("question", "")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return PublishForm(formdata=None)
    question = queries.question_for(actor, int(key))
    given = [turn.body for turn in queries.turns_of(question) if turn.author_id is not None]
    return PublishForm(formdata=None, asked=question.title, answer=given[-1] if given else "")


def _to_help(event_id: int, message: str) -> Response:
    return done(url_for("questions.edit_help", event_id=event_id), message)


def _help_form(event_id: int, form: HelpPageForm, status: int = 200) -> Response:
    actor = current_actor()
    page = render_template(
        "questions/edit_help.html", event=event_for(actor, event_id), form=form, help=help_of(event_id),
        answers=queries.published_answers(event_id), waiting=queries.open_questions(actor, event_id),
    )  # fmt: skip
    return make_response(page, status)


def _publish_form(
    event_id: int, form: PublishForm, status: int = 200, answer_id: int | None = None
) -> Response:
    event = event_for(current_actor(), event_id)
    page = render_template("questions/publish.html", event=event, form=form, answer_id=answer_id)
    return make_response(page, status)
