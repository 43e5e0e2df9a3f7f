"""Writing what calendars answered to the invitations to sessions to come."""

from datetime import datetime, timedelta

from portal.bookings.models import Booking
from portal.bookings.models_calendars import SessionReply
from portal.demo.customers import Stage
from portal.demo.dice import dice
from portal.demo.frame import Frame, Someone, note
from portal.policy.terms import Audience

ANSWERS = ("accepted", "accepted", "accepted", "tentative", "declined")
SHOWN = {Audience.CONTACTS: "declined", Audience.OPERATORS: "tentative"}
COMMENTS = {"declined": "I am travelling that day.", "tentative": "Only if the hall is free by then."}
FALSE_NAME = "It was sent from another address than that of the person who was invited."


def write_answers(
    frame: Frame,
    stage: Stage,
    booking_id: int,
    audience: Audience,
    booked: datetime,
    customer: Someone,
    host: Someone,
) -> None:
    """Write that the host comes, what the customer says if they said it, and here and there an answer in a false name.

    The first customer's sessions show one that was declined, and an answer in a false name.
    """
    chance = dice("answers", stage.event.slug, booking_id)
    _write(frame, stage, booking_id, host, "accepted", booked + timedelta(minutes=chance.randint(3, 50)))
    shown = SHOWN.get(audience) if stage.customer.is_first else None
    if shown or chance.random() < 0.75:
        answered = booked + timedelta(minutes=chance.randint(20, 55))
        _write(frame, stage, booking_id, customer, shown or chance.choice(ANSWERS), answered)
    if shown == "tentative" or chance.random() < 0.2:
        _write_refused(frame, stage, booking_id, customer, booked + timedelta(minutes=58))


def _write(frame: Frame, stage: Stage, booking_id: int, person: Someone, answer: str, at: datetime) -> None:
    frame.rows.add(
        SessionReply, booking_id=booking_id, person_id=person.id, answer=answer, sequence=0, stamped_at=at,
        received_at=at, comment=COMMENTS.get(answer, ""), standing="counts",
    )  # fmt: skip
    after = {"by": person.id, "answer": answer, "standing": "counts"}
    note(frame, at, None, "booking.answered", Booking, booking_id, stage.place, after=after)


def _write_refused(frame: Frame, stage: Stage, booking_id: int, person: Someone, at: datetime) -> None:
    frame.rows.add(
        SessionReply, booking_id=booking_id, person_id=person.id, answer="declined", sequence=0, stamped_at=at,
        received_at=at, standing="refused", reason=FALSE_NAME,
    )  # fmt: skip
    after = {"by": person.id, "answer": "declined", "standing": "refused", "reason": FALSE_NAME}
    note(frame, at, None, "booking.answered", Booking, booking_id, stage.place, after=after)
