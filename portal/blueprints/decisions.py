"""What staff think of a wish, and what management decides on it."""

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.errors import Invalid
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor
from portal.wishlist import deciding, queries
from portal.wishlist.forms_decisions import DecisionForm

blueprint = Blueprint("decisions", __name__)


@blueprint.get("/staff/wishes/<int:wish_id>/decision")
@requires("wish:evaluate")
def show(wish_id: int) -> Response:
    """One wish as it is weighed: its figures, what was decided so far, and for managers the decision."""
    return _page(wish_id)


@blueprint.post("/staff/wishes/<int:wish_id>/decision")
@requires("wish:decide")
def decide(wish_id: int) -> Response:
    """Record what management decided (WISH-3)."""
    form = DecisionForm()
    if not form.validate_on_submit():
        return _page(wish_id, form)
    try:
        deciding.decide_wish(current_actor(), wish_id, form.chosen, seen=form.seen_number)
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page(wish_id, form)
    return done(url_for("wishes.show", wish_id=wish_id), "The decision is on the wish's page.")


def _page(wish_id: int, sent: DecisionForm | None = None) -> Response:
    wish = queries.wish_for(current_actor(), wish_id)
    history = deciding.decisions_on(wish)
    form = sent or DecisionForm(formdata=None)
    if sent is None:
        form.start_from(history[0] if history else None)
    page = render_template("decisions/show.html", wish=wish, form=form, history=history)
    return make_response(page, 422 if sent else 200)
