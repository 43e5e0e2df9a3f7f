"""Asking for a price and what comes of it. What support writes is in `drafting`."""

from typing import Any

from sqlalchemy import ColumnElement, select, update

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Forbidden, Invalid, Link, Refused
from portal.events.queries import event_for
from portal.orders.models import Order
from portal.orders.placing import placed
from portal.policy.coverage import Topic
from portal.policy.quotes import QuoteSubject, may_be_quoted, quote_rule
from portal.quotes import letters
from portal.quotes.lines import ordered_lines
from portal.quotes.models import Quote, QuoteMessage, QuoteVersion
from portal.quotes.queries import locked_quote
from portal.tickets.queries import ticket_for

IN_WORDS = {
    "asked": "waiting for support", "sent": "waiting for the customer", "accepted": "accepted",
    "declined": "declined", "expired": "over", "refused": "refused", "withdrawn": "withdrawn",
}  # fmt: skip


@use_case
def ask_for_quote(
    actor: Actor, event_id: int, *, subject: str, title: str, asked_for: str, ticket_id: int | None = None,
    form_key: str,
) -> Quote:  # fmt: skip
    """Ask for the price of what support does not cover (OUT-1 to OUT-6). A repeated form gives the same one.

    Support asks on the customer's behalf from a ticket of the same event: whoever opened it has the quote
    then. Raises Refused for what has no price (OUT-2), NotFound, and Forbidden for support without a ticket.
    """
    event = event_for(actor, event_id)
    actor.require("quote:ask", event.scope)
    key = actor.own_key(form_key)
    if asked := db.session.scalar(select(Quote).where(Quote.form_key == key)):
        return asked
    _check_subject(subject)
    ticket = ticket_for(actor, ticket_id) if ticket_id is not None else None
    if ticket is not None and ticket.event_id != event_id:
        raise Invalid(title="That ticket belongs to another event.")
    on_behalf = not _is_customer(actor, event.organisation_id, event_id)
    if on_behalf and ticket is None:
        raise Forbidden("Support asks for a quote from a ticket, so that it is the customer's.")
    quote = Quote(
        organisation_id=event.organisation_id, event_id=event_id, ticket_id=ticket_id, subject=subject,
        title=" ".join(title.split()), asked_for=asked_for, form_key=key, policy_edition=edition_in_force().number,
        asked_by_id=ticket.opened_by_id if ticket and on_behalf else actor.id,
    )  # fmt: skip
    db.session.add(quote)
    db.session.flush()
    quote = locked_quote(actor, quote.id)
    write_down(actor, "quote.asked", quote)
    letters.tell_support_of_request(quote, actor.id)
    return quote


@use_case
def accept_quote(actor: Actor, quote_id: int, *, version: int, purchase_order: str = "") -> Quote:
    """Accept the version that was read, and order it: exactly one order, whoever clicks and how often.

    Accepting what was accepted gives the same quote. Raises Conflict when it is over, was decided
    otherwise, or another version has come since; Forbidden for who may not buy for the organisation.
    """
    quote = locked_quote(actor, quote_id)
    actor.require("quote:accept", quote.scope)
    if quote.state == "accepted" and quote.current == version:
        return quote
    standing = _standing_for(quote, version)
    order = placed(actor, _order(actor, quote, standing, purchase_order))
    decided = {"state": "accepted", "order_id": order.id, "purchase_order": purchase_order}
    if not changed(quote, offered(version), decided | decision(actor)):
        raise _overtaken(quote)
    write_down(actor, "quote.accepted", quote, before={"state": "sent"}, order=order.reference)
    letters.tell_support_of_decision(quote)
    return quote


@use_case
def decline_quote(actor: Actor, quote_id: int, *, version: int, reason: str) -> Quote:
    """Say no to the version that was read, with the reason. Raises Conflict as `accept_quote` does."""
    quote = locked_quote(actor, quote_id)
    actor.require("quote:decline", quote.scope)
    _standing_for(quote, version)
    decided = {"state": "declined", "decision_reason": reason}
    if not changed(quote, offered(version), decided | decision(actor)):
        raise _overtaken(quote)
    write_down(actor, "quote.declined", quote, before={"state": "sent"})
    letters.tell_support_of_decision(quote)
    return quote


@use_case
def withdraw_quote(actor: Actor, quote_id: int) -> Quote:
    """Take back a request before a price was sent. Raises Conflict when support has answered meanwhile."""
    quote = locked_quote(actor, quote_id)
    actor.require("quote:withdraw", quote.scope)
    if not changed(quote, Quote.state == "asked", {"state": "withdrawn"} | decision(actor)):
        raise _overtaken(quote)
    write_down(actor, "quote.withdrawn", quote, before={"state": "asked"})
    return quote


@use_case
def write_about_quote(actor: Actor, quote_id: int, *, body: str, form_key: str) -> QuoteMessage:
    """Ask or answer something about a quote. A repeated form gives the same message."""
    quote = locked_quote(actor, quote_id)
    actor.require("quote:write", quote.scope)
    key = actor.own_key(form_key)
    if sent := db.session.scalar(select(QuoteMessage).where(QuoteMessage.form_key == key)):
        return sent
    from_staff = not _is_customer(actor, quote.organisation_id, quote.event_id)
    message = QuoteMessage(
        quote_id=quote.id, author_id=actor.id, from_staff=from_staff, body=body, form_key=key
    )
    db.session.add(message)
    db.session.flush()
    record(actor, "quote.discussed", quote, after={"message": message.id}, scope=quote.scope)
    letters.pass_on(quote, message)
    return message


def write_down(
    actor: Actor, action: str, quote: Quote, before: dict[str, Any] | None = None, **more: Any
) -> None:
    """The audit row of a change of a quote."""
    standing = quote.standing
    facts: dict[str, Any] = {"state": quote.state, "title": quote.title, "version": quote.current}
    if standing:
        facts |= {"total_cents": standing.total_cents, "currency": standing.currency}
    if quote.decision_reason:
        facts["reason"] = quote.decision_reason
    record(actor, action, quote, before=before, after=facts | more, scope=quote.scope)


def changed(quote: Quote, condition: ColumnElement[bool], values: dict[str, Any]) -> bool:
    """Set `values` where the quote still is as `condition` says; whether it was."""
    change = update(Quote).where(Quote.id == quote.id, condition).values(**values).returning(Quote.id)
    found = db.session.execute(change.execution_options(synchronize_session=False)).first()
    db.session.refresh(quote)
    return found is not None


def offered(version: int) -> ColumnElement[bool]:
    """What makes one of several decisions win: the quote waits for the customer, with that version."""
    return (Quote.state == "sent") & (Quote.current == version) & (Quote.ends_at > now())


def decision(actor: Actor) -> dict[str, Any]:
    """Who decided, and when."""
    return {"decided_by_id": actor.person_id, "decided_at": now()}


def _check_subject(subject: str) -> None:
    if subject not in {*Topic, *QuoteSubject}:
        raise Invalid(subject="Choose what it is about.")
    verdict = may_be_quoted(subject)
    if not verdict:
        raise Refused(verdict)


def _standing_for(quote: Quote, version: int) -> QuoteVersion:
    standing = quote.standing
    if quote.state != "sent" or standing is None or standing.number != version or standing.ends_at <= now():
        raise _overtaken(quote)
    return standing


def _order(actor: Actor, quote: Quote, standing: QuoteVersion, purchase_order: str) -> Order:
    return Order(
        organisation_id=quote.organisation_id, event_id=quote.event_id, placed_by_id=actor.id,
        currency=standing.currency, total_cents=standing.total_cents, tax_cents=standing.tax_cents,
        tax_rate=standing.tax_rate, tax_name=standing.tax_name, tax_id=standing.tax_id, method="invoice",
        purchase_order=purchase_order, policy_edition=edition_in_force().number,
        lines=ordered_lines(standing, quote_rule(QuoteSubject(quote.subject))),
    )  # fmt: skip


def _overtaken(quote: Quote) -> Conflict:
    here = (Link("See the quote", "quotes.show", {"quote_id": quote.id}),)
    if quote.state == "sent" and quote.ends_at and quote.ends_at <= now():
        return Conflict(f"Quote {quote.reference} is over. Ask support to send it again.", links=here)
    if quote.state == "sent":
        return Conflict("Another version of this quote has been sent. Please read it first.", links=here)
    return Conflict(f"Quote {quote.reference} is {IN_WORDS[quote.state]} already.", links=here)


def _is_customer(actor: Actor, organisation_id: int, event_id: int) -> bool:
    return organisation_id in actor.organisation_ids or event_id in actor.contact_event_ids
