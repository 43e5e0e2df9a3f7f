"""Quotes as support writes them."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.blueprints.quotes import quote_page
from portal.clock import now
from portal.errors import Invalid
from portal.policy.quotes import SUBJECT_LABELS, QuoteSubject, usual_last_day
from portal.quotes import drafting
from portal.quotes.forms import DecisionForm, DraftForm, ReasonForm
from portal.quotes.queries import quote_for
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("quote_drafts", __name__)


@blueprint.get("/quotes/<int:quote_id>/draft")
@requires("quote:draft")
def edit(quote_id: int) -> Response:
    """The next version: the draft there is, else what was sent last."""
    quote, form = quote_for(current_actor(), quote_id), DraftForm(formdata=None)
    earlier = quote.draft or quote.standing
    if earlier:
        form.fill(earlier)
    form.last_day.data = quote.draft.last_day if quote.draft else usual_last_day(now())
    return _drafting(quote_id, form, 200)


@blueprint.post("/quotes/<int:quote_id>/draft")
@requires("quote:draft")
def update(quote_id: int) -> Response:
    """Keep the draft; with `more`, give room for more lines and keep everything typed."""
    form = DraftForm()
    if "more" in request.form:
        return _drafting(quote_id, form, 200)
    if not form.is_sound():
        return _drafting(quote_id, form, 422)
    try:
        drafting.save_draft(
            current_actor(), quote_id, lines=form.offered(), words=form.words.data or "",
            terms=form.terms.data or "", last_day=form.day,
        )  # fmt: skip
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _drafting(quote_id, form, 422)
    return done(
        url_for("quotes.show", quote_id=quote_id), "The draft is kept. The customer does not see it yet."
    )


@blueprint.post("/quotes/<int:quote_id>/sending")
@requires("quote:send")
def send(quote_id: int) -> Response:
    """Send the draft that was read."""
    drafting.send_quote(current_actor(), quote_id, number=DecisionForm().number)
    return done(url_for("quotes.show", quote_id=quote_id), "The quote was sent.")


@blueprint.post("/quotes/<int:quote_id>/refusal")
@requires("quote:send")
def refuse(quote_id: int) -> Response:
    """Say that no price can be named."""
    form = ReasonForm()
    if not form.validate():
        return quote_page(quote_id, refusing=form, status=422)
    drafting.refuse_quote(current_actor(), quote_id, reason=form.reason.data or "")
    return done(url_for("quotes.show", quote_id=quote_id), "The customer is told that no price can be named.")


def _drafting(quote_id: int, form: DraftForm, status: int) -> Response:
    form.more_rows()
    quote = quote_for(current_actor(), quote_id)
    label = SUBJECT_LABELS[QuoteSubject(quote.subject)]
    return make_response(render_template("quotes/draft.html", quote=quote, form=form, label=label), status)
