"""Technical Contacts, the numbered seats they sit on, and requests to remove them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.clock import now
from portal.db import Base, Key
from portal.events.models import Event


class Seat(Base):
    """One place on an event's roster, from the licence or bought (WHO-3, WHO-4).

    A contact cannot be registered without a free seat, whatever the code above does. When the limit
    falls, empty seats go and taken ones stay, marked `closing`: they go when their holder does.
    """

    __tablename__ = "seat"

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    number: Mapped[int]
    order_line_id: Mapped[int | None] = mapped_column(ForeignKey("order_line.id"), unique=True)
    closing: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        UniqueConstraint("event_id", "id"),
        CheckConstraint("number > 0", name="number"),
    )


class Contact(Base):
    """A person registered as Technical Contact of an event (WHO-1), now or in the past."""

    __tablename__ = "contact"

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("role_grant.id"), unique=True)
    seat_id: Mapped[int | None] = mapped_column(unique=True)
    seat_number: Mapped[int]
    phone: Mapped[str] = mapped_column(default="")
    job_title: Mapped[str] = mapped_column(default="")
    registered_at: Mapped[datetime] = mapped_column(default=now)
    registered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    form_key: Mapped[str | None] = mapped_column(unique=True)

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    event: Mapped[Event] = relationship()

    __table_args__ = (
        ForeignKeyConstraint(["event_id", "seat_id"], ["seat.event_id", "seat.id"]),
        CheckConstraint("(ended_at IS NULL) = (seat_id IS NOT NULL)", name="seat_while_active"),
        Index(
            "uq_contact_active",
            "event_id",
            "person_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_contact_event_id", "event_id"),
    )


class Removal(Base):
    """A request to remove or replace a contact, which a manager decides within two business days (WHO-6).

    A replacement names who is to come: they get the seat in the transaction in which the other leaves it.
    `handover_to` is the contact whom the tickets and live sessions of the one to go pass to: as chosen
    while the request is pending, as it came once it is approved.
    """

    __tablename__ = "removal"

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    kind: Mapped[str] = mapped_column(default="removal", server_default="removal")
    state: Mapped[str] = mapped_column(default="pending")
    replacement_name: Mapped[str] = mapped_column(default="", server_default="")
    replacement_email: Mapped[str] = mapped_column(default="", server_default="")
    replacement_phone: Mapped[str] = mapped_column(default="", server_default="")
    replacement_job_title: Mapped[str] = mapped_column(default="", server_default="")
    handover_to_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    half_time_told_at: Mapped[datetime | None]
    late_told_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(default="")
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))

    contact: Mapped[Contact] = relationship(foreign_keys=contact_id)
    handover_to: Mapped[Contact | None] = relationship(foreign_keys=handover_to_id)
    event: Mapped[Event] = relationship()
    requested_by: Mapped[Person] = relationship(foreign_keys=requested_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)

    __table_args__ = (
        CheckConstraint("state IN ('pending', 'approved', 'declined', 'withdrawn')", name="state"),
        CheckConstraint("kind IN ('removal', 'replacement')", name="kind"),
        CheckConstraint("(kind = 'replacement') = (replacement_email != '')", name="replacement"),
        CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("state != 'approved' OR decided_by_id != requested_by_id", name="four_eyes"),
        Index("uq_removal_pending", "contact_id", unique=True, postgresql_where=text("state = 'pending'")),
        Index("ix_removal_due", "due_at", "id", postgresql_where=text("state = 'pending'")),
        Index("ix_removal_event_id", "event_id"),
        # Nobody is to come twice: the second request for the same person would fail when it is approved.
        Index(
            "uq_removal_replacement", "event_id", "replacement_email",
            unique=True, postgresql_where=text("state = 'pending' AND kind = 'replacement'"),
        ),
    )  # fmt: skip

    @property
    def is_replacement(self) -> bool:
        """Whether somebody takes the seat of the one to go."""
        return self.kind == "replacement"
