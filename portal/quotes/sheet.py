"""A version of a quote as a sheet to print: the words of its PDF file."""

from collections.abc import Iterator

from flask import current_app

from portal.config import Settings
from portal.documents.content import sellers_day, several_lines
from portal.documents.layout import Block, Layout, written_day
from portal.documents.pdf import printed
from portal.money import money
from portal.policy.quotes import QuoteSubject, quote_rule
from portal.quotes.lines import lines_of
from portal.quotes.models import Quote, QuoteVersion


def sheet_of(quote: Quote, version: QuoteVersion) -> tuple[str, bytes]:
    """The file's name and its content. The same version gives the same bytes."""
    made_at = version.sent_at or version.drafted_at
    return f"{quote.reference}-{version.number}.pdf", printed(_layout(quote, version), made_at)


def _layout(quote: Quote, version: QuoteVersion) -> Layout:
    settings: Settings = current_app.extensions["settings"]
    buyer = quote.organisation
    seller = (settings.seller_name, *several_lines(settings.seller_address, "|"))
    return Layout(
        title=f"Quote {quote.reference}, version {version.number}",
        parties=(Block("From", seller), Block("For", (buyer.name, *several_lines(buyer.billing_address)))),
        facts=tuple(_facts(quote, version)),
        rows=tuple(_rows(quote, version)),
        sums=tuple(_sums(version)),
        notes=tuple(
            Block(heading, several_lines(text))
            for heading, text in (("What it is about", version.words), ("Terms", version.terms))
            if text
        ),
    )


def _facts(quote: Quote, version: QuoteVersion) -> Iterator[tuple[str, str]]:
    yield "Date", written_day(sellers_day(version.sent_at or version.drafted_at))
    yield "Stands until", f"{written_day(version.last_day)}, US Eastern"
    yield "Event", quote.event.name
    yield "About", quote.title
    yield "Support policy", f"edition {quote.policy_edition}, rule {quote_rule(QuoteSubject(quote.subject))}"


def _rows(quote: Quote, version: QuoteVersion) -> Iterator[tuple[str, ...]]:
    for line in lines_of(version):
        amounts = (money(cents, version.currency) for cents in (line.unit_cents, line.total_cents))
        yield (line.description, f"{line.quantity:,}", *amounts)


def _sums(version: QuoteVersion) -> Iterator[tuple[str, str]]:
    if version.tax_rate:
        yield "Before tax", money(version.net_cents, version.currency)
        yield version.tax_name, money(version.tax_cents, version.currency)
    yield "Total", money(version.total_cents, version.currency)
