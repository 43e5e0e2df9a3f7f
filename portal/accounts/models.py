"""Organisations, people, what each may do where, and their signed-in browsers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text, true
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import now
from portal.db import Base, Key


class Organisation(Base):
    """A customer: one that licenses events."""

    __tablename__ = "organisation"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    billing_address: Mapped[str] = mapped_column(default="")
    billing_email: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class Person(Base):
    """Somebody with one sign-in, however many roles they hold. `email` is normalised and unique.

    `unwanted_mail` lists the kinds of optional mail that they have turned off. `shortcuts` is whether single
    keys do something on the pages of tickets (WCAG 2.1.4).
    """

    __tablename__ = "person"

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="America/New_York")
    password_hash: Mapped[str | None]
    unwanted_mail: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, server_default="{}")
    shortcuts: Mapped[bool] = mapped_column(default=True, server_default=true())
    disabled_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)


class Grant(Base):
    """A role held by a person: everywhere (staff), in an organisation (organiser) or at an event (contact)."""

    __tablename__ = "role_grant"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    granted_at: Mapped[datetime] = mapped_column(default=now)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=person_id)

    __table_args__ = (
        CheckConstraint(
            "(role = 'organiser' AND organisation_id IS NOT NULL AND event_id IS NULL)"
            " OR (role = 'contact' AND event_id IS NOT NULL AND organisation_id IS NULL)"
            " OR (role IN ('agent', 'moderator', 'manager', 'admin')"
            " AND event_id IS NULL AND organisation_id IS NULL)",
            name="scope",
        ),
        Index(
            "uq_role_grant_active",
            "person_id", "role", "organisation_id", "event_id",
            unique=True, postgresql_where=text("ended_at IS NULL"), postgresql_nulls_not_distinct=True,
        ),
        Index("ix_role_grant_event", "event_id", postgresql_where=text("ended_at IS NULL")),
        Index("ix_role_grant_organisation", "organisation_id", postgresql_where=text("ended_at IS NULL")),
    )  # fmt: skip


class Session(Base):
    """A signed-in browser. The cookie holds a token; only its hash is kept here."""

    __tablename__ = "session"

    id: Mapped[Key]
    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    browser: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    signed_in_at: Mapped[datetime] = mapped_column(default=now)
    last_write_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class OneTimeLink(Base):
    """A link sent by mail: an invitation or a password reset. Used once, by POST only."""

    __tablename__ = "one_time_link"

    id: Mapped[Key]
    token_hash: Mapped[str]
    purpose: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("purpose IN ('invitation', 'reset')", name="purpose"),
    )
