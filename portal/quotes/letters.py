"""Which mail a quote causes, and who gets it. These take part in the caller's transaction."""

from typing import Any

from portal.accounts.models import Person
from portal.accounts.permissions import Role
from portal.accounts.queries import staff_with
from portal.mail.post import post
from portal.quotes.models import Quote, QuoteMessage
from portal.roster.queries import organisers_of


def tell_support_of_request(quote: Quote, asker_id: int) -> None:
    """A price was asked for: to agents and managers, but whoever wrote it down."""
    for person in _support():
        if person.id != asker_id:
            _post(person, "quote_asked", f"quote-asked:{quote.id}", quote)


def tell_customer_of_price(quote: Quote) -> None:
    """A version was sent: to whoever asked and to those who can accept it."""
    for person in _customers(quote):
        _post(person, "quote_sent", f"quote-sent:{quote.id}:{quote.current}", quote, version=quote.standing)


def tell_customer_of_refusal(quote: Quote) -> None:
    """No price can be named: to whoever asked."""
    _post(quote.asked_by, "quote_refused", f"quote-refused:{quote.id}", quote)


def tell_support_of_decision(quote: Quote) -> None:
    """The customer accepted or declined: to agents and managers."""
    for person in _support():
        _post(
            person,
            "quote_decided",
            f"quote-decided:{quote.id}:{quote.current}",
            quote,
            version=quote.standing,
        )


def remind_customer(quote: Quote) -> None:
    """The quote is over soon."""
    for person in _customers(quote):
        _post(
            person,
            "quote_reminder",
            f"quote-reminder:{quote.id}:{quote.current}",
            quote,
            version=quote.standing,
        )


def tell_of_end(quote: Quote) -> None:
    """The quote is over: to the customer, and to whoever sent it."""
    standing = quote.standing
    told = {person.id: person for person in _customers(quote)}
    if standing and standing.sent_by:
        told[standing.sent_by.id] = standing.sent_by
    for person in told.values():
        _post(person, "quote_over", f"quote-over:{quote.id}:{quote.current}", quote)


def pass_on(quote: Quote, message: QuoteMessage) -> None:
    """What one side wrote goes to the other."""
    for person in _customers(quote) if message.from_staff else _support():
        if person.id != message.author_id:
            _post(person, "quote_message", f"quote-message:{message.id}", quote, message=message)


def _customers(quote: Quote) -> list[Person]:
    told = {person.id: person for person in organisers_of(quote.organisation_id)}
    return list((told | {quote.asked_by_id: quote.asked_by}).values())


def _support() -> list[Person]:
    told = {person.id: person for person in [*staff_with(Role.AGENT), *staff_with(Role.MANAGER)]}
    return list(told.values())


def _post(to: Person, template: str, cause: str, quote: Quote, **context: Any) -> None:
    post(to, template, cause=cause, permission="quote:read", scope=quote.scope, quote=quote, **context)
