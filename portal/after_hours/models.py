"""Windows of support outside business hours, whom they were offered to, and who takes such windows when (AFT-1)."""

from datetime import datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, Time, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.actor import Scope
from portal.accounts.models import Organisation, Person
from portal.clock import now
from portal.db import Base, Key
from portal.events.models import Event
from portal.orders.models import Order
from portal.policy.terms import Channel, in_words
from portal.policy.window_promise import Coverage

STATES = ("asked", "ordered", "offered", "confirmed", "done", "cancelled", "withdrawn")
BOUGHT = ("ordered", "offered", "confirmed", "done")
ENDED = ("cancelled", "withdrawn")
# An event's key as a range: the exclusion constraint then needs no extension of PostgreSQL.
SAME_EVENT = text("int8range(event_id, event_id, '[]')")


def reference_of(window_id: int) -> str:
    """The number of a window as people say it: `W-00042`."""
    return f"W-{window_id:05d}"


class Window(Base):
    """A stretch in which an event has support outside business hours, by one channel.

    `asked` waits for an organiser to order it, `ordered` for its payment, `offered` (paid, or approved on
    invoice) for somebody of support to hold it; `confirmed` is held by `holder`, and `done` is over. `hold_by` is
    when it is cancelled if it is not held. `reach` is how the holder is reached. `handing_to` was asked by the
    holder to take it over. `reply_minutes` is the goal for a reply within it, as it was agreed. `refund_cents` is
    what a cancellation was to give back, and `charge_order` the order of what it left to be paid.
    """

    __tablename__ = "after_hours_window"

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    channel: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    hold_by: Mapped[datetime]
    reply_minutes: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="asked")
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"), unique=True)
    charge_order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"), unique=True)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    held_at: Mapped[datetime | None]
    reach: Mapped[str] = mapped_column(default="")
    handing_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    managers_told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_because: Mapped[str] = mapped_column(default="")
    refund_cents: Mapped[int | None]
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))
    form_key: Mapped[str | None] = mapped_column(unique=True)

    organisation: Mapped[Organisation] = relationship()
    event: Mapped[Event] = relationship()
    order: Mapped[Order | None] = relationship(foreign_keys=order_id)
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)
    holder: Mapped[Person | None] = relationship(foreign_keys=holder_id)
    handing_to: Mapped[Person | None] = relationship(foreign_keys=handing_to_id)
    ended_by: Mapped[Person | None] = relationship(foreign_keys=ended_by_id)

    __table_args__ = (
        CheckConstraint(f"state IN {STATES!r}", name="state"),
        CheckConstraint(f"channel IN {tuple(each.value for each in Channel)!r}", name="channel"),
        CheckConstraint("ends_at > starts_at AND hold_by <= starts_at", name="order"),
        CheckConstraint("reply_minutes > 0", name="reply_minutes"),
        CheckConstraint(f"state NOT IN {BOUGHT!r} OR order_id IS NOT NULL", name="bought"),
        CheckConstraint("state NOT IN ('asked', 'withdrawn') OR order_id IS NULL", name="asked"),
        CheckConstraint("(holder_id IS NULL) = (held_at IS NULL)", name="held"),
        CheckConstraint("state NOT IN ('confirmed', 'done') OR holder_id IS NOT NULL", name="confirmed"),
        CheckConstraint("state NOT IN ('asked', 'ordered', 'offered') OR holder_id IS NULL", name="not_held"),
        CheckConstraint("handing_to_id IS NULL OR state = 'confirmed'", name="handing"),
        CheckConstraint(f"(state IN {ENDED!r}) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("refund_cents IS NULL OR (refund_cents >= 0 AND state = 'cancelled')", name="refund"),
        ExcludeConstraint(
            (SAME_EVENT, "&&"), (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text(f"state IN {BOUGHT!r}"), name="ex_after_hours_window_event",
        ),
        Index("ix_after_hours_window_event", "event_id", "starts_at", "id"),
        Index("ix_after_hours_window_organisation", "organisation_id", "starts_at", "id"),
        Index("ix_after_hours_window_starts", "starts_at", "id"),
        Index(
            "ix_after_hours_window_waiting", "hold_by",
            postgresql_where=text("state IN ('asked', 'ordered', 'offered')"),
        ),
    )  # fmt: skip

    @property
    def scope(self) -> Scope:
        """Where the window belongs, for permission checks."""
        return Scope(event_id=self.event_id, organisation_id=self.organisation_id)

    @property
    def reference(self) -> str:
        """The window's number as people say it: `W-00042`."""
        return reference_of(self.id)

    @property
    def title(self) -> str:
        """What it is, in words: `Support by phone`."""
        return f"Support {in_words(Channel(self.channel))}"

    @property
    def minutes(self) -> int:
        """Real minutes from its start to its end."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @property
    def coverage(self) -> Coverage:
        """The window as a promise names it; it must be held, and its holder have been loaded with it."""
        holder = self.holder.name if self.holder else "support"
        channel = Channel(self.channel)
        return Coverage(self.reference, holder, self.ends_at, self.reply_minutes, channel, self.reach)

    @property
    def calendar_uid(self) -> str:
        """The window's stable identity in everyone's calendar."""
        return f"after-hours-{self.id}@conference-tracker.example"


class ReadyHours(Base):
    """The hours of one kind of day on which a member of staff takes windows after hours, in US Eastern.

    `closes` at 00:00 is the end of the day. `channels` are those they take then.
    """

    __tablename__ = "after_hours_ready"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day_kind: Mapped[str]
    opens: Mapped[time] = mapped_column(Time)
    closes: Mapped[time] = mapped_column(Time)
    channels: Mapped[list[str]] = mapped_column(ARRAY(TEXT))

    person: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint("person_id", "day_kind"),
        CheckConstraint("day_kind IN ('business_day', 'weekend', 'holiday')", name="day_kind"),
        CheckConstraint("closes > opens OR closes = '00:00'", name="order"),
        CheckConstraint("cardinality(channels) > 0", name="channels"),
    )


class WindowOffer(Base):
    """A window offered to a member of staff, who may hold it as long as nobody does, or decline."""

    __tablename__ = "after_hours_offer"

    id: Mapped[Key]
    window_id: Mapped[int] = mapped_column(ForeignKey("after_hours_window.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    offered_at: Mapped[datetime] = mapped_column(default=now)
    declined_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint("window_id", "person_id"),
        Index("ix_after_hours_offer_person", "person_id", "window_id"),
    )
