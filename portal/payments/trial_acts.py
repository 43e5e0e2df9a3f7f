"""What the trial provider can be made to do: each act leaves its books, and events, as providers do at their worst."""

from collections.abc import Callable

from portal.accounts.actor import SYSTEM
from portal.payments.service import take_in_event
from portal.payments.trial import books, next_event, refund_at_provider, turn

Act = Callable[[str], bool]


def act(reference: str, name: str) -> bool:
    """Do one of ACTS at a pay page; True when it was paid. Raises KeyError for another name, NotFound for no page."""
    return ACTS[name][1](reference)


def emit(reference: str, kind: str, event_id: str | None = None) -> str:
    """Tell the portal an event, under a given id again or a new one, and give its id."""
    told = event_id or next_event(reference)
    take_in_event(SYSTEM, "trial", told, kind=kind, subject=reference)
    return told


def _pay(reference: str) -> bool:
    if turn(reference, "paid"):
        emit(reference, "paid")
    return books(reference).state == "paid"


def _pay_told_thrice(reference: str) -> bool:
    if turn(reference, "paid"):
        told = emit(reference, "paid")
        emit(reference, "paid", told)
        emit(reference, "paid", told)
    return books(reference).state == "paid"


def _pay_out_of_order(reference: str) -> bool:
    # The events of a whole life, the last first: what counts is what the provider says when asked.
    if turn(reference, "paid"):
        for kind in ("refunded", "paid", "expired", "failed", "opened"):
            emit(reference, kind)
    return books(reference).state == "paid"


def _pay_in_silence(reference: str) -> bool:
    return turn(reference, "paid") or books(reference).state == "paid"


def _decline(reference: str) -> bool:
    if turn(reference, "failed"):
        emit(reference, "failed")
    return False


def _expire(reference: str) -> bool:
    if turn(reference, "expired"):
        emit(reference, "expired")
    return False


def _pay_and_refund(reference: str) -> bool:
    turn(reference, "paid")
    refund_at_provider(reference, books(reference).amount_cents)
    emit(reference, "refunded")
    return True


ACTS: dict[str, tuple[str, Act]] = {
    "pay": ("Pay", _pay),
    "decline": ("Decline the card", _decline),
    "expire": ("Let the page expire", _expire),
    "duplicate": ("Pay, and tell it three times", _pay_told_thrice),
    "reorder": ("Pay, and tell it in the wrong order", _pay_out_of_order),
    "late": ("Pay, and tell nothing until the portal asks", _pay_in_silence),
    "refund": ("Pay, and pay it back at the provider", _pay_and_refund),
}
