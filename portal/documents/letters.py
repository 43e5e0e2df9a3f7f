"""Mail that carries a document as a PDF file."""

from typing import Any

from portal.documents.models import CREDIT_NOTE, INVOICE, RECEIPT, Document
from portal.mail.post import post, post_to_billing

TEMPLATES = {INVOICE: "document_invoice", CREDIT_NOTE: "document_credit_note", RECEIPT: "document_receipt"}


def send(document: Document) -> None:
    """Mail a document to whoever placed the order and to where the organisation's invoices go."""
    template, cause, buyer = TEMPLATES[document.kind], f"document:{document.id}", document.organisation
    said: dict[str, Any] = {"document": document, "order": document.order, "document_id": document.id}
    post(
        document.order.placed_by, template, cause=cause, permission="order:read", scope=document.scope, **said
    )
    if buyer.billing_email != document.order.placed_by.email:
        post_to_billing(buyer, template, cause=cause, **said)
