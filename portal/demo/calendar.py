"""What the team entered into its own calendar (HOW-5)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from portal.bookings.models_commitments import Commitment
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
    """Write the entries of the team's calendar."""
    entered = frame.now - timedelta(days=5)
    for who, (starts, ends), title in entries(frame):
        key = frame.rows.add(
            Commitment, host_id=who.id, during=f"[{starts.isoformat()},{ends.isoformat()})", kind="entry",
            title=title, entered_by_id=who.id, entered_at=entered,
        )  # fmt: skip
        note(frame, entered, who, "calendar.entered", Commitment, key, after={"title": title})
