"""How a document reads: the one source of the words on its page and in its PDF file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from portal.documents.content import Content, Party, content_of, sellers_day
from portal.documents.models import CREDIT_NOTE, INVOICE, RECEIPT, Document
from portal.money import money

TITLES = {INVOICE: "Invoice", CREDIT_NOTE: "Credit note", RECEIPT: "Receipt"}
SUMS = {INVOICE: "Total", CREDIT_NOTE: "Credited", RECEIPT: "Received"}
COLUMNS = ("Item", "Quantity", "Price each", "Amount")


@dataclass(frozen=True)
class Block:
    """A heading with lines below it."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """A document as words in reading order. `rows` have a text for each of COLUMNS."""

    title: str
    parties: tuple[Block, ...]
    facts: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    sums: tuple[tuple[str, str], ...]
    notes: tuple[Block, ...]

    def texts(self) -> Iterator[str]:
        """Every text of it, in reading order."""
        yield self.title
        for block in self.parties:
            yield from (block.heading, *block.lines)
        for pair in self.facts:
            yield from pair
        yield from COLUMNS
        for row in (*self.rows, *self.sums):
            yield from row
        for block in self.notes:
            yield from (block.heading, *block.lines)


def layout_of(document: Document) -> Layout:
    """The words of a document, from what was kept when it was issued."""
    content = content_of(document.content)
    return Layout(
        title=f"{TITLES[document.kind]} {document.reference}",
        parties=(Block("From", _party(content.seller)), Block("Billed to", _party(content.buyer))),
        facts=tuple(fact for fact in _facts(document, content) if fact[1]),
        rows=tuple(_rows(document, content)),
        sums=tuple(_sums(document, content)),
        notes=tuple(block for block in _notes(document, content) if block.lines),
    )


def written_day(day: date) -> str:
    """A day as documents have it: `24 November 2026`."""
    return str(format_date(day, "d MMMM y", locale="en"))


def _party(party: Party) -> tuple[str, ...]:
    return (party.name, *party.address, *([f"Tax number {party.tax_id}"] if party.tax_id else []))


def _facts(document: Document, content: Content) -> Iterator[tuple[str, str]]:
    yield "Date", written_day(sellers_day(document.issued_at))
    yield "For invoice", content.invoice
    yield "Order", content.order
    yield "Event", content.event
    yield "Your purchase order", content.purchase_order
    yield "Please pay by", _day(content.due_on)
    yield "Received", _day(content.received_on)
    yield "Paid", content.method
    yield "Payment reference", content.payment_reference
    yield "Support policy", f"edition {content.policy_edition}"


def _rows(document: Document, content: Content) -> Iterator[tuple[str, ...]]:
    for line in content.lines:
        rule = f" (rule {line.rule})" if line.rule else ""
        amounts = (money(cents, document.currency) for cents in (line.unit_cents, line.total_cents))
        yield (f"{line.description}{rule}", f"{line.quantity:,}", *amounts)


def _sums(document: Document, content: Content) -> Iterator[tuple[str, str]]:
    if content.tax:
        yield "Before tax", money(document.net_cents, document.currency)
        yield f"{content.tax.name} {content.tax.rate}", money(document.tax_cents, document.currency)
    yield SUMS[document.kind], money(document.total_cents, document.currency)


def _notes(document: Document, content: Content) -> Iterator[Block]:
    yield Block("Reason", content.reason)
    if document.kind == INVOICE:
        quote = f"Please quote {document.reference} with your payment."
        yield Block("How to pay", (*content.bank, quote) if content.due_on else ())
        yield Block("Payment", () if content.due_on else ("Paid with the order. Nothing is owed.",))


def _day(iso: str) -> str:
    return written_day(date.fromisoformat(iso)) if iso else ""
