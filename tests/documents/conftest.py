"""Orders to issue documents for, and a control of what the ledger says."""

import pytest

from portal.db import db
from portal.orders.models import Order, OrderLine


@pytest.fixture(autouse=True)
def _mail_is_meant(outbox):
    return outbox


@pytest.fixture
def place(world):
    """Write a pending order of our customer with `lines` seats, and tax in hundredths of a per cent."""

    def write(event=None, *, lines=1, tax_rate=0, **changes):
        event = event or world.congress
        placed_by = world.outsider if event is world.fair else world.organiser
        net = 50_000 * lines
        tax = net * tax_rate // 10_000
        order = Order(
            organisation_id=event.organisation_id, event_id=event.id, total_cents=net + tax, tax_cents=tax,
            tax_rate=tax_rate, tax_name="VAT" if tax_rate else "", placed_by_id=placed_by.id, policy_edition=1,
            lines=[
                OrderLine(
                    item="extra_contact", description="Additional Technical Contact", quantity=1,
                    unit_cents=50_000, total_cents=50_000, tax_cents=50_000 * tax_rate // 10_000, rule="WHO-4",
                )
                for _ in range(lines)
            ],
            **changes,
        )  # fmt: skip
        db.session.add(order)
        db.session.commit()
        return order

    return write
