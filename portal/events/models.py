"""The licensed events."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.actor import Scope
from portal.accounts.models import Organisation
from portal.clock import now
from portal.db import Base, Key
from portal.policy.contacts import Licence
from portal.policy.training import EventFacts


class Event(Base):
    """One licensed event of an organisation. What it is entitled to follows from these fields."""

    __tablename__ = "event"

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    place: Mapped[str] = mapped_column(default="")
    in_person: Mapped[bool] = mapped_column(default=True)
    time_zone: Mapped[str]
    attendees: Mapped[int]
    licence: Mapped[str]
    virtual_event_package: Mapped[bool] = mapped_column(default=False)
    exhibitor_package: Mapped[bool] = mapped_column(default=False)
    records_attendance: Mapped[bool] = mapped_column(default=False)
    account_opened_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)
    form_key: Mapped[str | None] = mapped_column(unique=True)

    organisation: Mapped[Organisation] = relationship()

    __table_args__ = (
        CheckConstraint("attendees > 0", name="attendees"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint("licence IN ('basic', 'premium')", name="licence"),
        Index("ix_event_organisation_id", "organisation_id", "starts_on", "id"),
        Index("ix_event_starts_on", "starts_on", "id"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def scope(self) -> Scope:
        """Where the event belongs, for permission checks."""
        return Scope(event_id=self.id, organisation_id=self.organisation_id)

    @property
    def licence_kind(self) -> Licence:
        """The licence as the policy names it."""
        return Licence(self.licence)

    @property
    def facts(self) -> EventFacts:
        """What decides the event's training entitlements (COV-5 to COV-7)."""
        return EventFacts(
            virtual_event_package=self.virtual_event_package,
            exhibitor_package=self.exhibitor_package,
            in_person=self.in_person,
            records_attendance=self.records_attendance,
            licence=self.licence_kind,
        )
