"""Writing the invoices, receipts and credit notes of what was sold, in the order in which they were issued."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import current_app

from portal.config import Settings
from portal.demo.frame import Frame, Place, Sale, note
from portal.documents.content import Content, ContentLine, Party, one_line, sellers_day, several_lines
from portal.documents.ledger import ENTRY_KINDS
from portal.documents.models import CREDIT_NOTE, INVOICE, RECEIPT, SERIES, Document, LedgerEntry
from portal.documents.numbers import take_number


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that is to be written."""

    at: datetime
    kind: str
    sale: Sale

    @property
    def cents(self) -> int:
        """What it is over, in cents: a refund of a part is credited in part."""
        back = self.kind == CREDIT_NOTE and self.at == self.sale.refunded
        return self.sale.back_cents if back else self.sale.cents


def write_documents(frame: Frame) -> None:
    """Number and write the documents of the sales so far, the earliest first, and forget those."""
    if not frame.sales:
        return
    frame.rows.settle()
    issued: dict[int, tuple[int, str]] = {}
    papers = [paper for sale in frame.sales for paper in _papers(sale)]
    for paper in sorted(papers, key=lambda paper: paper.at):
        _write(frame, paper, issued)
    for sale in frame.sales:
        _enter_money(frame, sale)
    frame.sales.clear()


def _papers(sale: Sale) -> Iterator[Paper]:
    yield Paper(sale.placed, INVOICE, sale)
    if sale.settled is not None:
        yield Paper(sale.settled, CREDIT_NOTE if sale.state == "cancelled" else RECEIPT, sale)
    if sale.refunded is not None:
        yield Paper(sale.refunded, CREDIT_NOTE, sale)


def _write(frame: Frame, paper: Paper, issued: dict[int, tuple[int, str]]) -> None:
    sale, series = paper.sale, SERIES[paper.kind]
    number = take_number(series)
    reference = f"{series}-{number:05d}"
    invoice, invoice_reference = issued.get(sale.order_id, (None, ""))
    content = _content(frame, paper, invoice_reference)
    key = frame.rows.add(
        Document,
        kind=paper.kind, series=series, number=number, cause=f"demo:{paper.kind}:{sale.order_id}",
        organisation_id=sale.organisation_id, event_id=sale.event_id, order_id=sale.order_id, refers_to_id=invoice,
        issued_at=paper.at, currency=sale.currency, net_cents=paper.cents, tax_cents=0, total_cents=paper.cents,
        content=content.as_json(),
    )  # fmt: skip
    frame.rows.add(
        LedgerEntry,
        kind=ENTRY_KINDS[paper.kind], cause=f"document:{key}", organisation_id=sale.organisation_id,
        order_id=sale.order_id, document_id=key, at=paper.at, currency=sale.currency, words=content.payment_reference,
        cents=paper.cents if paper.kind == INVOICE else -paper.cents,
    )  # fmt: skip
    issued.setdefault(sale.order_id, (key, reference))
    said = {"number": reference, "total_cents": paper.cents, "order": f"O-{sale.order_id:05d}"}
    place = Place(sale.organisation_id, sale.event_id)
    who = sale.orderer if paper.kind != RECEIPT else frame.team.managers[0]
    note(frame, paper.at, who, f"{paper.kind}.issued", Document, key, place, after=said)


def _enter_money(frame: Frame, sale: Sale) -> None:
    """Money that has no document of its own: what came after a cancellation, and what was paid back."""
    if sale.state == "cancelled" and sale.paid:
        _enter(frame, sale, "payment", -sale.cents, sale.paid)
    if sale.refunded:
        _enter(frame, sale, "refund", sale.back_cents, sale.refunded)


def _enter(frame: Frame, sale: Sale, kind: str, cents: int, at: datetime) -> None:
    frame.rows.add(
        LedgerEntry,
        kind=kind, cause=f"demo:{kind}:{sale.order_id}", organisation_id=sale.organisation_id, order_id=sale.order_id,
        at=at, currency=sale.currency, words=sale.reference, cents=cents,
    )  # fmt: skip


def _content(frame: Frame, paper: Paper, invoice: str) -> Content:
    settings: Settings = current_app.extensions["settings"]
    sale, paid = paper.sale, sellers_day(paper.at).isoformat()
    sold = Content(
        seller=Party(settings.seller_name, several_lines(settings.seller_address, "|"), settings.seller_tax_id or ""),
        buyer=Party(one_line(sale.buyer), several_lines(sale.address)), event=one_line(sale.event),
        order=f"O-{sale.order_id:05d}", policy_edition=frame.edition_at(sale.placed), invoice=invoice,
        purchase_order=sale.purchase_order,
        lines=tuple(ContentLine(each.description, each.quantity, each.unit, each.total, each.rule) for each in sale.lines),
    )  # fmt: skip
    if paper.kind == INVOICE:
        due = sellers_day(paper.at + timedelta(days=settings.invoice_days)).isoformat()
        return replace(sold, due_on=due, bank=several_lines(settings.seller_bank or "", "|"))
    words = "Payment of invoice" if paper.kind == RECEIPT else "Credit on invoice"
    sold = replace(sold, lines=(ContentLine(f"{words} {invoice}", 1, paper.cents, paper.cents),))
    if paper.kind == CREDIT_NOTE:
        return replace(sold, reason=(sale.refund_reason or "The order was cancelled.",))
    return replace(sold, method="On invoice", payment_reference=sale.reference, received_on=paid)
