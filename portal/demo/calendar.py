"""What the team entered into its own calendar (HOW-5)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import Range

from portal.bookings.models_commitments import Commitment
from portal.db import db
from portal.demo.frame import Frame, Someone, note
from portal.demo.moments import at_local

EASTERN = "America/New_York"
# Who, days ahead, from and until in Eastern clock time, and what it is.
ENTRIES = (
    ("agent@demo.example", 1, 10, 11, "Release meeting"),
    ("agent@demo.example", 8, 15, 17, "Course on badge printers"),
    ("agent@demo.example", 9, 10, 11, "Release meeting"),
    ("manager@demo.example", 1, 14, 16, "Quarterly review"),
    ("tom.beckstrand@conference-tracker.example", 3, 11, 12, "Dentist"),
)


def entries(frame: Frame) -> Iterator[tuple[Someone, tuple[datetime, datetime], str]]:
    """Who entered what, from and until when."""
    for email, ahead, opens, closes, title in ENTRIES:
        day = frame.today + timedelta(days=ahead)
        yield frame.people[email], (at_local(day, EASTERN, opens), at_local(day, EASTERN, closes)), title


def write_entries(frame: Frame) -> None:
    """Write the entries of the team's calendar; numbered by the database, as what triggers write beside them."""
    frame.rows.flush()
    frame.rows.settle()
    # Just now: the audit trail is in the order of what it tells, and everything else is written already.
    entered = frame.now
    for who, span, title in entries(frame):
        row = insert(Commitment).values(
            host_id=who.id,
            during=Range(*span),
            kind="entry",
            title=title,
            entered_by_id=who.id,
            entered_at=entered,
        )
        key = db.session.execute(row.returning(Commitment.id)).scalar_one()
        note(frame, entered, who, "calendar.entered", Commitment, key, after={"title": title})
