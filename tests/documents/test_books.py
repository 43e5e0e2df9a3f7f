"""Whatever happens to an order, its documents and its account follow, and the nightly check finds what does not."""

import pytest
from sqlalchemy import select, text

from portal.accounts.actor import SYSTEM
from portal.clock import now
from portal.db import db, in_transaction
from portal.documents.books import book_payment, book_refund, book_returned_refund, keep_in_line
from portal.documents.discrepancies import discrepancies
from portal.documents.models import Document, LedgerEntry
from portal.documents.service import check_ledger
from portal.jobs.app import jobs
from portal.orders.models import Order


class Life:
    """An order as the order book changes it, each change booked."""

    def __init__(self, order):
        self.key = order.id

    def turn(self, book, **changes):
        def work():
            order = db.session.get(Order, self.key)
            for name, value in changes.items():
                setattr(order, name, value)
            if "state" in changes:
                order.settled_at = now()
            db.session.flush()
            book(order)

        in_transaction(work)

    def placed(self):
        self.turn(lambda order: keep_in_line(SYSTEM, order, reason="", cause=f"placed:{order.id}"))

    def cancelled(self):
        self.turn(
            lambda order: keep_in_line(SYSTEM, order, reason="Cancelled", cause=f"cancelled:{order.id}"),
            state="cancelled",
        )

    def paid(self, cents=50_000, payment=1, settles=True, **changes):
        self.turn(
            lambda order: book_payment(
                SYSTEM, order, payment_id=payment, cents=cents, method="invoice", reference="B-1",
                at=now(), settles=settles,
            ),
            **{"state": "paid", "paid_cents": cents} | changes,
        )  # fmt: skip

    def refunded(self, cents, refund=1, **changes):
        self.turn(
            lambda order: book_refund(
                SYSTEM, order, refund_id=refund, cents=cents, reference="R-1", reason="Not needed"
            ),
            **changes,
        )

    def came_back(self, cents, **changes):
        self.turn(
            lambda order: book_returned_refund(SYSTEM, order, refund_id=1, cents=cents, reason="Closed card"),
            **changes,
        )


@pytest.fixture
def life(place):
    return lambda **options: Life(place(**options))


def documents():
    found = db.session.scalars(select(Document).order_by(Document.id)).all()
    return [(document.reference, document.total_cents) for document in found]


def account():
    return [(e.kind, e.cents) for e in db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()]


def all_well():
    found = discrepancies(db.session.connection())
    db.session.rollback()
    return found == []


class TestLives:
    def test_on_invoice_then_paid(self, life):
        order = life(tax_rate=2000)
        order.placed()
        assert documents() == [("INV-00001", 60_000)]
        assert all_well()
        order.paid(60_000)
        assert documents() == [("INV-00001", 60_000), ("RCP-00001", 60_000)]
        assert sum(cents for _, cents in account()) == 0
        assert all_well()

    def test_by_card_nothing_is_invoiced_before_it_is_paid(self, life):
        order = life(method="stripe")
        order.placed()
        assert documents() == []
        assert all_well()
        order.paid()
        assert documents() == [("INV-00001", 50_000), ("RCP-00001", 50_000)]
        assert all_well()

    def test_open_on_credit_is_invoiced(self, life, world):
        order = life(method="stripe", granted_at=now(), granted_by_id=world.manager.id)
        order.placed()
        assert documents() == [("INV-00001", 50_000)]
        assert all_well()

    def test_cancelled_after_the_invoice(self, life):
        order = life()
        order.placed()
        order.cancelled()
        order.cancelled()
        assert documents() == [("INV-00001", 50_000), ("CN-00001", 50_000)]
        assert all_well()

    def test_paid_after_it_was_cancelled_then_paid_back(self, life):
        order = life()
        order.placed()
        order.cancelled()
        order.paid(settles=False, state="cancelled")
        assert documents() == [("INV-00001", 50_000), ("CN-00001", 50_000)]
        assert sum(cents for _, cents in account()) == -50_000
        assert all_well()
        order.refunded(50_000, state="cancelled", refunded_cents=50_000)
        assert sum(cents for _, cents in account()) == 0
        assert all_well()

    def test_paid_after_it_was_cancelled_then_carried_out(self, life):
        order = life()
        order.placed()
        order.cancelled()
        order.paid(settles=False, state="cancelled")
        order.turn(lambda each: keep_in_line(SYSTEM, each, reason="", cause="reopened:1"), state="paid")
        assert documents()[2:] == [("INV-00002", 50_000)]
        assert sum(cents for _, cents in account()) == 0
        assert all_well()

    def test_a_part_is_paid_back_and_comes_back(self, life):
        order = life(lines=3, tax_rate=825)
        order.placed()
        order.paid(162_375)
        order.refunded(54_125, state="partially_refunded", refunded_cents=54_125)
        assert documents()[2:] == [("CN-00001", 54_125)]
        assert all_well()
        order.came_back(54_125, state="paid", refunded_cents=0)
        assert documents()[3:] == [("INV-00002", 54_125)]
        assert [kind for kind, _ in account()][-2:] == ["refund_returned", "invoice"]
        assert sum(cents for _, cents in account()) == 0
        assert all_well()
        order.refunded(162_375, refund=2, state="refunded", refunded_cents=162_375)
        assert documents()[4:] == [("CN-00002", 54_125), ("CN-00003", 108_250)]
        taxes = db.session.scalars(select(Document).where(Document.kind != "receipt")).all()
        signed = [doc.tax_cents if doc.kind == "invoice" else -doc.tax_cents for doc in taxes]
        assert sum(signed) == 0
        assert all_well()

    def test_paid_twice_gives_the_second_back_without_a_credit_note(self, life):
        order = life()
        order.paid()
        order.paid(payment=2, settles=False, paid_cents=100_000)
        assert all_well()
        order.refunded(50_000, refunded_cents=50_000)
        assert documents() == [("INV-00001", 50_000), ("RCP-00001", 50_000)]
        assert all_well()

    def test_everything_booked_twice_is_there_once(self, life):
        order = life()
        for _ in range(2):
            order.paid()
        for _ in range(2):
            order.refunded(20_000, state="partially_refunded", refunded_cents=20_000)
        assert len(documents()) == 3
        assert len(account()) == 4
        assert all_well()


TAMPERED = {
    "an order's payment": ('UPDATE "order" SET paid_cents = paid_cents + 1', "Order O-00001"),
    "an order's total": ('UPDATE "order" SET total_cents = 49999', "Order O-00001"),
    "an order's line": ("UPDATE order_line SET unit_cents = 1, total_cents = 1", "Order O-00001"),
    "an invoice": ("UPDATE document SET net_cents = 1, total_cents = 1 WHERE kind = 'invoice'", "INV-00001"),
    "what an invoice prints": (
        "UPDATE document SET content = jsonb_set(content, '{lines,0,total_cents}', '1')", "INV-00001",
    ),
    "a ledger entry": ("UPDATE ledger_entry SET cents = cents + 1 WHERE kind = 'invoice'", "INV-00001"),
    "a ledger entry that is gone": ("DELETE FROM ledger_entry WHERE kind = 'payment'", "RCP-00001"),
    "a receipt that is gone": (
        "DELETE FROM ledger_entry WHERE kind = 'payment'; DELETE FROM outbound_mail;"
        " DELETE FROM document WHERE kind = 'receipt'", "Series RCP",
    ),
    "a number that was taken": ("UPDATE document_series SET next_number = 9 WHERE name = 'INV'", "Series INV"),
}  # fmt: skip


def tamper(statements):
    """Change rows as somebody would who owns the database."""
    guarded = ("document", "ledger_entry")
    with db.engine.begin() as connection:
        for statement in (
            *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in guarded),
            *statements.split(";"),
            *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in guarded),
        ):
            connection.execute(text(statement))


class TestTampering:
    @pytest.mark.parametrize("what", TAMPERED)
    def test_it_is_found(self, life, what):
        order = life()
        order.placed()
        order.paid()
        assert all_well()
        statement, named = TAMPERED[what]
        tamper(statement)
        assert any(named in line for line in check_ledger())

    def test_a_paid_order_without_an_invoice_is_found(self, place):
        place(state="paid", paid_cents=50_000, settled_at=now())
        assert len(check_ledger()) == 1

    def test_it_is_done_each_night_and_logged_as_an_error(self, life, caplog):
        order = life()
        order.placed()
        tamper("UPDATE ledger_entry SET cents = cents + 1")
        jobs.perform_import_paths()
        night = [
            each
            for each in jobs.periodic_registry.periodic_tasks.values()
            if each.task.name == "check_ledger"
        ]
        assert [each.cron for each in night] == ["23 3 * * *"]
        check_ledger()
        logged = [(record.levelname, record.msg["event"]) for record in caplog.records]
        assert ("ERROR", "ledger_wrong") in logged
