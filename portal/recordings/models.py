"""The recording of a session with whom it was passed on to and who opened it, and a session's materials."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.audiences.models import AudienceMember
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import Base, Key


class Recording(Base):
    """A recording that was asked for, and what became of it (COV-5 to COV-7).

    Published it is a link or a file, as its `publication`; a withdrawn or expired one may be published anew.
    `reason` is that of the decision or the withdrawal. A file is cleared from the store once nobody may have it.
    """

    __tablename__ = "recording"

    id: Mapped[Key]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), unique=True)
    state: Mapped[str] = mapped_column(default="asked")
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    publication: Mapped[int] = mapped_column(default=0)
    link: Mapped[str | None]
    storage_name: Mapped[str | None]
    name: Mapped[str | None]
    media_type: Mapped[str | None]
    size: Mapped[int | None]
    sha256: Mapped[str | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))
    form_key: Mapped[str | None] = mapped_column(unique=True)

    booking: Mapped[Booking] = relationship()

    __table_args__ = (
        CheckConstraint(
            "state IN ('asked', 'declined', 'accepted', 'published', 'withdrawn', 'expired')", name="state"
        ),
        CheckConstraint("state = 'asked' OR decided_at IS NOT NULL", name="decided"),
        CheckConstraint("state NOT IN ('declined', 'withdrawn') OR reason != ''", name="reason"),
        CheckConstraint(
            "state != 'published' OR (num_nonnulls(link, storage_name) = 1 AND expires_at IS NOT NULL)",
            name="published",
        ),
        CheckConstraint("link IS NULL OR link LIKE 'https://%'", name="link"),
        Index("ix_recording_expires_at", "expires_at", postgresql_where=text("state = 'published'")),
        Index("ix_recording_storage_name", "storage_name", postgresql_where=text("storage_name IS NOT NULL")),
    )

    def may_be_had(self, at: datetime) -> bool:
        """Whether it can be opened at an instant by those to whom it was passed on."""
        return self.state == "published" and self.expires_at is not None and at < self.expires_at


class RecordingPass(Base):
    """A publication that was passed on to one of the audience who missed the session; once for each."""

    __tablename__ = "recording_pass"

    id: Mapped[Key]
    recording_id: Mapped[int] = mapped_column(ForeignKey("recording.id"))
    publication: Mapped[int]
    member_id: Mapped[int] = mapped_column(ForeignKey("audience_member.id"), index=True)
    passed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    passed_at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (UniqueConstraint("recording_id", "publication", "member_id"),)


class RecordingAccess(Base):
    """Who opened a recording, and when: one of the audience, or somebody with an account."""

    __tablename__ = "recording_access"

    id: Mapped[Key]
    recording_id: Mapped[int] = mapped_column(ForeignKey("recording.id"))
    publication: Mapped[int]
    member_id: Mapped[int | None] = mapped_column(ForeignKey("audience_member.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=now)

    member: Mapped[AudienceMember | None] = relationship()
    person: Mapped[Person | None] = relationship()

    __table_args__ = (
        CheckConstraint("num_nonnulls(person_id, member_id) = 1", name="by"),
        Index("ix_recording_access_recording", "recording_id", "at", "id"),
    )


class SessionMaterial(Base):
    """A file or a link that staff put beside a session, for those who take part."""

    __tablename__ = "session_material"

    id: Mapped[Key]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    title: Mapped[str]
    link: Mapped[str | None]
    storage_name: Mapped[str | None]
    name: Mapped[str | None]
    media_type: Mapped[str | None]
    size: Mapped[int | None]
    sha256: Mapped[str | None]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(default=now)
    removed_at: Mapped[datetime | None]
    form_key: Mapped[str] = mapped_column(unique=True)

    booking: Mapped[Booking] = relationship()

    __table_args__ = (
        CheckConstraint("removed_at IS NOT NULL OR num_nonnulls(link, storage_name) = 1", name="one_thing"),
        CheckConstraint("link IS NULL OR link LIKE 'https://%'", name="link"),
        Index("ix_session_material_booking", "booking_id", "id"),
        Index(
            "ix_session_material_storage_name", "storage_name", postgresql_where=text("storage_name IS NOT NULL")
        ),
    )  # fmt: skip
