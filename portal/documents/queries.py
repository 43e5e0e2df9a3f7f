"""Reading documents: every reading starts from what the actor may see."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor, Scope
from portal.accounts.models import Organisation
from portal.accounts.permissions import PERMISSIONS
from portal.db import db
from portal.documents.models import Document
from portal.errors import NotFound
from portal.paging import Page, page_of


def visible_documents(actor: Actor) -> Select[Document]:
    """The documents `actor` may know of: all for staff who handle orders, their organisations' for organisers."""
    documents = select(Document)
    if actor.is_system or actor.staff_roles & PERMISSIONS["order:read"]:
        return documents
    return documents.where(Document.organisation_id.in_(actor.organisation_ids))


def document_scope(actor: Actor, document_id: int) -> Scope | None:
    """Where a document belongs; None when the actor may not know of it."""
    found = db.session.scalar(visible_documents(actor).where(Document.id == document_id))
    return found.scope if found else None


def document_for(actor: Actor, document_id: int) -> Document:
    """A document with its order. Raises NotFound when the actor may not know of it."""
    statement = visible_documents(actor).where(Document.id == document_id)
    found = db.session.scalar(statement.options(joinedload(Document.order)))
    if found is None:
        raise NotFound
    return found


def documents_page(
    actor: Actor,
    *,
    organisation_id: int | None = None,
    order_id: int | None = None,
    kind: str | None = None,
    cursor: str | None = None,
) -> Page[Document]:
    """A page of documents, newest first; of one organisation, order or kind where asked."""
    found = visible_documents(actor).options(joinedload(Document.order), joinedload(Document.organisation))
    if organisation_id is not None:
        found = found.where(Document.organisation_id == organisation_id)
    if order_id is not None:
        found = found.where(Document.order_id == order_id)
    if kind is not None:
        found = found.where(Document.kind == kind)
    return page_of(found, [Document.id], cursor, descending=True)


def documents_of(actor: Actor, order_id: int) -> list[Document]:
    """Every document of an order, in the order they were issued."""
    of_order = visible_documents(actor).where(Document.order_id == order_id)
    return list(db.session.scalars(of_order.order_by(Document.id)))


def organisations_with_statement(actor: Actor, organisation_id: int | None) -> list[Organisation]:
    """The organisations whose statement is at hand, by name: the one asked for, else those the actor organises."""
    asked = actor.organisation_ids if organisation_id is None else {organisation_id}
    allowed = [key for key in asked if actor.may("statement:read", Scope(organisation_id=key))]
    found = select(Organisation).where(Organisation.id.in_(allowed)).order_by(Organisation.name)
    return list(db.session.scalars(found))
