"""Attendees suggest an improvement of the system through their event's help page (WISH-1)."""

from flask import Response, make_response, render_template, url_for

from portal.blueprints.questions import blueprint
from portal.blueprints.questions.public_form import ATTENDEE, by_the_hour, sound
from portal.errors import Conflict, Invalid
from portal.questions import wishing
from portal.questions.forms import SuggestionForm
from portal.questions.help_pages import help_at
from portal.questions.seal import new_seal
from portal.web.access import requires
from portal.web.htmx import done

OF_ADDRESSES, OF_NETWORKS, OF_EVENTS = by_the_hour


@blueprint.get("/help/<slug>/wish")
@requires("public")
def wish(slug: str) -> Response:
    """The form."""
    return _page(slug, SuggestionForm(formdata=None, seal=new_seal(slug)))


@blueprint.post("/help/<slug>/wish")
@OF_ADDRESSES
@OF_NETWORKS
@OF_EVENTS
@requires("public")
def suggest(slug: str) -> Response:
    """Take a wish down and have its link to confirm sent."""
    form = SuggestionForm()
    seal = sound(form, slug)
    if form.website.data:
        return _sent(slug)
    if seal is None:
        return _page(slug, form, 422)
    try:
        wishing.suggest_improvement(
            ATTENDEE, slug, email=form.email.data or "", title=form.title.data or "", problem=form.body.data or "",
            form_key=seal.key,
        )  # fmt: skip
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page(slug, form, 422)
    except Conflict:
        return _page(slug, form, 409)
    return _sent(slug)


def _sent(slug: str) -> Response:
    return done(url_for("questions.sent", slug=slug), "")


def _page(slug: str, form: SuggestionForm, status: int = 200) -> Response:
    return make_response(render_template("questions/wish.html", help=help_at(slug), form=form), status)
