"""Quotes as customers see them: asking, reading, deciding, talking about one."""

from io import BytesIO
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, send_file, url_for

from portal.errors import Invalid, NotFound
from portal.events.queries import event_for
from portal.policy.quotes import SUBJECT_LABELS, QuoteSubject, quote_rule
from portal.quotes import queries, service
from portal.quotes.forms import AcceptForm, MessageForm, QuoteForm, ReasonForm
from portal.quotes.lines import lines_of
from portal.quotes.models import STATES, Quote, QuoteVersion
from portal.quotes.sheet import sheet_of
from portal.tickets.queries import ticket_for
from portal.web.access import HIGHEST_KEY, requires, resolves
from portal.web.htmx import done
from portal.web.paging import addressed
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor

blueprint = Blueprint("quotes", __name__)
resolves("quote_id", queries.quote_scope)
often_enough = limiter.shared_limit("60 per hour", scope="quote-writes", key_func=by_person)


@blueprint.get("/quotes")
@requires("quote:read")
def index() -> str:
    """Quotes, newest first; in one state with `?state=`, of one event with `?event=`."""
    actor, asked = current_actor(), request.args.get("state")
    state = asked if asked in STATES else None
    event_id = request.args.get("event", type=int)
    event = event_for(actor, event_id) if event_id is not None and 0 < event_id <= HIGHEST_KEY else None
    page = queries.quotes_page(
        actor, state=state, event_id=event.id if event else None, cursor=request.args.get("cursor")
    )
    figures = queries.conversion(actor)
    return render_template(
        "quotes/index.html", page=addressed(page), state=state, event=event, figures=figures
    )


@blueprint.get("/events/<int:event_id>/quotes/new")
@requires("quote:ask")
def new(event_id: int) -> Response:
    """The form, with what is known already: `?subject=`, or `?ticket=` with what was written there."""
    form = QuoteForm(formdata=None)
    topic = request.args.get("subject", "")
    form.subject.data = topic if topic in set(QuoteSubject) else ""
    _fill_from_ticket(form, event_id)
    return _asking(event_id, form, 200)


@blueprint.post("/events/<int:event_id>/quotes/carried")
@requires("quote:ask")
def carry(event_id: int) -> Response:
    """The form with what was typed into a ticket: nothing is written until it is sent from here."""
    form = QuoteForm(formdata=None)
    topic = request.form.get("topic", "")
    form.subject.data = topic if topic in set(QuoteSubject) else ""
    form.title.data, form.asked_for.data = request.form.get("subject", ""), request.form.get("body", "")
    return _asking(event_id, form, 200)


@blueprint.post("/events/<int:event_id>/quotes/new")
@requires("quote:ask")
@often_enough
def create(event_id: int) -> Response:
    """Ask for the price."""
    form = QuoteForm()
    if not form.validate():
        return _asking(event_id, form, 422)
    try:
        quote = service.ask_for_quote(
            current_actor(), event_id, subject=form.subject.data, title=form.title.data or "",
            asked_for=form.asked_for.data or "", ticket_id=form.ticket_id, form_key=form.key,
        )  # fmt: skip
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _asking(event_id, form, 422)
    return done(url_for("quotes.show", quote_id=quote.id), "Support has your request for a price.")


@blueprint.get("/quotes/<int:quote_id>")
@requires("quote:read")
def show(quote_id: int) -> Response:
    """A quote: the version that stands, what can be decided, what was said about it."""
    return quote_page(quote_id)


@blueprint.get("/quotes/<int:quote_id>/versions/<int:number>")
@requires("quote:read")
def version(quote_id: int, number: int) -> str:
    """One version, as it was sent."""
    quote, found = _version(quote_id, number)
    return render_template("quotes/version.html", quote=quote, version=found, lines=lines_of(found))


@blueprint.get("/quotes/<int:quote_id>/versions/<int:number>/quote.pdf")
@requires("quote:read")
def download(quote_id: int, number: int) -> Response:
    """One version as a PDF file."""
    name, content = sheet_of(*_version(quote_id, number))
    answer = send_file(BytesIO(content), "application/pdf", as_attachment=True, download_name=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/quotes/<int:quote_id>/acceptance")
@requires("quote:accept")
def accept(quote_id: int) -> Response:
    """Accept the version that was read: one order."""
    form = AcceptForm()
    if not form.validate():
        return quote_page(quote_id, accepting=form, status=422)
    quote = service.accept_quote(
        current_actor(), quote_id, version=form.number, purchase_order=form.purchase_order.data or ""
    )
    return done(
        url_for("orders.show", order_id=quote.order_id), f"Quote {quote.reference} is accepted and ordered."
    )


@blueprint.post("/quotes/<int:quote_id>/declination")
@requires("quote:decline")
def decline(quote_id: int) -> Response:
    """Say no, with a reason."""
    form = ReasonForm()
    if not form.validate():
        return quote_page(quote_id, declining=form, status=422)
    service.decline_quote(current_actor(), quote_id, version=form.number, reason=form.reason.data or "")
    return done(url_for("quotes.show", quote_id=quote_id), "The quote is declined.")


@blueprint.post("/quotes/<int:quote_id>/withdrawal")
@requires("quote:withdraw")
def withdraw(quote_id: int) -> Response:
    """Take the request back."""
    service.withdraw_quote(current_actor(), quote_id)
    return done(url_for("quotes.show", quote_id=quote_id), "Your request is withdrawn.")


@blueprint.post("/quotes/<int:quote_id>/messages")
@requires("quote:write")
@often_enough
def write(quote_id: int) -> Response:
    """Ask or answer something about it."""
    form = MessageForm()
    if not form.validate():
        return quote_page(quote_id, writing=form, status=422)
    service.write_about_quote(current_actor(), quote_id, body=form.body.data or "", form_key=form.key)
    return done(url_for("quotes.show", quote_id=quote_id), "Your message was sent.")


def quote_page(
    quote_id: int, *, accepting: AcceptForm | None = None, declining: ReasonForm | None = None,
    writing: MessageForm | None = None, refusing: ReasonForm | None = None, status: int = 200,
) -> Response:  # fmt: skip
    """A quote's page, with the form that could not be taken, if any."""
    quote = queries.quote_for(current_actor(), quote_id)
    standing = quote.standing
    page = render_template(
        "quotes/show.html", quote=quote, standing=standing, lines=lines_of(standing) if standing else [],
        rule=_rule(quote), label=SUBJECT_LABELS[QuoteSubject(quote.subject)], messages=queries.messages_of(quote),
        accepting=accepting or AcceptForm(formdata=None), declining=declining or ReasonForm(formdata=None),
        writing=writing or MessageForm(formdata=None), refusing=refusing or ReasonForm(formdata=None),
        failed=accepting or declining or writing or refusing,
    )  # fmt: skip
    return make_response(page, status)


def _asking(event_id: int, form: QuoteForm, status: int) -> Response:
    actor = current_actor()
    ticket = ticket_for(actor, form.ticket_id) if form.ticket_id else None
    page = render_template("quotes/new.html", form=form, event=event_for(actor, event_id), ticket=ticket)
    return make_response(page, status)


def _fill_from_ticket(form: QuoteForm, event_id: int) -> None:
    asked = request.args.get("ticket", type=int)
    if asked is None or not 0 < asked <= HIGHEST_KEY:
        return
    ticket = ticket_for(current_actor(), asked)
    if ticket.event_id != event_id:
        raise NotFound
    form.ticket.data, form.title.data = str(ticket.id), ticket.subject
    form.asked_for.data = queries.first_words(current_actor(), ticket)
    form.subject.data = form.subject.data or (ticket.topic if ticket.topic in set(QuoteSubject) else "")


def _version(quote_id: int, number: int) -> tuple[Quote, QuoteVersion]:
    quote = queries.quote_for(current_actor(), quote_id)
    found: Any = next((each for each in quote.versions if each.number == number and each.sent_at), None)
    if found is None:
        raise NotFound
    return quote, found


def _rule(quote: Quote) -> str:
    return quote_rule(QuoteSubject(quote.subject))
