"""What every payment provider does for us, whoever moves the money.

A provider is asked outside of any transaction; asked twice with the same key it does a thing once.
Amounts are integer cents of the currency given.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from portal.payments.models import Payment, Refund


class Standing(StrEnum):
    """How a payment stands at its provider. `PAID` is the only one in which money came in."""

    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


class ProviderUnavailable(Exception):
    """The provider cannot be reached, or answered with an error: try again, nothing is decided."""


class ProviderRefuses(Exception):
    """The provider understood and says no; the message says why, in words for staff."""


@dataclass(frozen=True)
class Description:
    """A provider as customers choose it. `leaves` says whether they pay on a page of its own."""

    name: str
    label: str
    explanation: str
    leaves: bool


@dataclass(frozen=True)
class Purchase:
    """What is to be paid, and where the customer comes back to."""

    description: str
    email: str
    success_address: str
    cancel_address: str


@dataclass(frozen=True)
class Checkout:
    """A payment that may now be made, at `address` where there is one, until `expires_at` (UTC)."""

    reference: str
    address: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True)
class RefundReport:
    """One refund as the provider knows it. `key` is ours where we asked for it, else empty."""

    reference: str
    cents: int
    state: str
    key: str = ""
    note: str = ""


@dataclass(frozen=True)
class Report:
    """One payment as the provider knows it now. `charge` names the money once it moved."""

    standing: Standing
    cents: int
    currency: str
    charge: str = ""
    note: str = ""
    refunds: tuple[RefundReport, ...] = ()


class Provider(Protocol):
    """A way to pay. Each method may raise ProviderUnavailable; `cancel` and `refund` ProviderRefuses."""

    def describe(self) -> Description:
        """Its name and words."""
        ...

    def checkout(self, payment: Payment, purchase: Purchase) -> Checkout:
        """Let `payment` be made. The same payment asked again gives the same checkout."""
        ...

    def confirm(self, payment: Payment) -> Report:
        """Ask how `payment` stands. This alone decides what we believe."""
        ...

    def cancel(self, payment: Payment) -> None:
        """Make `payment` impossible. Raises ProviderRefuses when it has been made or ended already."""
        ...

    def refund(self, payment: Payment, refund: Refund) -> RefundReport:
        """Pay `refund.cents` back. The same refund asked again pays once. Raises ProviderRefuses if it cannot."""
        ...
