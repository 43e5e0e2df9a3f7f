"""Planning rounds: the wish list kept as it stood when a release was planned."""

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.errors import Invalid
from portal.web.access import requires, resolves
from portal.web.csv_files import csv_answer
from portal.web.htmx import done
from portal.web.signed_in import current_actor
from portal.wishlist import planning
from portal.wishlist.forms_decisions import RoundForm

blueprint = Blueprint("planning", __name__)
resolves("round_id", planning.round_scope)


@blueprint.get("/staff/planning")
@requires("wish:evaluate")
def index() -> Response:
    """Every planning round, the latest first, and for managers the form of a new one."""
    return _index(RoundForm(formdata=None))


@blueprint.post("/staff/planning")
@requires("wish:decide")
def create() -> Response:
    """Take a planning round for a release."""
    form = RoundForm()
    if not form.validate_on_submit():
        return _index(form)
    try:
        taken = planning.take_round(
            current_actor(), release=form.release.data or "", note=form.note.data or "", form_key=form.key
        )
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _index(form)
    return done(
        url_for("planning.show", round_id=taken.id),
        f"The round for {taken.release} is taken and stays as it is.",
    )


@blueprint.get("/staff/planning/<int:round_id>")
@requires("wish:evaluate")
def show(round_id: int) -> str:
    """A round in the order of rank, beside the round before."""
    taken = planning.round_for(current_actor(), round_id)
    before = planning.round_before(taken)
    lines = planning.compared(planning.lines_of(taken), planning.lines_of(before) if before else ())
    return render_template("planning/show.html", taken=taken, before=before, lines=lines)


@blueprint.get("/staff/planning/<int:round_id>.csv")
@requires("wish:evaluate")
def export(round_id: int) -> Response:
    """The same as a CSV file."""
    taken = planning.round_for(current_actor(), round_id)
    before = planning.round_before(taken)
    lines = planning.compared(planning.lines_of(taken), planning.lines_of(before) if before else ())
    return csv_answer(f"Planning round {taken.release}.csv", planning.HEADER, planning.csv_rows(lines))


def _index(form: RoundForm) -> Response:
    page = render_template("planning/index.html", rounds=planning.rounds(), form=form)
    return make_response(page, 422 if form.is_submitted() else 200)
