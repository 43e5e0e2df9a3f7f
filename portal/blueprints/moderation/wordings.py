"""Rewording a wish beside what its author wrote, and settling its author's edits."""

from flask import Response, make_response, render_template, request, url_for

from portal.blueprints.moderation import blueprint
from portal.blueprints.moderation.wish_page import wish_page
from portal.errors import Invalid
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor
from portal.wishlist import queries, versions
from portal.wishlist.forms_moderation import EditReasonForm, TextsForm, key_of


@blueprint.get("/staff/wishes/<int:wish_id>/wording")
@requires("wish:moderate")
def edit_wording(wish_id: int) -> Response:
    """The wording that is shown, to change, beside the author's own."""
    wish = queries.wish_for(current_actor(), wish_id)
    form = TextsForm(formdata=None)
    form.start_from(versions.texts_of(wish), versions.wordings(current_actor(), wish).mark)
    return _page(wish_id, form, 200)


@blueprint.post("/staff/wishes/<int:wish_id>/wording")
@requires("wish:moderate")
def reword(wish_id: int) -> Response:
    """Show the moderators' wording; the author's stays as it was."""
    form = TextsForm()
    if not form.validate_on_submit():
        return _page(wish_id, form, 422)
    try:
        versions.reword_wish(current_actor(), wish_id, form.texts, seen=form.seen_mark)
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page(wish_id, form, 422)
    return done(
        url_for("moderation.show", wish_id=wish_id), "The new wording is shown; the author's is kept."
    )


@blueprint.post("/staff/wishes/<int:wish_id>/edit-acceptance")
@requires("wish:moderate")
def accept_edit(wish_id: int) -> Response:
    """Publish the edit that waits."""
    wish = versions.accept_edit(current_actor(), wish_id, key_of(request.form.get("version")) or 0)
    return done(url_for("moderation.show", wish_id=wish.id), "The edit is published.")


@blueprint.post("/staff/wishes/<int:wish_id>/edit-rejection")
@requires("wish:moderate")
def decline_edit(wish_id: int) -> Response:
    """Leave the wish as it is published, with a reason for its author."""
    form = EditReasonForm()
    if not form.validate_on_submit():
        return wish_page(wish_id, edit_declining=form)
    version = key_of(request.form.get("version")) or 0
    versions.decline_edit(current_actor(), wish_id, version, reason=form.reason.data or "")
    return done(
        url_for("moderation.show", wish_id=wish_id), "The edit is declined, and its author is told why."
    )


def _page(wish_id: int, form: TextsForm, status: int) -> Response:
    actor = current_actor()
    wish = queries.wish_for(actor, wish_id)
    told = versions.wordings(actor, wish)
    if status != 200:
        form.seen.data = str(told.mark)
    page = render_template("moderation/wording.html", wish=wish, form=form, wordings=told)
    return make_response(page, status)
