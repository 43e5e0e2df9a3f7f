"""Looking after the wish list: what waits for a moderator."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.errors import Invalid
from portal.policy.wishes import WishState
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.paging import addressed
from portal.web.signed_in import current_actor
from portal.wishlist import moderation, queries
from portal.wishlist.forms import AnswerForm, DeclineForm
from portal.wishlist.models import Wish
from portal.wishlist.similar import similar_wishes

blueprint = Blueprint("moderation", __name__)


@blueprint.get("/staff/wishes")
@requires("wish:moderate")
def index() -> str:
    """The wishes that wait, the longest waiting first."""
    page = queries.waiting_wishes_page(current_actor(), request.args.get("cursor"))
    return render_template("moderation/index.html", page=addressed(page))


@blueprint.get("/staff/wishes/<int:wish_id>")
@requires("wish:moderate")
def show(wish_id: int) -> Response:
    """One wish with what a moderator can do with it in its state."""
    return _page(wish_id)


@blueprint.post("/staff/wishes/<int:wish_id>/publication")
@requires("wish:moderate")
def publish(wish_id: int) -> Response:
    """Put the wish on the list."""
    wish = moderation.publish_wish(current_actor(), wish_id)
    return done(url_for("moderation.index"), f"“{wish.title}” is on the wish list.")


@blueprint.post("/staff/wishes/<int:wish_id>/rejection")
@requires("wish:moderate")
def decline(wish_id: int) -> Response:
    """Decline the wish with a reason, which its author receives."""
    form = DeclineForm()
    if not form.validate_on_submit():
        return _page(wish_id, declining=form)
    wish = moderation.decline_wish(current_actor(), wish_id, reason=form.reason.data or "")
    told = ", and its author is told why" if wish.author_id else ""
    return done(url_for("moderation.index"), f"“{wish.title}” is declined{told}.")


@blueprint.post("/staff/wishes/<int:wish_id>/answer")
@requires("wish:moderate")
def answer(wish_id: int) -> Response:
    """Give the public answer, or replace it."""
    form = AnswerForm()
    if not form.validate_on_submit():
        return _page(wish_id, answering=form)
    try:
        moderation.answer_wish(
            current_actor(), wish_id, answer=form.answer.data or "", seen=form.seen.data or ""
        )
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page(wish_id, answering=form)
    return done(url_for("wishes.show", wish_id=wish_id), "The answer is on the wish's page.")


def _page(wish_id: int, **sent: Any) -> Response:
    wish = queries.wish_for(current_actor(), wish_id)
    waits = wish.state == WishState.SUBMITTED
    similar = similar_wishes(current_actor(), wish.title, but=wish.id) if waits else []
    page = render_template(
        "moderation/show.html",
        wish=wish,
        similar=similar,
        form=next(iter(sent.values()), None),
        **_forms(wish, sent),
    )
    return make_response(page, 422 if sent else 200)


def _forms(wish: Wish, sent: dict[str, Any]) -> dict[str, Any]:
    answering = sent.get("answering") or AnswerForm(formdata=None, answer=wish.answer)
    answering.seen.data = moderation.answer_mark(wish)
    declining = sent.get("declining") or DeclineForm(formdata=None)
    return {"answering": answering, "declining": declining}
