"""Documents as files, and the check of the ledger."""

import structlog
from sqlalchemy import select

from portal.db import db
from portal.documents.discrepancies import discrepancies
from portal.documents.models import Document

log = structlog.get_logger(__name__)


def attachment(document_id: int) -> tuple[str, bytes]:
    """The name and content of a document's PDF file, for mail. Raises NoResultFound."""
    return file_of(db.session.scalars(select(Document).where(Document.id == document_id)).one())


def file_of(document: Document) -> tuple[str, bytes]:
    """The name and content of a document's PDF file."""
    # The PDF library is slow to load, and most of the portal's processes never need it.
    from portal.documents.pdf import pdf_of

    return f"{document.reference}.pdf", pdf_of(document)


def check_ledger() -> list[str]:
    """Compare ledger, documents and orders; each difference is logged as an error and given back in words."""
    found = discrepancies(db.session.connection())
    db.session.rollback()
    for difference in found:
        log.error("ledger_wrong", difference=difference)
    if not found:
        log.info("ledger_right")
    return found
