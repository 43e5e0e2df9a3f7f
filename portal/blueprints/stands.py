"""Saying how useful a wish is, for one's organisation or in a customer's name, and following what becomes of it."""

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.blueprints.wishes import wish_page
from portal.web.access import requires
from portal.web.htmx import done, wants_fragment
from portal.web.signed_in import current_actor
from portal.wishlist import following, queries, stands
from portal.wishlist.forms import CustomerStandForm, StandForm
from portal.wishlist.forms_decisions import PartForm
from portal.wishlist.standing import customers_standing, standings

blueprint = Blueprint("stands", __name__)


@blueprint.post("/wishes/<int:wish_id>/stand")
@requires("wish:stand")
def take(wish_id: int) -> Response:
    """Say how useful a wish is to one's organisations, or take that back with `stand=none` (WISH-2)."""
    form, actor = StandForm(), current_actor()
    if not form.validate_on_submit():
        return make_response(wish_page(queries.wish_for(actor, wish_id), form), 422)
    wish = stands.take_stand(actor, wish_id, form.chosen)
    if wants_fragment():
        standing = standings(actor, [wish])[wish.id]
        return make_response(render_template("wishes/_stand.html", wish=wish, standing=standing))
    said = "That counts for your organisation." if form.chosen else "Taken back."
    return done(url_for("wishes.show", wish_id=wish_id), said)


@blueprint.post("/wishes/<int:wish_id>/organisation-stand")
@requires("wish:choose")
def choose(wish_id: int) -> Response:
    """Set an organisation's stand over its members', or leave it to them again with `stand=none` (WISH-2)."""
    form, actor = CustomerStandForm(), current_actor()
    form.organisation_id.offer(queries.customers_to_speak_for(actor), "Choose an organisation")
    if not form.validate_on_submit() or form.organisation_id.data is None:
        return make_response(wish_page(queries.wish_for(actor, wish_id), form), 422)
    stands.choose_stand(actor, wish_id, form.organisation_id.data, form.chosen)
    told = "Your organisation's answer is set." if form.chosen else "Your members' answers count again."
    return done(url_for("wishes.show", wish_id=wish_id), told)


@blueprint.route("/staff/wishes/<int:wish_id>/customers", methods=["GET", "POST"])
@requires("wish:evaluate")
def customers(wish_id: int) -> Response:
    """Where each customer stands; an answer in the name of one who told staff so (WISH-2)."""
    form, actor = _speaking(), current_actor()
    if not form.validate_on_submit():
        return _customers_page(wish_id, form)
    note = form.note.data or ""
    stands.take_stand(actor, wish_id, form.chosen, organisation_id=form.organisation_id.data, note=note)
    told = "The customer's answer counts." if form.chosen else "Your answer for them is taken back."
    return done(url_for("stands.customers", wish_id=wish_id), told)


@blueprint.post("/staff/wishes/<int:wish_id>/part")
@requires("wish:moderate")
def set_part(wish_id: int) -> Response:
    """Say which licensed part the wish concerns, and so which customers it is counted among (WISH-2)."""
    form = PartForm()
    if not form.validate_on_submit():
        return _customers_page(wish_id, _speaking(), part=form)
    stands.set_part(current_actor(), wish_id, form.chosen, seen=form.seen.data or "")
    return done(url_for("stands.customers", wish_id=wish_id), "Counted anew among the customers it concerns.")


@blueprint.post("/wishes/<int:wish_id>/following")
@requires("wish:read")
def follow(wish_id: int) -> Response:
    """Follow the wish: hear by mail what management decides."""
    following.follow_wish(current_actor(), wish_id)
    return done(url_for("wishes.show", wish_id=wish_id), "You follow this wish.")


@blueprint.post("/wishes/<int:wish_id>/unfollowing")
@requires("wish:read")
def unfollow(wish_id: int) -> Response:
    """Follow the wish no more."""
    following.unfollow_wish(current_actor(), wish_id)
    return done(url_for("wishes.show", wish_id=wish_id), "You no longer follow this wish.")


def _speaking() -> CustomerStandForm:
    form = CustomerStandForm()
    form.organisation_id.offer(queries.customers_to_speak_for(current_actor()), "Choose a customer")
    return form


def _customers_page(wish_id: int, form: CustomerStandForm, part: PartForm | None = None) -> Response:
    wish = queries.wish_for(current_actor(), wish_id)
    part_form = part or PartForm(formdata=None, module=wish.module or "", seen=wish.module or "")
    found = customers_standing(current_actor(), wish)
    page = render_template(
        "wishes/customers.html", wish=wish, customers=found, form=part or form, speaking=form, part=part_form
    )
    return make_response(page, 422 if form.is_submitted() else 200)
