"""What the tests of live sessions are made of."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import Range

from portal.accounts.models import Person
from portal.bookings.models import Availability, Booking
from portal.bookings.service import Wanted, book_session
from portal.db import db
from portal.events.models import Event
from portal.policy.terms import Audience, SessionKind
from portal.policy.training import kind_for
from tests.people import actor_of


def utc(text: str) -> datetime:
    """`2026-11-25 15:00` as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


WEDNESDAY = utc("2026-11-25 15:00")


def window(host: Person, starts_at: datetime = WEDNESDAY, hours: float = 3) -> Availability:
    """Hours that `host` has published: by default Wednesday 15:00 to 18:00 UTC."""
    made = Availability(host_id=host.id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours))
    db.session.add(made)
    db.session.commit()
    return made


def unwritten(
    event: Event, host: Person, by: Person, starts_at: datetime = WEDNESDAY, **changes: Any
) -> Booking:
    """A session that no rule was asked about, not written yet."""
    ends_at = starts_at + timedelta(hours=1)
    values: dict[str, Any] = {
        "audience": "presenters", "starts_at": starts_at, "ends_at": ends_at, "policy_edition": 1,
        "busy": Range(starts_at - timedelta(minutes=10), ends_at + timedelta(minutes=15)),
        "one_per_event": True, "uses_entitlement": True,
    } | changes  # fmt: skip
    if "kind" not in values:
        values["kind"] = kind_of(values["audience"]).value
    return Booking(event=db.session.merge(event), host_id=host.id, booked_by_id=by.id, **values)


def booking(
    event: Event, host: Person, by: Person, starts_at: datetime = WEDNESDAY, **changes: Any
) -> Booking:
    """A session written as it stands, without asking any rule."""
    made = unwritten(event, host, by, starts_at, **changes)
    db.session.add(made)
    db.session.commit()
    return made


def book(
    who: Person,
    event: Event,
    audience: Audience | SessionKind | str = "presenters",
    at: datetime | None = WEDNESDAY,
    **more: Any,
) -> Booking:
    """Book as `who` would."""
    key = more.pop("form_key", None) or str(uuid.uuid4())
    return book_session(actor_of(who), event.id, Wanted(kind_of(audience), at, **more), form_key=key)


def kind_of(named: Audience | SessionKind | str) -> SessionKind:
    """The kind of session named by itself, or by whom it trains."""
    return SessionKind(named) if named in set(SessionKind) else kind_for(Audience(named))


def state_of(session_id: int) -> tuple[str, bool]:
    """A session's state, and whether it uses up its entitlement, as the database has them."""
    db.session.rollback()
    found = db.session.get_one(Booking, session_id, populate_existing=True)
    return found.state, found.uses_entitlement
