"""Invoices, receipts and credit notes are issued once for their cause, numbered without gaps, and never changed."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.accounts.actor import SYSTEM
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db, in_transaction
from portal.documents.content import sellers_day
from portal.documents.issue import (
    issue_credit_note,
    issue_invoice,
    issue_receipt,
    left_to_credit,
)
from portal.documents.models import Document, LedgerEntry
from portal.errors import Conflict


def invoice(order, **options):
    return in_transaction(lambda: issue_invoice(SYSTEM, db.session.merge(order), **options))


def receipt(order, cause="payment:1", cents=50_000):
    return in_transaction(
        lambda: issue_receipt(
            SYSTEM, db.session.merge(order), cents=cents, method="Bank transfer", reference="B-1",
            received_at=now(), cause=cause,
        )
    )  # fmt: skip


def credit(document, cents, cause, reason="Ordered twice"):
    return in_transaction(
        lambda: issue_credit_note(SYSTEM, db.session.merge(document), cents=cents, reason=reason, cause=cause)
    )


def ledger():
    entries = db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id))
    return [(entry.kind, entry.cents) for entry in entries]


class TestInvoice:
    def test_it_holds_all_that_is_printed(self, place, world):
        document = invoice(place(purchase_order="PO 7", tax_rate=825))
        assert (document.reference, document.kind) == ("INV-00001", "invoice")
        assert (document.net_cents, document.tax_cents, document.total_cents) == (50_000, 4_125, 54_125)
        kept = document.content
        assert kept["buyer"] == {
            "name": "Society of Tests", "address": ["1 Society of Tests Street", "Springfield"], "tax_id": "",
        }  # fmt: skip
        assert (kept["purchase_order"], kept["tax"]) == ("PO 7", {"name": "VAT", "rate": "8.25%"})
        assert kept["lines"][0]["rule"] == "WHO-4"
        assert kept["policy_edition"] == 1

    def test_it_stays_as_it_was_issued(self, place, world):
        document = invoice(place())
        db.session.execute(
            text("UPDATE organisation SET name = 'Another name' WHERE name = 'Society of Tests'")
        )
        db.session.commit()
        assert db.session.get(Document, document.id).content["buyer"]["name"] == "Society of Tests"

    def test_the_seller_is_the_one_of_the_settings(self, app, place, monkeypatch):
        seller = {
            "seller_name": "Vendor Ltd", "seller_address": "1 Road|Town", "seller_tax_id": "T-1",
            "seller_bank": "Bank|IBAN 1", "invoice_days": 14,
        }  # fmt: skip
        monkeypatch.setitem(app.extensions, "settings", app.extensions["settings"].model_copy(update=seller))
        document = invoice(place())
        assert document.content["seller"] == {
            "name": "Vendor Ltd",
            "address": ["1 Road", "Town"],
            "tax_id": "T-1",
        }
        assert document.content["bank"] == ["Bank", "IBAN 1"]
        due = date.fromisoformat(document.content["due_on"])
        assert due - sellers_day(document.issued_at) == timedelta(days=14)

    def test_it_is_issued_once(self, place, outbox):
        order = place()
        assert invoice(order).id == invoice(order).id
        assert ledger() == [("invoice", 50_000)]
        assert len(outbox.all()) == 1

    @time_machine.travel("2026-11-24 03:00", tick=False)
    def test_its_days_are_the_sellers(self, place):
        assert invoice(place()).content["due_on"] == "2026-12-23"

    def test_the_trail_says_so(self, place):
        document = invoice(place())
        entry = db.session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.subject_id) == ("invoice.issued", document.id)
        assert entry.after == {
            "number": "INV-00001",
            "total_cents": 50_000,
            "order": document.order.reference,
        }

    def test_a_rollback_gives_the_number_back(self, place):
        order, other = place(), place()

        def fail():
            issue_invoice(SYSTEM, db.session.merge(order))
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            in_transaction(fail)
        assert invoice(other).number == 1
        assert invoice(order).number == 2


class TestReceipt:
    def test_it_brings_its_invoice_with_it(self, place):
        order = place()
        document = receipt(order)
        invoiced = invoice(order)
        assert (document.reference, document.refers_to_id) == ("RCP-00001", invoiced.id)
        assert document.content["invoice"] == "INV-00001"
        assert (invoiced.content["due_on"], invoiced.content["bank"]) == ("", [])
        assert ledger() == [("invoice", 50_000), ("payment", -50_000)]

    def test_each_payment_has_its_own(self, place):
        order = place()
        assert receipt(order, "payment:1", 20_000).id == receipt(order, "payment:1", 20_000).id
        assert receipt(order, "payment:2", 30_000).number == 2
        assert ledger()[1:] == [("payment", -20_000), ("payment", -30_000)]


class TestCreditNote:
    def test_tax_is_credited_to_the_cent(self, place):
        document = invoice(place(lines=3, tax_rate=825))
        assert document.tax_cents == 12_375
        notes = [credit(document, cents, f"refund:{cents}") for cents in (10_001, 33_333)]
        notes.append(credit(document, left_to_credit(document), "refund:rest"))
        assert [note.tax_cents for note in notes] == [762, 2_540, 9_073]
        assert sum(note.tax_cents for note in notes) == document.tax_cents
        assert sum(note.total_cents for note in notes) == document.total_cents
        assert left_to_credit(document) == 0

    @pytest.mark.parametrize("cents", [0, -1, 50_001])
    def test_no_more_than_was_invoiced(self, place, cents):
        document = invoice(place())
        with pytest.raises(Conflict, match=r"Of invoice INV-00001, US\$500.00 can still be credited"):
            credit(document, cents, "refund:1")
        assert ledger() == [("invoice", 50_000)]

    def test_it_is_issued_once(self, place):
        document = invoice(place())
        assert credit(document, 50_000, "refund:1").id == credit(document, 50_000, "refund:1").id


class TestNeverChanged:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE document SET total_cents = 1, net_cents = 1",
            "UPDATE document SET content = '{}'",
            "DELETE FROM document",
            "UPDATE ledger_entry SET cents = 0",
            "DELETE FROM ledger_entry",
        ],
    )
    def test_the_database_refuses(self, place, statement):
        invoice(place())
        with pytest.raises(DBAPIError, match="are never changed"):
            db.session.execute(text(statement))
        db.session.rollback()
        assert ledger() == [("invoice", 50_000)]

    @pytest.mark.parametrize(
        ("column", "value"),
        [("total_cents", 49_999), ("kind", "'bill'"), ("number", "1"), ("net_cents", -1)],
    )
    def test_a_document_that_cannot_be_is_refused(self, place, column, value):
        invoice(place())
        copied = {name: name for name in (
            "kind", "series", "number", "organisation_id", "event_id", "order_id", "issued_at", "currency",
            "net_cents", "tax_cents", "total_cents", "content",
        )} | {"number": "number + 1"} | {column: str(value)}  # fmt: skip
        names, values = ", ".join(copied), ", ".join(copied.values())
        with pytest.raises(DBAPIError):
            db.session.execute(
                text(f"INSERT INTO document (cause, {names}) SELECT 'copy', {values} FROM document")
            )
        db.session.rollback()


class TestMail:
    def test_it_goes_to_the_orderer_and_to_the_billing_address(self, place, world, outbox, run_jobs):
        world.society.billing_email = "accounts@society.example"
        db.session.commit()
        invoice(place())
        letters = {letter["To"]: letter for letter in run_jobs()}
        assert set(letters) == {"organiser@people.example", "accounts@society.example"}
        for letter in letters.values():
            [file] = letter.iter_attachments()
            assert file.get_content_type() == "application/pdf"
            assert file.get_filename() == "INV-00001.pdf"
            assert file.get_content().startswith(b"%PDF-")
        assert (
            "Hello Society of Tests" in letters["accounts@society.example"].get_body(("plain",)).get_content()
        )
        assert [mail.state for mail in outbox.all()] == ["sent", "sent"]

    def test_one_address_gets_one_mail(self, place, world, outbox):
        world.society.billing_email = world.organiser.email
        db.session.commit()
        invoice(place())
        assert len(outbox.all()) == 1

    def test_who_no_longer_organises_gets_nothing(self, place, world, outbox, run_jobs):
        world.society.billing_email = "accounts@society.example"
        db.session.commit()
        invoice(place())
        db.session.execute(text("UPDATE organisation SET billing_email = 'new@society.example'"))
        db.session.execute(text("UPDATE role_grant SET ended_at = now() WHERE role = 'organiser'"))
        db.session.commit()
        assert run_jobs() == []
        assert [mail.state for mail in outbox.all()] == ["withheld", "withheld"]

    def test_a_credit_note_says_why_as_it_was_typed(self, place, outbox):
        document = invoice(place())
        outbox.all()
        credit(document, 1_000, "refund:1", "Ordered twice\r\nSubject: [x](http://evil.example/)")
        [mail] = outbox.all()
        assert mail.subject == "Credit note CN-00001 on invoice INV-00001"
        assert "> Ordered twice" in mail.body_text
        assert 'href="http://evil' not in mail.body_html

    def test_a_receipt_is_attached_too(self, place, outbox, run_jobs):
        receipt(place())
        names = {next(letter.iter_attachments()).get_filename() for letter in run_jobs()}
        assert names == {"INV-00001.pdf", "RCP-00001.pdf"}
        assert sorted(mail.subject for mail in outbox.all()) == [
            "Invoice INV-00001 for Congress", "Receipt RCP-00001: your payment for Congress",
        ]  # fmt: skip


def test_documents_issued_late_say_the_day_they_were_issued(place):
    order = place(placed_at=now() - timedelta(days=40))
    assert (now() - invoice(order).issued_at).total_seconds() < 60
