"""Publishing, declining and hiding comments."""

from flask import Response, make_response, render_template, url_for

from portal.blueprints.moderation import blueprint
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor
from portal.wishlist import comments, discussion
from portal.wishlist.forms_moderation import ReasonForm
from portal.wishlist.models_moderation import WishComment


@blueprint.get("/staff/wish-comments/<int:comment_id>")
@requires("wish:moderate")
def show_comment(comment_id: int) -> Response:
    """One comment with what a moderator can do with it in its state."""
    return _page(comment_id, ReasonForm(formdata=None), 200)


@blueprint.post("/staff/wish-comments/<int:comment_id>/publication")
@requires("wish:moderate")
def publish_comment(comment_id: int) -> Response:
    """Show the comment on the wish's page."""
    return _done(comments.publish_comment(current_actor(), comment_id), "The comment is shown.")


@blueprint.post("/staff/wish-comments/<int:comment_id>/rejection")
@requires("wish:moderate")
def decline_comment(comment_id: int) -> Response:
    """Do not show the comment; its author is told why."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(comment_id, form, 422)
    comment = comments.decline_comment(current_actor(), comment_id, reason=form.reason.data or "")
    return _done(comment, "The comment is declined, and its author is told why.")


@blueprint.post("/staff/wish-comments/<int:comment_id>/hiding")
@requires("wish:moderate")
def hide_comment(comment_id: int) -> Response:
    """Show the comment no more; its author is told why."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(comment_id, form, 422)
    comment = comments.hide_comment(current_actor(), comment_id, reason=form.reason.data or "")
    return _done(comment, "The comment is not shown any more, and its author is told why.")


def _page(comment_id: int, form: ReasonForm, status: int) -> Response:
    comment = discussion.comment_for(current_actor(), comment_id)
    return make_response(render_template("moderation/comment.html", comment=comment, form=form), status)


def _done(comment: WishComment, message: str) -> Response:
    return done(url_for("moderation.show_comment", comment_id=comment.id), message)
