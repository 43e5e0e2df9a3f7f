"""Invoices, credit notes and receipts to read, print and save; and each organisation's statement."""

from io import BytesIO

from flask import Blueprint, Response, make_response, render_template, request, send_file

from portal.accounts.directory import organisation_for
from portal.clock import now
from portal.documents import queries
from portal.documents.content import sellers_day
from portal.documents.forms import PeriodForm
from portal.documents.layout import COLUMNS, layout_of
from portal.documents.models import KINDS
from portal.documents.service import file_of
from portal.documents.statement import CSV_HEADER, csv_rows, statement_of
from portal.errors import NotFound
from portal.orders.queries import order_for
from portal.web.access import HIGHEST_KEY, requires, resolves
from portal.web.csv_files import csv_answer
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

blueprint = Blueprint("documents", __name__)
resolves("document_id", queries.document_scope)


@blueprint.get("/documents")
@requires("order:read")
def index() -> str:
    """Documents, newest first; of one order with `?order=`, of one organisation, of one kind."""
    actor, kind = current_actor(), request.args.get("kind")
    order_id, organisation_id = _key("order"), _key("organisation")
    kind = kind if kind in KINDS else None
    page = queries.documents_page(
        actor,
        organisation_id=organisation_id,
        order_id=order_id,
        kind=kind,
        cursor=request.args.get("cursor"),
    )
    return render_template(
        "documents/index.html",
        page=addressed(page),
        kind=kind,
        kinds=KINDS,
        order=order_for(actor, order_id) if order_id is not None else None,
        organisation=organisation_for(actor, organisation_id) if organisation_id is not None else None,
        with_statement=queries.organisations_with_statement(actor, organisation_id),
    )


@blueprint.get("/documents/<int:document_id>")
@requires("order:read")
def show(document_id: int) -> str:
    """One document, as it was issued."""
    document = queries.document_for(current_actor(), document_id)
    related = [each for each in queries.documents_of(current_actor(), document.order_id) if each != document]
    return render_template(
        "documents/show.html", document=document, layout=layout_of(document), columns=COLUMNS, related=related
    )


@blueprint.get("/documents/<int:document_id>.pdf")
@requires("order:read")
def download(document_id: int) -> Response:
    """The document as a PDF file."""
    name, content = file_of(queries.document_for(current_actor(), document_id))
    answer = send_file(BytesIO(content), "application/pdf", as_attachment=True, download_name=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/organisations/<int:organisation_id>/statement")
@requires("statement:read")
def statement(organisation_id: int) -> Response:
    """What an organisation owed and paid over a period; this year until today where none is asked for."""
    return _statement_page(organisation_id, _period_form())


@blueprint.get("/organisations/<int:organisation_id>/statement.csv")
@requires("statement:read")
def statement_file(organisation_id: int) -> Response:
    """The same as a CSV file."""
    form, actor = _period_form(), current_actor()
    period = form.period
    if period is None:
        return _statement_page(organisation_id, form)
    organisation = organisation_for(actor, organisation_id)
    name = f"Statement {organisation.name} {period.first} to {period.last}.csv"
    return csv_answer(name, CSV_HEADER, csv_rows(statement_of(actor, organisation_id, period)))


def _statement_page(organisation_id: int, form: PeriodForm) -> Response:
    actor, period = current_actor(), form.period
    page = render_template(
        "documents/statement.html",
        form=form,
        organisation=organisation_for(actor, organisation_id),
        statement=statement_of(actor, organisation_id, period) if period else None,
    )
    return make_response(page, 200 if period else 422)


def _key(name: str) -> int | None:
    asked = request.args.get(name, type=int)
    if asked is not None and not 0 < asked <= HIGHEST_KEY:
        raise NotFound
    return asked


def _period_form() -> PeriodForm:
    today = sellers_day(now())
    asked = request.args if request.args.keys() & {"since", "until"} else None
    return PeriodForm(formdata=asked, since=today.replace(month=1, day=1), until=today)
