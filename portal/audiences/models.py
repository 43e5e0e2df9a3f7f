"""Who takes part in a live session, what was written to them in the customer's name, and what they said of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import Base, Key


class AudienceLetter(Base):
    """One press of the button that invites: by whom, with which note, and whether they are asked afterwards.

    `answers_to_id` is the person who chose that replies reach them; without one nobody reads replies (WHO-2).
    """

    __tablename__ = "audience_letter"

    id: Mapped[Key]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    note: Mapped[str] = mapped_column(default="")
    answers_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asks_feedback: Mapped[bool] = mapped_column(default=True)
    people: Mapped[int] = mapped_column(default=0)
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime] = mapped_column(default=now)
    form_key: Mapped[str | None] = mapped_column(unique=True)

    answers_to: Mapped[Person | None] = relationship(foreign_keys=answers_to_id)


class AudienceMember(Base):
    """A person on the list of one session, who needs no account.

    Somebody taken off after an invitation stays as `removed_at`, so that their calendar is put right; who was
    erased is counted and no longer named. `told_sequence` is the calendar's sequence they were told last.
    `link_number` is part of their private link: a higher one ends the links before.
    """

    __tablename__ = "audience_member"

    id: Mapped[Key]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    name: Mapped[str]
    email: Mapped[str]
    time_zone: Mapped[str | None]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(default=now)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("audience_letter.id"))
    invited_at: Mapped[datetime | None]
    told_sequence: Mapped[int] = mapped_column(default=0)
    link_number: Mapped[int] = mapped_column(default=0)
    reply: Mapped[str | None]
    replied_at: Mapped[datetime | None]
    attended: Mapped[bool | None]
    removed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    booking: Mapped[Booking] = relationship()
    letter: Mapped[AudienceLetter | None] = relationship()

    __table_args__ = (
        CheckConstraint("reply IN ('yes', 'no')", name="reply"),
        CheckConstraint("(invited_at IS NULL) = (letter_id IS NULL)", name="invited"),
        CheckConstraint("(erased_at IS NULL) = (email != '')", name="erased"),
        CheckConstraint("erased_at IS NULL OR name = ''", name="nothing_left"),
        Index(
            "uq_audience_member_listed", "booking_id", "email",
            unique=True, postgresql_where=text("removed_at IS NULL AND erased_at IS NULL"),
        ),
        Index("ix_audience_member_booking", "booking_id", "id"),
    )  # fmt: skip

    @property
    def is_listed(self) -> bool:
        """Whether they are on the list now."""
        return self.removed_at is None and self.erased_at is None


class AudienceRefusal(Base):
    """Somebody who is not to be written to about an event again: an address that only its keyed hash tells."""

    __tablename__ = "audience_refusal"

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    address_hash: Mapped[str]
    refused_at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (Index("uq_audience_refusal_event", "event_id", "address_hash", unique=True),)


class SessionRecord(Base):
    """What was written down of a session that was held: who came, the summary shared with the customer."""

    __tablename__ = "session_record"

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), primary_key=True)
    attendance_at: Mapped[datetime | None]
    attendance_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    others_came: Mapped[int] = mapped_column(default=0)
    summary: Mapped[str] = mapped_column(default="")
    summary_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    summary_at: Mapped[datetime | None]
    feedback_asked_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("others_came BETWEEN 0 AND 100000", name="others_came"),
        CheckConstraint("(attendance_at IS NULL) = (attendance_by_id IS NULL)", name="attendance"),
    )


class SessionNote(Base):
    """What staff wrote down about a session among themselves; no customer reads it."""

    __tablename__ = "session_note"

    id: Mapped[Key]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(default=now)
    form_key: Mapped[str] = mapped_column(unique=True)

    author: Mapped[Person] = relationship()

    __table_args__ = (Index("ix_session_note_booking", "booking_id", "id"),)


class SessionFeedback(Base):
    """What was asked once of whoever booked a session, or of somebody in its audience, and what they said."""

    __tablename__ = "session_feedback"

    id: Mapped[Key]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("audience_member.id"), unique=True)
    score: Mapped[int | None] = mapped_column(SmallInteger)
    words: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime] = mapped_column(default=now)
    answered_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]

    booking: Mapped[Booking] = relationship()

    __table_args__ = (
        CheckConstraint("num_nonnulls(person_id, member_id) = 1", name="asked_of"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        CheckConstraint("(score IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("changed_at IS NULL OR score IS NOT NULL", name="changed"),
        Index(
            "uq_session_feedback_person", "booking_id", "person_id",
            unique=True, postgresql_where=text("person_id IS NOT NULL"),
        ),
        Index("ix_session_feedback_answered", "answered_at", postgresql_where=text("score IS NOT NULL")),
    )  # fmt: skip
