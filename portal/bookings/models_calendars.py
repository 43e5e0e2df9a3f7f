"""What a live session is in people's calendars: its identity there, their answers, and the feeds they subscribe to."""

import secrets
import uuid
from datetime import datetime

from flask import current_app
from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.clock import now
from portal.db import Base, Key


def new_uid() -> str:
    """An identity for calendars that is nobody else's: its domain is that of the portal's mail (RFC 7986)."""
    return f"{uuid.uuid4()}@{current_app.config['MAIL_DOMAIN']}"


def new_room() -> str:
    """A name of a meeting room that nobody can guess: 128 random bits."""
    return secrets.token_hex(16)


def room_address(room: str) -> str | None:
    """Where a room is on the meeting server; None where the settings name no such server."""
    server: str | None = current_app.extensions["settings"].jitsi_url
    return f"{server.rstrip('/')}/{room}" if server else None


class InCalendars:
    """The columns of a live session that its invitations, reminders and the way to join it need.

    `calendar_uid` never changes; `time_sequence` and `time_set_at` are from when its present time was set (None:
    from the beginning), so that an answer to another time is known for one. `join_url` is the link that staff
    entered; `room` the name of its meeting room where the portal makes the links. The reminders keep which time
    they were sent for: a session that was moved has none yet.
    """

    calendar_uid: Mapped[str] = mapped_column(unique=True, default=new_uid)
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    time_sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    time_set_at: Mapped[datetime | None]
    room: Mapped[str] = mapped_column(default=new_room)
    join_url: Mapped[str | None]
    day_reminder_for: Mapped[datetime | None]
    hour_reminder_for: Mapped[datetime | None]


class SessionReply(Base):
    """One answer of a calendar to the invitation to a session (RFC 5546), kept as it came, whatever it was worth.

    `standing`: `counts` (the newest of its person), `replaced` by a newer one, `late` (older than one that counts,
    or about another time), `refused` (nobody vouches that it is from whom it names; `reason` says why). Nothing
    follows from the last two.
    """

    __tablename__ = "session_reply"

    id: Mapped[Key]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    inbound_mail_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_mail.id"), unique=True)
    answer: Mapped[str]
    sequence: Mapped[int]
    stamped_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(default=now)
    proposed_at: Mapped[datetime | None]
    comment: Mapped[str] = mapped_column(default="")
    standing: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")

    person: Mapped[Person | None] = relationship()

    __table_args__ = (
        CheckConstraint("answer IN ('accepted', 'declined', 'tentative', 'counter', 'other')", name="answer"),
        CheckConstraint("standing IN ('counts', 'replaced', 'late', 'refused')", name="standing"),
        CheckConstraint("standing = 'refused' OR person_id IS NOT NULL", name="person"),
        CheckConstraint("(standing = 'refused') = (reason != '')", name="reason"),
        Index(
            "uq_session_reply_counts", "booking_id", "person_id",
            unique=True, postgresql_where=text("standing = 'counts'"),
        ),
    )  # fmt: skip


class CalendarFeed(Base):
    """A person's private feed of sessions. Its address holds a token, of which only the hash is kept."""

    __tablename__ = "calendar_feed"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_calendar_feed_person",
            "person_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
