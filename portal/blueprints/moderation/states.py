"""Publishing, asking back, declining, hiding, locking and answering a wish."""

from flask import Response, url_for

from portal.blueprints.moderation import blueprint
from portal.blueprints.moderation.wish_page import wish_page
from portal.errors import Invalid
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor
from portal.wishlist import moderation
from portal.wishlist.forms import AnswerForm
from portal.wishlist.forms_moderation import HideForm, QuestionForm, ReasonForm
from portal.wishlist.models import Wish


@blueprint.get("/staff/wishes/<int:wish_id>")
@requires("wish:moderate")
def show(wish_id: int) -> Response:
    """One wish with what a moderator can do with it in its state."""
    return wish_page(wish_id)


@blueprint.post("/staff/wishes/<int:wish_id>/publication")
@requires("wish:moderate")
def publish(wish_id: int) -> Response:
    """Put the wish on the list."""
    wish = moderation.publish_wish(current_actor(), wish_id)
    return done(url_for("moderation.index"), f"“{wish.title}” is on the wish list.")


@blueprint.post("/staff/wishes/<int:wish_id>/questions")
@requires("wish:moderate")
def ask(wish_id: int) -> Response:
    """Ask the author, who answers by editing the wish."""
    form = QuestionForm()
    if not form.validate_on_submit():
        return wish_page(wish_id, asking=form)
    wish = moderation.ask_author(current_actor(), wish_id, question=form.question.data or "")
    return done(url_for("moderation.index"), f"The author of “{wish.title}” is asked.")


@blueprint.post("/staff/wishes/<int:wish_id>/rejection")
@requires("wish:moderate")
def decline(wish_id: int) -> Response:
    """Decline the wish with a reason, which its author receives."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return wish_page(wish_id, declining=form)
    wish = moderation.decline_wish(current_actor(), wish_id, reason=form.reason.data or "")
    return done(url_for("moderation.index"), f"“{wish.title}” is declined{_and_told(wish)}.")


@blueprint.post("/staff/wishes/<int:wish_id>/hiding")
@requires("wish:moderate")
def hide(wish_id: int) -> Response:
    """Take the wish from the list, with a reason."""
    form = HideForm()
    if not form.validate_on_submit():
        return wish_page(wish_id, hiding=form)
    wish = moderation.hide_wish(current_actor(), wish_id, reason=form.reason.data or "")
    return done(_to(wish), f"“{wish.title}” is not shown any more{_and_told(wish)}.")


@blueprint.post("/staff/wishes/<int:wish_id>/showing")
@requires("wish:moderate")
def show_again(wish_id: int) -> Response:
    """Put the hidden wish on the list again."""
    wish = moderation.show_wish(current_actor(), wish_id)
    return done(_to(wish), f"“{wish.title}” is on the wish list again.")


@blueprint.post("/staff/wishes/<int:wish_id>/lock")
@requires("wish:moderate")
def lock(wish_id: int) -> Response:
    """Close the wish to further stands and comments."""
    wish = moderation.lock_wish(current_actor(), wish_id)
    return done(_to(wish), f"“{wish.title}” takes no more answers and comments.")


@blueprint.post("/staff/wishes/<int:wish_id>/unlocking")
@requires("wish:moderate")
def unlock(wish_id: int) -> Response:
    """Open the wish to stands and comments again."""
    wish = moderation.unlock_wish(current_actor(), wish_id)
    return done(_to(wish), f"“{wish.title}” takes answers and comments again.")


@blueprint.post("/staff/wishes/<int:wish_id>/answer")
@requires("wish:moderate")
def answer(wish_id: int) -> Response:
    """Give the public answer, or replace it."""
    form = AnswerForm()
    if not form.validate_on_submit():
        return wish_page(wish_id, answering=form)
    try:
        moderation.answer_wish(
            current_actor(), wish_id, answer=form.answer.data or "", seen=form.seen.data or ""
        )
    except Invalid as problem:
        form.show_problems(problem.fields)
        return wish_page(wish_id, answering=form)
    return done(url_for("wishes.show", wish_id=wish_id), "The answer is on the wish's page.")


def _to(wish: Wish) -> str:
    return url_for("moderation.show", wish_id=wish.id)


def _and_told(wish: Wish) -> str:
    return ", and its author is told why" if wish.author_id else ""
