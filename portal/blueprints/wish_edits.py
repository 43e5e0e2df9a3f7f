"""Changing one's own wish: at once before it is published, held for a moderator afterwards (WISH-1)."""

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.errors import Invalid
from portal.policy.wishes import WishState
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor
from portal.wishlist import discussion, versions
from portal.wishlist.forms_moderation import TextsForm
from portal.wishlist.models import Wish

blueprint = Blueprint("wish_edits", __name__)


@blueprint.get("/wishes/<int:wish_id>/edit")
@requires("wish:add")
def edit(wish_id: int) -> Response:
    """One's own wish to change, with what a moderator asked."""
    wish = versions.own_wish(current_actor(), wish_id)
    told = versions.wordings(current_actor(), wish)
    form = TextsForm(formdata=None)
    form.start_from(versions.texts_of(told.held or told.original or wish), told.mark)
    return _page(wish, told, form, 200)


@blueprint.post("/wishes/<int:wish_id>/edit")
@requires("wish:add")
def update(wish_id: int) -> Response:
    """Take the change, or hold it for a moderator."""
    wish = versions.own_wish(current_actor(), wish_id)
    form = TextsForm()
    if not form.validate_on_submit():
        return _page(wish, versions.wordings(current_actor(), wish), form, 422)
    try:
        changed = versions.edit_wish(current_actor(), wish_id, form.texts, seen=form.seen_mark)
    except Invalid as problem:
        form.show_problems(problem.fields)
        told = versions.wordings(current_actor(), wish)
        form.seen.data = str(told.mark)
        return _page(wish, told, form, 422)
    return done(url_for("wishes.show", wish_id=wish_id), _told(changed))


def _page(wish: Wish, told: versions.Wordings, form: TextsForm, status: int) -> Response:
    asked = discussion.open_question(current_actor(), wish) if wish.state == WishState.ASKED_BACK else None
    page = render_template("wishes/edit.html", wish=wish, wordings=told, form=form, question=asked)
    return make_response(page, status)


def _told(wish: Wish) -> str:
    if wish.state == WishState.PUBLISHED:
        return "A moderator reads your change before others see it."
    return "Your wish is changed. A moderator reads it next."
