"""What an attendee reaches by a link from a mail. Opening one uses nothing up: programs that read mail open it too."""

from flask import Response, make_response, render_template, url_for

from portal.blueprints.questions import blueprint
from portal.blueprints.questions.public_form import ATTENDEE, FROM_AN_ADDRESS
from portal.errors import Conflict, Invalid
from portal.questions import asking, following
from portal.questions.forms import MessageForm
from portal.questions.links import LinkGone, Purpose, question_behind
from portal.questions.queries import turns_of
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.private_links import counted_by_link, private_page
from portal.web.rate_limits import limiter

WRITES_ON_ONE = "10 per hour"

by_link = counted_by_link("link")
private = private_page(LinkGone, "questions/link_gone.html")


@blueprint.get("/asked/confirmation/<token>")
@requires("public")
@private
def confirmation(token: str) -> str:
    """The button that sends the question on its way."""
    return render_template(
        "questions/confirmation.html", question=question_behind(token, Purpose.CONFIRM), token=token
    )


@blueprint.post("/asked/confirmation/<token>")
@limiter.limit(FROM_AN_ADDRESS)
@requires("public")
@private
def confirm(token: str) -> Response | str:
    """Put the question before the event's contacts."""
    slug = question_behind(token, Purpose.CONFIRM).event.slug
    try:
        followed = asking.confirm_question(ATTENDEE, token)
    except Conflict:
        question = question_behind(token, Purpose.CONFIRM)
        return render_template("questions/switched_off.html", event=question.event)
    if followed is None:
        return done(url_for("questions.help_page", slug=slug), "Thank you. A moderator reads your wish next.")
    return done(
        url_for("questions.follow", token=followed),
        "Your question is on its way. Keep the address of this page, or the mail with it.",
    )


@blueprint.get("/asked/<token>")
@requires("public")
@private
def follow(token: str) -> Response:
    """The conversation, as the attendee sees it."""
    return _thread(token, MessageForm(formdata=None))


@blueprint.post("/asked/<token>/messages")
@limiter.limit(WRITES_ON_ONE, key_func=by_link)
@limiter.limit(FROM_AN_ADDRESS)
@requires("public")
@private
def write(token: str) -> Response:
    """Add to the question."""
    form = MessageForm()
    try:
        if form.validate():
            following.write_by_link(ATTENDEE, token, body=form.body.data or "", form_key=form.key)
            return done(url_for("questions.follow", token=token), "Your message was sent.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _thread(token, form, 422)


@blueprint.post("/asked/<token>/closure")
@requires("public")
@private
def settle(token: str) -> Response:
    """Say that the question is settled."""
    following.close_by_link(ATTENDEE, token)
    return done(url_for("questions.follow", token=token), "The question is closed. Writing opens it again.")


@blueprint.post("/asked/<token>/links")
@requires("public")
@private
def new_link(token: str) -> Response:
    """End this link and every other, and have a new one mailed."""
    slug = question_behind(token, Purpose.FOLLOW).event.slug
    following.replace_link(ATTENDEE, token)
    return done(
        url_for("questions.help_page", slug=slug),
        "A new link was mailed to you. The earlier ones open nothing any more.",
    )


@blueprint.get("/asked/<token>/erasure")
@requires("public")
@private
def erasure(token: str) -> str:
    """Asks once more before everything is erased."""
    question = question_behind(token, Purpose.FOLLOW)
    return render_template("questions/erasure.html", question=question, token=token)


@blueprint.post("/asked/<token>/erasure")
@requires("public")
@private
def erase(token: str) -> Response:
    """Erase the question and everything written on it."""
    slug = question_behind(token, Purpose.FOLLOW).event.slug
    following.erase_by_link(ATTENDEE, token)
    return done(url_for("questions.help_page", slug=slug), "Your question is erased.")


def _thread(token: str, form: MessageForm, status: int = 200) -> Response:
    question = question_behind(token, Purpose.FOLLOW)
    page = render_template(
        "questions/follow.html", question=question, event=question.event, turns=turns_of(question), token=token, form=form,
    )  # fmt: skip
    return make_response(page, status)
