"""A statement: what was owed before, each movement in its order, what is owed after."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
import time_machine
from sqlalchemy import text

from portal.accounts.actor import SYSTEM
from portal.clock import now
from portal.db import db, in_transaction
from portal.documents.books import book_payment, book_refund, keep_in_line
from portal.documents.statement import Period, statement_of
from portal.errors import Forbidden
from portal.orders.models import Order


def at(day, work, order, **changes):
    def change():
        found = db.session.get_one(Order, order.id)
        for name, value in changes.items():
            setattr(found, name, value)
        db.session.flush()
        work(found)

    with time_machine.travel(datetime.fromisoformat(day).replace(tzinfo=UTC), tick=False):
        in_transaction(change)


def placed(order):
    keep_in_line(SYSTEM, order, cause=f"placed:{order.id}")


def paid(order):
    book_payment(
        SYSTEM, order, payment_id=order.id, cents=order.paid_cents, method="invoice", reference="=B-1", at=now(),
        settles=True,
    )  # fmt: skip


def refunded(order):
    book_refund(SYSTEM, order, refund_id=1, cents=20_000, reference="R-1", reason="Goodwill")


@pytest.fixture
def year(place):
    """An order of last year, paid in January; one of March, of which a part is paid back in May."""
    first = place(purchase_order="@PO-1")
    at("2025-12-20T12:00", placed, first)
    at("2026-01-10T12:00", paid, first, state="paid", paid_cents=50_000, settled_at=now())
    second = place(lines=2)
    at("2026-03-01T12:00", placed, second)
    at("2026-04-01T12:00", paid, second, state="paid", paid_cents=100_000, settled_at=now())
    at("2026-05-01T12:00", refunded, second, state="partially_refunded", refunded_cents=20_000)


def statement(world, since, until, who="organiser"):
    period = Period(date.fromisoformat(since), date.fromisoformat(until))
    return statement_of(world.actor(who), world.society.id, period)


def movements(account):
    return [(each.entry.kind, each.entry.cents, each.balance_cents) for each in account.movements]


class TestFigures:
    def test_the_balance_is_carried_from_movement_to_movement(self, world, year):
        [account] = statement(world, "2026-01-01", "2026-12-31").accounts
        assert account.opening_cents == 50_000
        assert movements(account) == [
            ("payment", -50_000, 0), ("invoice", 100_000, 100_000), ("payment", -100_000, 0),
            ("refund", 20_000, 20_000), ("credit", -20_000, 0),
        ]  # fmt: skip
        assert account.closing_cents == 0

    def test_what_closes_one_period_opens_the_next(self, world, year):
        [before] = statement(world, "2026-01-01", "2026-03-15").accounts
        [after] = statement(world, "2026-03-16", "2026-12-31").accounts
        assert before.closing_cents == after.opening_cents == 100_000

    def test_a_day_begins_where_the_seller_is(self, world, place):
        # 04:30 UTC on 1 July is half past midnight in New York; 03:30 is still 30 June there.
        at("2026-07-01T04:30", placed, place())
        at("2026-07-01T03:30", placed, place())
        [june] = statement(world, "2026-06-01", "2026-06-30").accounts
        [july] = statement(world, "2026-07-01", "2026-07-31").accounts
        assert (len(june.movements), len(july.movements)) == (1, 1)

    def test_each_currency_has_its_own_account(self, world, place):
        at("2026-01-01T12:00", placed, place())
        at("2026-01-02T12:00", placed, place(currency="EUR"))
        found = statement(world, "2026-01-01", "2026-01-31").accounts
        assert [(each.currency, each.closing_cents) for each in found] == [("EUR", 50_000), ("USD", 50_000)]

    def test_nothing_of_another_customer(self, world, place, year):
        at("2026-02-01T12:00", placed, place(world.fair))
        [account] = statement(world, "2026-01-01", "2026-12-31").accounts
        assert len(account.movements) == 5

    @pytest.mark.parametrize("who", ["outsider", "agent", "contact", "admin", "moderator"])
    def test_only_its_organisers_and_managers(self, world, year, who):
        with pytest.raises(Forbidden):
            statement(world, "2026-01-01", "2026-12-31", who)


class TestPages:
    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("organiser", 200),
            ("manager", 200),
            ("agent", 403),
            ("admin", 403),
            ("outsider", 404),
            ("contact", 404),
        ],
    )
    def test_who_reads_it(self, client, world, year, who, status):
        browser, address = client.as_(getattr(world, who)), f"/organisations/{world.society.id}/statement"
        assert browser.get(address).status_code == status
        assert browser.get(f"{address}.csv").status_code == status

    @time_machine.travel("2026-06-15 12:00", tick=False)
    def test_without_a_period_it_is_this_year_until_today(self, client, world, year):
        page = client.as_(world.organiser).get(f"/organisations/{world.society.id}/statement").text
        assert "1 Jan 2026 to 15 Jun 2026" in page
        assert page.index("Opening balance") < page.index("INV-00002") < page.index("CN-00001")
        assert page.index("CN-00001") < page.index("Closing balance")
        assert "Nothing is owed." in page

    @pytest.mark.parametrize(
        ("since", "until", "said"),
        [
            ("2026-05-01", "2026-04-30", "The last day must not be before the first."),
            ("", "2026-04-30", "Enter the first day"),
            ("2026-13-01", "2026-04-30", "Enter the first day"),
            ("0001-01-01", "2026-04-30", "Enter a day from 2000 to 2100."),
            ("2026-01-01", "9999-12-31", "Enter a day from 2000 to 2100."),
            ("2026-01-01\x00", "x" * 5_000, "Enter the last day"),
        ],
    )
    def test_a_period_that_cannot_be_is_told(self, client, world, since, until, said):
        for address in ("statement", "statement.csv"):
            answer = client.as_(world.organiser).get(
                f"/organisations/{world.society.id}/{address}", query_string={"since": since, "until": until}
            )
            assert answer.status_code == 422
            assert said in answer.text

    def test_nothing_yet(self, client, world):
        page = client.as_(world.organiser).get(f"/organisations/{world.society.id}/statement")
        assert "Nothing to show" in page.text


class TestFile:
    def rows(self, client, world, since="2026-01-01", until="2026-12-31"):
        answer = client.as_(world.organiser).get(
            f"/organisations/{world.society.id}/statement.csv?since={since}&until={until}"
        )
        assert answer.status_code == 200
        assert answer.data.startswith(b"\xef\xbb\xbf")
        return answer, list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))

    def test_it_has_the_same_figures(self, client, world, year):
        _, rows = self.rows(client, world)
        assert [(row["Movement"], row["Number"], row["Charged"], row["Paid or credited"], row["Balance"]) for row in rows] == [
            ("Opening balance", "", "", "", "500.00"),
            ("Payment", "RCP-00001", "", "500.00", "0.00"),
            ("Invoice", "INV-00002", "1000.00", "", "1000.00"),
            ("Payment", "RCP-00002", "", "1000.00", "0.00"),
            ("Paid back", "", "200.00", "", "200.00"),
            ("Credit note", "CN-00001", "", "200.00", "0.00"),
            ("Closing balance", "", "", "", "0.00"),
        ]  # fmt: skip

    def test_no_cell_is_a_formula(self, client, world, year):
        _, rows = self.rows(client, world)
        assert (rows[1]["Purchase order"], rows[1]["Reference"]) == ("'@PO-1", "'=B-1")
        texts = [cell for row in rows for name, cell in row.items() if name != "Balance"]
        assert [cell for cell in texts if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []

    def test_a_balance_in_the_customers_favour_is_a_number_below_zero(self, client, world, place):
        order = place(state="cancelled", settled_at=now())
        late = {"payment_id": 1, "cents": 5_000, "method": "invoice", "reference": "", "settles": False}
        at(
            "2026-02-01T12:00",
            lambda each: book_payment(SYSTEM, each, at=now(), **late),
            order,
            paid_cents=5_000,
        )
        _, rows = self.rows(client, world)
        assert rows[-1]["Balance"] == "-50.00"

    def test_the_name_of_a_customer_breaks_no_header(self, client, world, year):
        renamed = text("UPDATE organisation SET name = :name WHERE id = :id")
        db.session.execute(renamed, {"name": 'A"\r\nSet-Cookie: x=1;/../ß', "id": world.society.id})
        db.session.commit()
        answer, _ = self.rows(client, world)
        assert answer.headers.get("Set-Cookie") is None or "x=1" not in answer.headers["Set-Cookie"]
        assert "\n" not in answer.headers["Content-Disposition"]
        assert answer.headers["Content-Disposition"].startswith("attachment;")
