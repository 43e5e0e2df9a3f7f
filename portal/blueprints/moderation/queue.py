"""What waits for a moderator, and settling several of it at once."""

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, make_response, render_template, request, url_for

from portal.blueprints.moderation import blueprint
from portal.clock import now
from portal.errors import Invalid
from portal.policy.wording import counted
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.paging import addressed
from portal.web.signed_in import current_actor
from portal.wishlist import review_queue
from portal.wishlist.forms_moderation import SettleForm
from portal.wishlist.settling import Outcome, settle_reviews


@blueprint.get("/staff/wishes")
@requires("wish:moderate")
def index() -> Response:
    """What waits, the longest overdue first; `?view=` narrows it, or shows what customers do not see."""
    return _page(SettleForm(formdata=None), 200)


@blueprint.post("/staff/wishes/settlements")
@requires("wish:moderate")
def settle() -> Response:
    """Publish what was chosen, or decline it with one reason."""
    form = SettleForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        publish = form.action.data == "publish"
        told = settle_reviews(
            current_actor(), form.review_ids, publish=publish, reason=form.reason.data or ""
        )
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page(form, 422)
    return _told(told)


def _page(form: SettleForm, status: int) -> Response:
    actor, cursor = current_actor(), request.args.get("cursor")
    view = request.args.get("view", "all")
    view = view if view in review_queue.KINDS.keys() | review_queue.STATES.keys() else "all"
    page: Any
    if view in review_queue.STATES:
        page = review_queue.wishes_in(actor, review_queue.STATES[view], cursor)
    else:
        page = review_queue.reviews_page(actor, review_queue.KINDS[view], cursor)
    context = {"page": addressed(page), "view": view, "counts": review_queue.waiting_counts(actor)}
    return make_response(render_template("moderation/index.html", settling=form, at=now(), **context), status)


def _told(outcomes: Sequence[Outcome]) -> Response:
    kept = [f"“{each.title}” {each.problem}" for each in outcomes if each.problem]
    if kept:
        flash(f"Not settled: {'; '.join(kept)}.", "error")
    settled = sum(each.problem is None for each in outcomes)
    return done(url_for("moderation.index"), f"{counted(settled, 'thing')} settled." if settled else "")
