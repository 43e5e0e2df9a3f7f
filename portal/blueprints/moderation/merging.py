"""Making two wishes one, and taking them apart again."""

from flask import Response, url_for

from portal.blueprints.moderation import blueprint
from portal.blueprints.moderation.wish_page import wish_page
from portal.errors import Invalid, NotFound
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor
from portal.wishlist import merging
from portal.wishlist.forms_moderation import MergeForm


@blueprint.post("/staff/wishes/<int:wish_id>/merge")
@requires("wish:moderate")
def merge(wish_id: int) -> Response:
    """Make the wish part of another."""
    form = MergeForm()
    if not form.validate_on_submit():
        return wish_page(wish_id, merging=form)
    try:
        if form.into_id is None:
            raise Invalid(into="Write the number of a wish, or the address of its page.")
        into = merging.merge_wishes(current_actor(), wish_id, form.into_id, reason=form.reason.data or "")
    except NotFound:
        form.show_problems({"into": "There is no such wish."})
        return wish_page(wish_id, merging=form)
    except Invalid as problem:
        form.show_problems(problem.fields)
        return wish_page(wish_id, merging=form)
    return done(url_for("moderation.show", wish_id=into.id), f"It is part of “{into.title}” now.")


@blueprint.post("/staff/wishes/<int:wish_id>/separation")
@requires("wish:moderate")
def unmerge(wish_id: int) -> Response:
    """Take the merged wish out again."""
    wish = merging.unmerge_wish(current_actor(), wish_id)
    return done(url_for("moderation.show", wish_id=wish.id), f"“{wish.title}” stands alone again.")
