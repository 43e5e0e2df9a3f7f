"""Taking in what providers tell."""

from sqlalchemy.dialects.postgresql import insert

from portal.accounts.actor import Actor
from portal.clock import now
from portal.db import db, use_case
from portal.jobs.queue import enqueue
from portal.payments.models import PaymentEvent


@use_case
def take_in_event(actor: Actor, provider: str, provider_event_id: str, *, kind: str, subject: str) -> bool:
    """Keep an event of a provider and queue asking about its subject; False when it came before.

    Kinds that are not known are kept too: asking once too often does no harm.
    """
    values = {
        "provider": provider, "provider_event_id": provider_event_id, "kind": kind, "subject": subject,
        "received_at": now(),
    }  # fmt: skip
    row = (
        insert(PaymentEvent)
        .values(**values)
        .on_conflict_do_nothing(constraint=ONCE)
        .returning(PaymentEvent.id)
    )
    event_id = db.session.scalar(row)
    if event_id is None:
        return False
    enqueue("handle_payment_event", event_id=event_id)
    return True


ONCE = "uq_payment_event_provider_provider_event_id"
