"""An organisation's account over a period: what it owed before, each movement, what it owes after."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor, Scope
from portal.db import db
from portal.documents.content import SELLERS_ZONE, sellers_day
from portal.documents.models import LedgerEntry

MOST_ENTRIES = 5000
CSV_HEADER = (
    "Date", "Movement", "Number", "Order", "Purchase order", "Reference", "Currency", "Charged", "Paid or credited", "Balance",
)  # fmt: skip
MOVEMENTS = {
    "invoice": "Invoice",
    "credit": "Credit note",
    "payment": "Payment",
    "refund": "Paid back",
    "refund_returned": "Came back to us",
}


@dataclass(frozen=True)
class Period:
    """Days from the first to the last, both included, in the seller's time zone."""

    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        """The moment it begins."""
        return datetime.combine(self.first, time(), SELLERS_ZONE)

    @property
    def ends_at(self) -> datetime:
        """The moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), SELLERS_ZONE)


@dataclass(frozen=True)
class Movement:
    """One entry of the ledger, with what is owed after it. Cents of the account's currency."""

    entry: LedgerEntry
    balance_cents: int

    @property
    def label(self) -> str:
        """What it is, in a word or two."""
        return MOVEMENTS[self.entry.kind]

    @property
    def day(self) -> date:
        """Its day where the seller is."""
        return sellers_day(self.entry.at)


@dataclass(frozen=True)
class Account:
    """What is owed in one currency, in cents: below zero is in the organisation's favour."""

    currency: str
    opening_cents: int
    movements: tuple[Movement, ...]

    @property
    def closing_cents(self) -> int:
        """What is owed at the end of the period."""
        return self.movements[-1].balance_cents if self.movements else self.opening_cents


@dataclass(frozen=True)
class Statement:
    """The accounts of an organisation over a period, one for each currency it ever bought in.

    `is_cut` says that there are more than MOST_ENTRIES movements, of which the first are here.
    """

    period: Period
    accounts: tuple[Account, ...]
    is_cut: bool


def statement_of(actor: Actor, organisation_id: int, period: Period) -> Statement:
    """The statement of an organisation. Raises Forbidden."""
    actor.require("statement:read", Scope(organisation_id=organisation_id))
    opening = _opening(organisation_id, period)
    found = _entries(organisation_id, period)
    entries = found[:MOST_ENTRIES]
    currencies = sorted({*opening, *(entry.currency for entry in entries)})
    accounts = tuple(_account(currency, opening.get(currency, 0), entries) for currency in currencies)
    return Statement(period, accounts, len(found) > MOST_ENTRIES)


def csv_rows(statement: Statement) -> Iterator[tuple[object, ...]]:
    """The statement's rows for CSV_HEADER: the opening balance, each movement, the closing balance. In units."""
    for account in statement.accounts:
        yield _balance_row(statement.period.first, "Opening balance", account.currency, account.opening_cents)
        for movement in account.movements:
            yield _movement_row(movement)
        yield _balance_row(statement.period.last, "Closing balance", account.currency, account.closing_cents)


def _opening(organisation_id: int, period: Period) -> dict[str, int]:
    sums = (
        select(LedgerEntry.currency, func.sum(LedgerEntry.cents))
        .where(LedgerEntry.organisation_id == organisation_id, LedgerEntry.at < period.starts_at)
        .group_by(LedgerEntry.currency)
    )
    return {currency: int(cents) for currency, cents in db.session.execute(sums)}


def _entries(organisation_id: int, period: Period) -> Sequence[LedgerEntry]:
    within = (
        select(LedgerEntry)
        .where(
            LedgerEntry.organisation_id == organisation_id,
            LedgerEntry.at >= period.starts_at, LedgerEntry.at < period.ends_at,
        )
        .options(joinedload(LedgerEntry.document), joinedload(LedgerEntry.order))
        .order_by(LedgerEntry.at, LedgerEntry.id)
        .limit(MOST_ENTRIES + 1)
    )  # fmt: skip
    return db.session.scalars(within).all()


def _account(currency: str, opening_cents: int, entries: Sequence[LedgerEntry]) -> Account:
    balance, movements = opening_cents, []
    for entry in entries:
        if entry.currency == currency:
            balance += entry.cents
            movements.append(Movement(entry, balance))
    return Account(currency, opening_cents, tuple(movements))


def _movement_row(movement: Movement) -> tuple[object, ...]:
    entry = movement.entry
    number = entry.document.reference if entry.document else ""
    charged, paid = (_units(entry.cents), None) if entry.cents > 0 else (None, _units(-entry.cents))
    return (
        movement.day, movement.label, number, entry.order.reference, entry.order.purchase_order, entry.words,
        entry.currency, charged, paid, _units(movement.balance_cents),
    )  # fmt: skip


def _balance_row(day: date, label: str, currency: str, cents: int) -> tuple[object, ...]:
    return (day, label, None, None, None, None, currency, None, None, _units(cents))


def _units(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
