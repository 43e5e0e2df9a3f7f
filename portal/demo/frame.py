"""What the making of every row needs: the moment, the policy, the vendor's team, and where rows go."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from portal.audit.models import AuditEntry
from portal.db import Base
from portal.demo.rows import Rows
from portal.policy.edition import Edition

HISTORY = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Someone:
    """A person who has been written, by what other rows need to know of them."""

    id: int
    name: str
    email: str
    zone: str
    since: datetime

    @property
    def first(self) -> str:
        """What others call them."""
        return self.name.split()[0]


@dataclass(slots=True)
class Team:
    """The vendor's people, by what they do."""

    agents: list[Someone] = field(default_factory=list)
    moderators: list[Someone] = field(default_factory=list)
    managers: list[Someone] = field(default_factory=list)
    admins: list[Someone] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One thing that was sold. `unit` is in integer cents."""

    description: str
    quantity: int
    unit: int
    rule: str = ""

    @property
    def total(self) -> int:
        """What the line costs, in cents."""
        return self.quantity * self.unit


@dataclass(frozen=True, slots=True)
class Sale:
    """An order that has been written, with what its documents say. `settled` is when it was paid or cancelled."""

    order_id: int
    organisation_id: int
    event_id: int
    buyer: str
    address: str
    event: str
    purchase_order: str
    reference: str
    state: str
    cents: int
    currency: str
    orderer: Someone
    placed: datetime
    settled: datetime | None
    paid: datetime | None
    refunded: datetime | None
    refund_reason: str
    lines: tuple[SoldLine, ...]
    part_cents: int | None = None

    @property
    def back_cents(self) -> int:
        """What was paid back, in cents: a part of it where one is named."""
        return self.cents if self.part_cents is None else self.part_cents


@dataclass(slots=True)
class Frame:
    """The demo in the making. `edition` is the policy as it is now, `editions` all there are, newest first.

    `password_hash` is that of the accounts shown on the sign-in page; the others have chosen `unknown_hash`,
    a password that nobody knows. `placed` finds a ticket by its event and its thread.
    """

    rows: Rows
    now: datetime
    editions: list[Edition]
    edition: Edition
    password_hash: str
    unknown_hash: str
    team: Team = field(default_factory=Team)
    people: dict[str, Someone] = field(default_factory=dict)
    sales: list[Sale] = field(default_factory=list)
    placed: dict[tuple[int, str], int] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """Today's date, which the events' dates count from."""
        return self.now.date()

    def edition_at(self, at: datetime) -> int:
        """The number of the edition under which something was decided (POL-1)."""
        begun = (edition.number for edition in self.editions if edition.in_force_from <= at)
        return next(begun, self.editions[-1].number)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a change belongs, for its audit row."""

    organisation_id: int | None = None
    event_id: int | None = None


NOWHERE = Place()


def note(
    frame: Frame,
    at: datetime,
    actor: Someone | None,
    action: str,
    subject: type[Base],
    subject_id: int,
    place: Place = NOWHERE,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write the audit row of one change; without an actor the portal did it by itself."""
    frame.rows.add(
        AuditEntry,
        at=at,
        actor_id=actor and actor.id,
        actor_name=actor.name if actor else "The portal",
        action=action,
        subject_type=subject.__tablename__,
        subject_id=subject_id,
        event_id=place.event_id,
        organisation_id=place.organisation_id,
        before=before,
        after=after,
        policy_edition=frame.edition_at(at),
        request_id="",
    )
