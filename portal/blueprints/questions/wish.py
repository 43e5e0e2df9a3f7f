"""Attendees suggest an improvement of the system through their event's help page (WISH-1)."""

from collections.abc import Sequence

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
from portal.web.open_reading import OPEN_WISHES, is_open
from portal.wishlist.models import Wish
from portal.wishlist.similar import similar_wishes

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
    similar = [] if form.similar_seen.data else _similar(form)
    if similar:
        form.similar_seen.data = "yes"
        return _page(slug, form, similar=similar)
    try:
        wishing.suggest_improvement(
            ATTENDEE, slug, email=form.email.data or "", suggestion=form.suggestion, form_key=seal.key
        )
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page(slug, form, 422)
    except Conflict:
        return _page(slug, form, 409)
    return _sent(slug)


def _sent(slug: str) -> Response:
    return done(url_for("questions.sent", slug=slug), "")


def _similar(form: SuggestionForm) -> Sequence[Wish]:
    """What says the same, where everybody may read the wish list; else nothing of it is told."""
    if not is_open(OPEN_WISHES):
        return []
    return similar_wishes(ATTENDEE, form.title.data or "", form.body.data or "")


def _page(slug: str, form: SuggestionForm, status: int = 200, similar: Sequence[Wish] = ()) -> Response:
    page = render_template(
        "questions/wish.html", help=help_at(slug), form=form, similar=similar, adds_cases=False
    )
    return make_response(page, status)
