"""What staff think of a wish, and what management decides on it."""

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.errors import Invalid
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor
from portal.wishlist import deciding, evaluating, queries
from portal.wishlist.forms_decisions import DecisionForm, EvaluationForm

blueprint = Blueprint("decisions", __name__)


@blueprint.get("/staff/wishes/<int:wish_id>/decision")
@requires("wish:evaluate")
def show(wish_id: int) -> Response:
    """One wish as it is weighed: its figures, what staff think, what was decided, and the forms for both."""
    return _page(wish_id)


@blueprint.post("/staff/wishes/<int:wish_id>/decision")
@requires("wish:decide")
def decide(wish_id: int) -> Response:
    """Record what management decided (WISH-3)."""
    form = DecisionForm()
    if not form.validate_on_submit():
        return _page(wish_id, deciding_form=form)
    try:
        deciding.decide_wish(current_actor(), wish_id, form.chosen, seen=form.seen_number)
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page(wish_id, deciding_form=form)
    return done(url_for("wishes.show", wish_id=wish_id), "The decision is on the wish's page.")


@blueprint.post("/staff/wishes/<int:wish_id>/evaluation")
@requires("wish:evaluate")
def evaluate(wish_id: int) -> Response:
    """Write what one thinks of the wish, or change it."""
    form = EvaluationForm()
    if not form.validate_on_submit():
        return _page(wish_id, evaluation_form=form)
    evaluating.evaluate_wish(current_actor(), wish_id, form.marks, form.reasons)
    return done(url_for("decisions.show", wish_id=wish_id), "Your evaluation is kept. Only staff see it.")


@blueprint.post("/staff/wishes/<int:wish_id>/evaluation/withdrawal")
@requires("wish:evaluate")
def withdraw(wish_id: int) -> Response:
    """Take back what one thinks of the wish."""
    evaluating.withdraw_evaluation(current_actor(), wish_id)
    return done(url_for("decisions.show", wish_id=wish_id), "Your evaluation is taken back.")


def _page(
    wish_id: int, deciding_form: DecisionForm | None = None, evaluation_form: EvaluationForm | None = None
) -> Response:
    actor = current_actor()
    wish = queries.wish_for(actor, wish_id)
    history, evaluations = deciding.decisions_on(wish), evaluating.evaluations_of(actor, wish)
    own = next((each for each in evaluations if each.evaluator_id == actor.person_id), None)
    sent = deciding_form or evaluation_form
    if deciding_form is None:
        deciding_form = DecisionForm(formdata=None)
        deciding_form.start_from(history[0] if history else None)
    if evaluation_form is None:
        evaluation_form = EvaluationForm(formdata=None)
        evaluation_form.start_from(own)
    context = {"evaluations": evaluations, "means": evaluating.means_of(evaluations), "own": own}
    page = render_template(
        "decisions/show.html", wish=wish, form=sent, deciding=deciding_form, evaluating=evaluation_form,
        history=history, asked=evaluating.ASKED, **context,
    )  # fmt: skip
    return make_response(page, 422 if sent else 200)
