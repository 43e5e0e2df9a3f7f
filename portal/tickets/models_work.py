"""What support keeps while it works on tickets: who writes now, canned replies, time, reminders, links."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.clock import now
from portal.db import Base, Key
from portal.tickets.models import Ticket


class Presence(Base):
    """Somebody of support was writing on a ticket at that moment; it counts for a minute."""

    __tablename__ = "ticket_presence"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)


class CannedReply(Base):
    """An answer that support gives often, with placeholders of a fixed list. Archived, never deleted."""

    __tablename__ = "canned_reply"

    id: Mapped[Key]
    title: Mapped[str]
    topic: Mapped[str | None]
    body: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(default=now)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    archived_at: Mapped[datetime | None]
    form_key: Mapped[str | None] = mapped_column(unique=True)

    changed_by: Mapped[Person] = relationship()

    __table_args__ = (
        Index("uq_canned_reply_title", "title", unique=True, postgresql_where=text("archived_at IS NULL")),
    )


class TimeEntry(Base):
    """Minutes spent on a ticket. Never changed: a counter-entry, with minus its minutes, corrects one."""

    __tablename__ = "time_entry"

    id: Mapped[Key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    minutes: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    noted_at: Mapped[datetime] = mapped_column(default=now)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("time_entry.id"), unique=True)
    form_key: Mapped[str | None] = mapped_column(unique=True)

    person: Mapped[Person] = relationship()

    __table_args__ = (
        CheckConstraint(
            "CASE WHEN corrects_id IS NULL THEN minutes > 0 ELSE minutes < 0 END", name="minutes"
        ),
    )


class FollowUp(Base):
    """A reminder to look at a ticket again: one mail to whoever asked for it, at its time."""

    __tablename__ = "follow_up"

    id: Mapped[Key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="pending")
    made_at: Mapped[datetime] = mapped_column(default=now)
    form_key: Mapped[str | None] = mapped_column(unique=True)

    person: Mapped[Person] = relationship()
    ticket: Mapped[Ticket] = relationship()

    __table_args__ = (
        CheckConstraint("state IN ('pending', 'sent', 'withdrawn')", name="state"),
        Index("ix_follow_up_due", "due_at", "id", postgresql_where=text("state = 'pending'")),
    )


class TicketLink(Base):
    """One ticket leads to another: `related`, `split` (the other was taken out of this one), or `continued`."""

    __tablename__ = "ticket_link"

    id: Mapped[Key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    relation: Mapped[str]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (
        UniqueConstraint("ticket_id", "other_id", "relation"),
        CheckConstraint("ticket_id != other_id", name="two"),
        CheckConstraint("relation IN ('related', 'split', 'continued')", name="relation"),
    )


class TicketMerge(Base):
    """A ticket was merged into another; `before` is what both were, so that undoing gives it back."""

    __tablename__ = "ticket_merge"

    id: Mapped[Key]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    merged_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    merged_at: Mapped[datetime] = mapped_column(default=now)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (
        CheckConstraint("ticket_id != target_id", name="two"),
        CheckConstraint("(undone_at IS NULL) = (undone_by_id IS NULL)", name="undone"),
        Index("uq_ticket_merge_ticket", "ticket_id", unique=True, postgresql_where=text("undone_at IS NULL")),
    )


class AfterEventHelp(Base):
    """One of the three kinds of help after an event that somebody asked for, with its ticket (COV-8)."""

    __tablename__ = "after_event_help"

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    kind: Mapped[str]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), unique=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    ticket: Mapped[Ticket] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)
    done_by: Mapped[Person | None] = relationship(foreign_keys=done_by_id)

    __table_args__ = (
        CheckConstraint("kind IN ('attendance', 'certificates', 'export')", name="kind"),
        CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="done"),
    )
