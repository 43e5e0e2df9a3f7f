"""Telling one's own case on a wish that is there already, instead of adding it again (WISH-1)."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.errors import Invalid
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor
from portal.wishlist import cases, queries
from portal.wishlist.forms_writing import CaseForm, WishForm, case_from

blueprint = Blueprint("wish_cases", __name__)


@blueprint.get("/wishes/<int:wish_id>/case")
@requires("wish:comment")
def new(wish_id: int) -> Response:
    """The form."""
    return _page(wish_id, CaseForm(formdata=None), 200)


@blueprint.post("/wishes/<int:wish_id>/case")
@requires("wish:comment")
def create(wish_id: int) -> Response:
    """Add the case. What comes from the form of a wish is carried over first, to be looked at: nothing is written yet."""
    if "title" in request.form:
        return _page(wish_id, _carried_over(), 200)
    form = CaseForm()
    _offer(form)
    if not form.validate_on_submit():
        return _page(wish_id, form, 422)
    try:
        cases.tell_case(
            current_actor(), wish_id, body=form.told, frequency=form.frequency.data or None,
            organisation_id=form.organisation_id.data, form_key=form.key, drops_draft=bool(form.begun.data),
        )  # fmt: skip
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page(wish_id, form, 422)
    told = "Thank you: the wish counts as useful to you. A moderator reads your case before others do."
    if current_actor().is_staff:
        told = "The case is on the page."
    return done(url_for("wishes.show", wish_id=wish_id), told)


def _carried_over() -> CaseForm:
    typed = WishForm()
    body = case_from((typed.problem.data or typed.title.data, typed.workaround.data))
    return CaseForm(
        formdata=None, body=body, affected=typed.affected.data, frequency=typed.frequency.data, begun="yes",
    )  # fmt: skip


def _offer(form: CaseForm) -> int:
    actor = current_actor()
    customers = queries.customers_to_speak_for(actor)
    form.organisation_id.offer(
        customers, "No customer: our own case" if actor.is_staff else "Choose one of yours"
    )
    return len(customers)


def _page(wish_id: int, form: CaseForm, status: int) -> Response:
    actor = current_actor()
    customers = _offer(form)
    page = render_template(
        "wishes/case.html",
        wish=queries.wish_for(actor, wish_id),
        form=form,
        chooses=actor.is_staff or customers > 1,
    )
    return make_response(page, status)
