"""What takes a host, as parts of statements: commitments that still do, and what calendars elsewhere say (HOW-5)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import TSTZRANGE
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from portal.bookings.models_commitments import SlotHold
from portal.busy_calendars.models import BusyCalendar


def still_takes(at: datetime) -> ColumnElement[bool]:
    """Of commitments outer joined to their holds: those but holds that have run out at an instant."""
    return or_(SlotHold.id.is_(None), SlotHold.expires_at > at)


def ranges_elsewhere() -> ReadOnlyColumnCollection[str, Any]:
    """`host_id` and `during` of each stretch in the calendars that hosts keep elsewhere, as far as they were read."""
    each = select(BusyCalendar.host_id, func.unnest(BusyCalendar.busy, type_=TSTZRANGE).label("during"))
    return each.subquery().c
