"""What support writes: drafts, the versions that are sent, a no, and what time brings."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.policy.quotes import REMINDER_DAYS, quote_ends
from portal.quotes import letters
from portal.quotes.lines import MOST_LINES, OfferedLine, write_lines
from portal.quotes.models import Quote, QuoteVersion
from portal.quotes.queries import locked_quote, quote_for
from portal.quotes.service import IN_WORDS, changed, decision, write_down

LONGEST = timedelta(days=366)
OPEN_TO_DRAFTS = ("asked", "sent", "declined", "expired")


@use_case
def save_draft(
    actor: Actor, quote_id: int, *, lines: Sequence[OfferedLine], words: str, terms: str, last_day: date
) -> QuoteVersion:
    """Write the next version of a quote, which the customer does not see yet; again until it is sent.

    Raises Invalid without lines or for a last day that is past, Conflict for a quote that is settled.
    """
    quote = locked_quote(actor, quote_id)
    actor.require("quote:draft", quote.scope)
    _check_open(quote)
    _check(lines, last_day)
    draft = quote.draft or _next_version(actor, quote)
    draft.words, draft.terms, draft.last_day = words, terms, last_day
    draft.drafted_by_id, draft.drafted_at = actor.id, now()
    write_lines(draft, lines)
    db.session.add(draft)
    db.session.flush()
    db.session.refresh(quote, ["versions"])
    write_down(actor, "quote.drafted", quote, draft=draft.number, draft_cents=draft.total_cents)
    return draft


@use_case
def send_quote(actor: Actor, quote_id: int, *, number: int) -> Quote:
    """Send the draft `number`: it stands from now on, in place of the version before.

    Raises Conflict when it was sent or written anew meanwhile, Invalid when its last day is past.
    """
    quote = locked_quote(actor, quote_id)
    actor.require("quote:send", quote.scope)
    draft = quote.draft
    if draft is None or draft.number != number or quote.state not in OPEN_TO_DRAFTS:
        raise Conflict("This version was sent already, or the quote is settled.")
    if draft.ends_at <= now():
        raise Invalid(last_day="The day until which it stands is past. Change it first.")
    before = {"state": quote.state, "version": quote.current}
    draft.sent_at, draft.sent_by_id = now(), actor.id
    quote.state, quote.current, quote.ends_at = "sent", draft.number, draft.ends_at
    quote.decided_at = quote.decided_by_id = quote.reminded_at = None
    quote.decision_reason = ""
    db.session.flush()
    write_down(actor, "quote.sent", quote, before=before)
    letters.tell_customer_of_price(quote)
    return quote


@use_case
def refuse_quote(actor: Actor, quote_id: int, *, reason: str) -> Quote:
    """Say that no price can be named, and why. Raises Conflict unless it waits for support."""
    quote = locked_quote(actor, quote_id)
    actor.require("quote:send", quote.scope)
    refused = {"state": "refused", "decision_reason": reason}
    if not changed(quote, Quote.state == "asked", refused | decision(actor)):
        raise Conflict(f"Quote {quote.reference} is {IN_WORDS[quote.state]} already.")
    write_down(actor, "quote.refused", quote, before={"state": "asked"})
    letters.tell_customer_of_refusal(quote)
    return quote


@use_case
def look_after_quotes(actor: Actor) -> int:
    """Remind once of quotes that are over soon, and end those that are; how many. For the portal itself."""
    actor.require("quote:send")
    soon = now() + timedelta(days=REMINDER_DAYS)
    waiting = select(Quote.id).where(Quote.state == "sent", Quote.ends_at <= soon).order_by(Quote.id)
    return sum(_look_after(actor, quote_id) for quote_id in db.session.scalars(waiting).all())


def _look_after(actor: Actor, quote_id: int) -> bool:
    quote = quote_for(actor, quote_id)
    over = (Quote.state == "sent") & (Quote.ends_at <= now())
    if changed(quote, over, {"state": "expired"} | decision(actor)):
        write_down(actor, "quote.expired", quote, before={"state": "sent"})
        letters.tell_of_end(quote)
        return True
    untold = (Quote.state == "sent") & Quote.reminded_at.is_(None)
    if changed(quote, untold, {"reminded_at": now()}):
        letters.remind_customer(quote)
        return True
    return False


def _next_version(actor: Actor, quote: Quote) -> QuoteVersion:
    number = max((each.number for each in quote.versions), default=0) + 1
    return QuoteVersion(
        quote_id=quote.id, number=number, drafted_by_id=actor.id, lines=[], net_cents=0, total_cents=0
    )


def _check_open(quote: Quote) -> None:
    if quote.state not in OPEN_TO_DRAFTS:
        raise Conflict(f"Quote {quote.reference} is {IN_WORDS[quote.state]} already.")


def _check(lines: Sequence[OfferedLine], last_day: date) -> None:
    if not 1 <= len(lines) <= MOST_LINES:
        raise Invalid(lines=f"Write 1 to {MOST_LINES} lines.")
    today = now().date()
    if last_day > today + LONGEST or quote_ends(last_day) <= now():
        raise Invalid(last_day="Choose a day that is not past, and within a year.")
