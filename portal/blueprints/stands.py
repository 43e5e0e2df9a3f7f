"""Saying how useful a wish is, for one's organisation, and following what becomes of it."""

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.blueprints.wishes import wish_page
from portal.errors import Invalid
from portal.web.access import requires
from portal.web.htmx import done, wants_fragment
from portal.web.signed_in import current_actor
from portal.wishlist import following, queries, stands
from portal.wishlist.forms import StandForm
from portal.wishlist.models import Wish
from portal.wishlist.standing import standings

blueprint = Blueprint("stands", __name__)


@blueprint.post("/wishes/<int:wish_id>/stand")
@requires("wish:stand")
def take(wish_id: int) -> Response:
    """Say how useful a wish is, or take that back with `stand=none` (WISH-2)."""
    form, actor = StandForm(), current_actor()
    form.organisation_id.offer(queries.customers_to_speak_for(actor), "Choose a customer")
    if not form.validate_on_submit():
        return make_response(wish_page(queries.wish_for(actor, wish_id), form), 422)
    try:
        wish = _take(wish_id, form)
    except Invalid as problem:
        form.show_problems(problem.fields)
        return make_response(wish_page(queries.wish_for(actor, wish_id), form), 422)
    if wants_fragment():
        standing = standings(actor, [wish])[wish.id]
        return make_response(render_template("wishes/_stand.html", wish=wish, standing=standing))
    said = "That counts for your organisation." if form.chosen else "Taken back."
    return done(url_for("wishes.show", wish_id=wish_id), said)


@blueprint.post("/wishes/<int:wish_id>/organisation-stand")
@requires("wish:choose")
def choose(wish_id: int) -> Response:
    """Set an organisation's stand over its members', or leave it to them again with `stand=none` (WISH-2)."""
    form, actor = StandForm(), current_actor()
    form.organisation_id.offer(queries.customers_to_speak_for(actor), "Choose an organisation")
    if not form.validate_on_submit() or form.organisation_id.data is None:
        return make_response(wish_page(queries.wish_for(actor, wish_id), form), 422)
    stands.choose_stand(actor, wish_id, form.organisation_id.data, form.chosen)
    told = "Your organisation's answer is set." if form.chosen else "Your members' answers count again."
    return done(url_for("wishes.show", wish_id=wish_id), told)


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


def _take(wish_id: int, form: StandForm) -> Wish:
    actor, customer = current_actor(), form.organisation_id.data
    if customer is None and actor.is_staff and not queries.customer_ids(actor):
        raise Invalid(organisation_id="Choose the customer in whose name you speak.")
    note = form.note.data or ""
    return stands.take_stand(actor, wish_id, form.chosen, organisation_id=customer, note=note)
