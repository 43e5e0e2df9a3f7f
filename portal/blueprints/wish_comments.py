"""Reading and writing comments on a wish (WISH-1)."""

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.errors import Invalid
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor
from portal.wishlist import comments, discussion, queries
from portal.wishlist.forms_moderation import CommentForm

blueprint = Blueprint("wish_comments", __name__)


@blueprint.get("/wishes/<int:wish_id>/comments/new")
@requires("wish:comment")
def new(wish_id: int) -> Response:
    """A comment to write, below what others wrote."""
    return _page(wish_id, CommentForm(formdata=None), 200)


@blueprint.post("/wishes/<int:wish_id>/comments")
@requires("wish:comment")
def create(wish_id: int) -> Response:
    """Comment on the wish."""
    form = CommentForm()
    _offer(form)
    if not form.validate_on_submit():
        return _page(wish_id, form, 422)
    try:
        comment = comments.add_comment(
            current_actor(), wish_id, body=form.body.data or "", form_key=form.key,
            organisation_id=form.customer_id.data,
        )  # fmt: skip
    except Invalid as problem:
        form.show_problems({"customer_id": problem.message})
        return _page(wish_id, form, 422)
    waits = comment.state == "submitted"
    told = (
        "Thank you. A moderator reads your comment before others do."
        if waits
        else "Your answer is on the page."
    )
    return done(url_for("wishes.show", wish_id=comment.wish_id, _anchor="comments"), told)


def _offer(form: CommentForm) -> None:
    actor = current_actor()
    empty = "No customer: our own answer" if actor.is_staff else "Choose one of yours"
    form.offer(queries.customers_to_speak_for(actor), empty)


def _page(wish_id: int, form: CommentForm, status: int) -> Response:
    actor = current_actor()
    wish = queries.wish_for(actor, wish_id)
    _offer(form)
    shown = discussion.discussion(actor, wish)
    customers = len(form.customer_id.choices or []) - 1
    page = render_template(
        "wishes/comment.html", wish=wish, form=form, comments=shown, chooses=actor.is_staff or customers > 1
    )
    return make_response(page, status)
