"""The public help page of an event: what was answered for all, and the form to ask its contacts."""

from flask import Response, current_app, make_response, render_template, request, url_for

from portal.blueprints.questions import blueprint
from portal.blueprints.questions.public_form import ATTENDEE, by_the_hour, sound
from portal.errors import Conflict, Invalid
from portal.questions import asking, following
from portal.questions.forms import AskForm, LinksForm
from portal.questions.help_pages import Help, help_at
from portal.questions.queries import published_answers
from portal.questions.seal import new_seal
from portal.questions.suggestions import SEARCH_MOST, answers_like, answers_with
from portal.web.access import requires
from portal.web.htmx import done, page_or_fragment
from portal.web.rate_limits import by_typed_email, limiter

FOR_AN_EMAIL = "10 per hour"
OF_ADDRESSES, OF_NETWORKS, OF_EVENTS = by_the_hour

LINKS_SENT = "If {email} has asked something here, a mail with new links is on its way."


@blueprint.get("/help/<slug>")
@requires("public")
def help_page(slug: str) -> Response:
    """The help page; `?q=` looks through what was answered for all."""
    page = help_at(slug)
    return _page(page, AskForm(formdata=None, seal=new_seal(slug)))


@blueprint.post("/help/<slug>")
@OF_ADDRESSES
@OF_NETWORKS
@OF_EVENTS
@requires("public")
def ask(slug: str) -> Response:
    """Take a question down and have its link to confirm sent; answers alike are shown once before that."""
    page, form = help_at(slug), AskForm()
    if not page.takes_questions:
        return _page(page, form, 409)
    seal = sound(form, slug)
    if form.website.data:
        return _asked(slug)
    if seal is None:
        return _page(page, form, 422)
    similar = [] if form.similar_seen.data else answers_like(page.event.id, form.body.data or "")
    if similar:
        form.similar_seen.data = "yes"
        return _page(page, form, similar=similar)
    try:
        asking.ask_question(
            ATTENDEE, slug, name=form.name.data or "", email=form.email.data or "", body=form.body.data or "",
            form_key=seal.key,
        )  # fmt: skip
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page(page, form, 422)
    except Conflict:
        return _page(help_at(slug), form, 409)
    return _asked(slug)


@blueprint.get("/help/<slug>/sent")
@requires("public")
def sent(slug: str) -> str:
    """What happens next: a mail waits to be confirmed."""
    return render_template("questions/sent.html", help=help_at(slug))


@blueprint.get("/help/<slug>/links")
@requires("public")
def new_links(slug: str) -> Response:
    """For who has lost the link to a question."""
    return _links_page(slug, LinksForm(formdata=None))


@blueprint.post("/help/<slug>/links")
@OF_ADDRESSES
@limiter.limit(FOR_AN_EMAIL, key_func=by_typed_email)
@requires("public")
def send_links(slug: str) -> Response:
    """Have links sent. The answer is the same whether the address asked anything or not."""
    form = LinksForm()
    try:
        if form.validate():
            following.ask_for_links(ATTENDEE, slug, form.email.data or "")
            return done(url_for("questions.help_page", slug=slug), LINKS_SENT.format(email=form.email.data))
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _links_page(slug, form, 422)


def _asked(slug: str) -> Response:
    return done(url_for("questions.sent", slug=slug), "")


def _page(page: Help, form: AskForm, status: int = 200, similar: object = ()) -> Response:
    words = request.args.get("q", "").strip()[:SEARCH_MOST].replace("\x00", "")
    shown = answers_with(page.event.id, words) if words else published_answers(page.event.id)
    return page_or_fragment(
        "questions/help_page.html", "questions/_answers.html", status=status,
        help=page, event=page.event, form=form, words=words, answers=shown, similar=similar,
        keep_days=current_app.extensions["settings"].question_keep_days,
    )  # fmt: skip


def _links_page(slug: str, form: LinksForm, status: int = 200) -> Response:
    page = render_template("questions/new_links.html", help=help_at(slug), form=form)
    return make_response(page, status)
