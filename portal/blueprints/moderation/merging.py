"""Making two wishes one, and taking them apart again."""

from flask import Response, url_for

from portal.blueprints.moderation import blueprint
from portal.errors import Invalid, NotFound
from portal.web.access import requires
from portal.web.htmx import done, page_or_fragment, wants_fragment
from portal.web.signed_in import current_actor
from portal.wishlist import merging, queries
from portal.wishlist.forms_moderation import MergeForm
from portal.wishlist.models import Wish
from portal.wishlist.similar import similar_wishes


@blueprint.get("/staff/wishes/<int:wish_id>/merge")
@requires("wish:moderate")
def choose(wish_id: int) -> Response:
    """Which wishes ask for something similar, what was merged, and the form; for htmx the similar ones alone."""
    return _page(wish_id, MergeForm(formdata=None), 200)


@blueprint.post("/staff/wishes/<int:wish_id>/merge")
@requires("wish:moderate")
def merge(wish_id: int) -> Response:
    """Make the wish part of another."""
    form = MergeForm()
    if not form.validate_on_submit():
        return _page(wish_id, form, 422)
    try:
        into = _merged(wish_id, form)
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page(wish_id, form, 422)
    return done(url_for("moderation.show", wish_id=into.id), f"It is part of “{into.title}” now.")


@blueprint.post("/staff/wishes/<int:wish_id>/separation")
@requires("wish:moderate")
def unmerge(wish_id: int) -> Response:
    """Take the merged wish out again."""
    wish = merging.unmerge_wish(current_actor(), wish_id)
    return done(url_for("moderation.show", wish_id=wish.id), f"“{wish.title}” stands alone again.")


def _merged(wish_id: int, form: MergeForm) -> Wish:
    if form.into_id is None:
        raise Invalid(into="Write the number of a wish, or the address of its page.")
    try:
        return merging.merge_wishes(current_actor(), wish_id, form.into_id, reason=form.reason.data or "")
    except NotFound:
        raise Invalid(into="There is no such wish.") from None


def _page(wish_id: int, form: MergeForm, status: int) -> Response:
    actor = current_actor()
    wish = queries.wish_for(actor, wish_id)
    similar = similar_wishes(actor, wish.title, but=wish.id) if wish.state in merging.MERGEABLE else []
    return page_or_fragment(
        "moderation/merge.html", "moderation/_similar.html", status=status, wish=wish, form=form, similar=similar,
        merges=[] if wants_fragment() else merging.merges_of(actor, wish), can_merge=wish.state in merging.MERGEABLE,
    )  # fmt: skip
