"""Reading quotes: every reading starts from what the actor may see."""

from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts.actor import Actor, Scope
from portal.accounts.permissions import PERMISSIONS
from portal.db import db
from portal.errors import NotFound
from portal.paging import Page, page_of
from portal.quotes.models import Quote, QuoteMessage, QuoteVersion
from portal.tickets.models import Message, Ticket
from portal.tickets.queries import visible_messages

MOST_MESSAGES = 200


def visible_quotes(actor: Actor) -> Select[Quote]:
    """The quotes `actor` may know of: all for staff who handle them, those of their events for customers."""
    quotes = select(Quote)
    if actor.is_system or actor.staff_roles & PERMISSIONS["quote:read"]:
        return quotes
    return quotes.where(
        or_(Quote.organisation_id.in_(actor.organisation_ids), Quote.event_id.in_(actor.contact_event_ids))
    )


def quote_scope(actor: Actor, quote_id: int) -> Scope | None:
    """Where a quote belongs; None when the actor may not know of it."""
    found = db.session.scalar(visible_quotes(actor).where(Quote.id == quote_id))
    return found.scope if found else None


def quote_for(actor: Actor, quote_id: int) -> Quote:
    """A quote with its versions and people. Raises NotFound when the actor may not know of it."""
    return _found(db.session.scalar(visible_quotes(actor).where(Quote.id == quote_id).options(*_WHOLE)))


def locked_quote(actor: Actor, quote_id: int) -> Quote:
    """A quote as it is now, held until the transaction closes. Raises NotFound when it cannot be seen."""
    held = visible_quotes(actor).where(Quote.id == quote_id).with_for_update(key_share=True)
    _found(db.session.scalar(held))
    return quote_for(actor, quote_id)


def quotes_page(
    actor: Actor, *, state: str | None = None, event_id: int | None = None, cursor: str | None = None
) -> Page[Quote]:
    """A page of quotes, newest first, with what each costs."""
    quotes = visible_quotes(actor).options(
        joinedload(Quote.event), joinedload(Quote.organisation), selectinload(Quote.versions)
    )
    if state is not None:
        quotes = quotes.where(Quote.state == state)
    if event_id is not None:
        quotes = quotes.where(Quote.event_id == event_id)
    return page_of(quotes, [Quote.id], cursor, descending=True)


def messages_of(quote: Quote) -> list[QuoteMessage]:
    """The newest questions and answers about a quote already found to be visible, oldest first."""
    mine = select(QuoteMessage).where(QuoteMessage.quote_id == quote.id)
    newest = mine.options(joinedload(QuoteMessage.author)).order_by(QuoteMessage.id.desc())
    return list(reversed(db.session.scalars(newest.limit(MOST_MESSAGES)).all()))


def first_words(actor: Actor, ticket: Ticket) -> str:
    """What a ticket that `actor` may read began with."""
    first = visible_messages(actor, ticket).with_only_columns(Message.body).order_by(Message.id)
    return db.session.scalar(first.limit(1)) or ""


@dataclass(frozen=True)
class Conversion:
    """How many quotes there are of each fate, and what was accepted, in integer cents by currency."""

    by_state: dict[str, int]
    accepted_cents: dict[str, int]

    @property
    def answered(self) -> int:
        """How many were sent and came to an end."""
        return sum(self.by_state.get(state, 0) for state in ("accepted", "declined", "expired"))

    @property
    def accepted_percent(self) -> int | None:
        """How many of those were accepted, in per cent; None while there are none."""
        return round(100 * self.by_state.get("accepted", 0) / self.answered) if self.answered else None


def conversion(actor: Actor) -> Conversion:
    """The figures of the quotes that `actor` may know of."""
    visible = visible_quotes(actor).with_only_columns(Quote.id, Quote.state, Quote.current).subquery()
    standing = (QuoteVersion.quote_id == visible.c.id) & (QuoteVersion.number == visible.c.current)
    counted = (
        select(visible.c.state, QuoteVersion.currency, func.count(), func.sum(QuoteVersion.total_cents))
        .select_from(visible)
        .outerjoin(QuoteVersion, standing)
        .group_by(visible.c.state, QuoteVersion.currency)
    )
    by_state: dict[str, int] = {}
    accepted: dict[str, int] = {}
    for state, currency, quotes, cents in db.session.execute(counted):
        by_state[state] = by_state.get(state, 0) + quotes
        if state == "accepted" and currency:
            accepted[currency] = int(cents or 0)
    return Conversion(by_state, accepted)


def _found(quote: Quote | None) -> Quote:
    if quote is None:
        raise NotFound
    return quote


_WHOLE = (
    joinedload(Quote.event), joinedload(Quote.organisation), joinedload(Quote.asked_by), joinedload(Quote.ticket),
    joinedload(Quote.decided_by), joinedload(Quote.order),
    selectinload(Quote.versions).options(
        joinedload(QuoteVersion.drafted_by), joinedload(QuoteVersion.sent_by)
    ),
)  # fmt: skip
