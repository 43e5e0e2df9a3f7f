"""Mail about the waiting list. Takes part in the caller's transaction."""

from datetime import datetime

from portal.bookings.days import instant_text
from portal.bookings.models_commitments import SlotHold, Waiting
from portal.mail.post import address_of, post


def send_offer(place: Waiting, hold: SlotHold) -> None:
    """Tell whoever waits that a time is kept for them, until when, and where it is booked."""
    address = address_of(
        "bookings.new",
        event_id=place.event_id,
        kind=place.kind,
        starts_at=instant_text(hold.starts_at),
        hold=hold.id,
    )
    post(
        place.person, "session_offered", cause=f"session-offered:{hold.id}", permission="booking:create",
        scope=place.scope, place=place, hold=hold, address=address,
    )  # fmt: skip


def send_lapsed(place: Waiting, starts_at: datetime) -> None:
    """Tell whoever waited that the offer has gone to the next in line, and that they may join again."""
    post(
        place.person, "session_offer_lapsed", cause=f"session-offer-lapsed:{place.id}",
        permission="booking:create", scope=place.scope, place=place, starts_at=starts_at,
    )  # fmt: skip


def send_wait_over(place: Waiting) -> None:
    """Tell whoever waited that nothing became free by the day they named."""
    post(
        place.person, "session_wait_over", cause=f"session-wait-over:{place.id}", permission="booking:create",
        scope=place.scope, place=place,
    )  # fmt: skip
