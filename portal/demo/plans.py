"""The shapes of what is written by hand: organisations, events, conversations, wishes and the rest."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class OrganisationPlan:
    """A customer and the words of its field. `kin` and `places` name its relatives in a larger demo."""

    key: str
    name: str
    kin: str
    short: str
    domain: str
    domain_kin: str
    country: str
    locale: str
    currency: str
    phone: str
    street: str
    institution: str
    institutions: str
    professionals: str
    fees: list[str]
    places: list[str]
    sessions: list[str]
    exhibitors: list[str]


@dataclass(frozen=True, slots=True)
class EventPlan:
    """An event. `starts` counts days from today, `opened` days before the start; see events.toml."""

    key: str
    organisation: str
    name: str
    short: str
    starts: int
    days: int
    opened: int
    attendees: int
    licence: str
    packages: list[str]
    in_person: bool
    scans_sessions: bool
    venue: str
    city: str
    country: str
    zone: str
    rooms: list[str]
    seats_used: int
    weekday: int | None = None
    extra_seats: int = 0
    shrunk_from: int | None = None
    calls_for_abstracts: bool = False

    @property
    def traits(self) -> set[str]:
        """What threads may need of an event."""
        held = {
            "in_person": self.in_person,
            "scan": self.scans_sessions,
            "abstracts": self.calls_for_abstracts,
        }
        return {*self.packages, *(name for name, holds in held.items() if holds)}


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """One turn of a thread: by `contact`, `colleague` (another contact) or `agent`; `after` as `40m`, `2h`, `1d`."""

    by: str
    text: str
    after: str = "0m"
    attach: str | None = None


@dataclass(frozen=True, slots=True)
class ThreadPlan:
    """A conversation. `when` is the span, in days from the event's start, in which people ask such things.

    With `from_opening` it counts from the opening of the account. `after_clock_change` keeps it to the
    days after the event's own clocks were changed.
    """

    key: str
    subject: str
    topic: str
    when: list[int]
    messages: list[MessagePlan]
    needs: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    channel: str = "page"
    from_opening: bool = False
    after_clock_change: bool = False

    @property
    def contacts_needed(self) -> int:
        """How many different contacts write in it."""
        return 1 + any(message.by == "colleague" for message in self.messages)

    def suits(self, event: EventPlan) -> bool:
        """Whether such a conversation can happen at an event with that many contacts, packages and country."""
        return (
            set(self.needs) <= event.traits
            and (not self.countries or event.country in self.countries)
            and self.contacts_needed <= event.seats_used
        )


@dataclass(frozen=True, slots=True)
class ScenePlan:
    """A ticket placed by hand; see scenes.toml."""

    thread: str
    event: str
    shown: int
    ago: int
    author: str | None = None
    agent: str | None = None
    closed: bool = False
    by_load: bool = False
    priority: str = "normal"
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """An order of one additional contact, placed by hand; see dealings.toml.

    `paid_days_ago` is when money came for an order that had been cancelled.
    """

    event: str
    state: str
    days_ago: int
    purchase_order: str = ""
    settled_days_ago: int | None = None
    payment_reference: str = ""
    granted_days_ago: int | None = None
    paid_days_ago: int | None = None
    refunded_days_ago: int | None = None
    refund_reason: str = ""

    @property
    def open_days_ago(self) -> int | None:
        """How many days ago it brought its seat; None while it has brought none."""
        return self.settled_days_ago if self.state == "paid" else self.granted_days_ago


@dataclass(frozen=True, slots=True)
class RemovalPlan:
    """A request to remove a contact, placed by hand; see dealings.toml."""

    event: str
    state: str
    asked_ago: int
    reason: str
    contact: int | None = None
    former_days: int | None = None
    decided_after: int | None = None
    decision_reason: str = ""


@dataclass(frozen=True, slots=True)
class BookingPlan:
    """A live session placed by hand; see bookings.toml."""

    event: str
    audience: str
    state: str
    days: int
    recording: bool = False
    note: str = ""
    booked_days_before: int = 12
    cancelled_days_before: int | None = None


@dataclass(frozen=True, slots=True)
class WishPlan:
    """A wish. `state` is where it stands, with moderators or else with management; `module` the part it concerns.

    `appeal` is the share of customers who find it useful; `organisation` whose it is, if it matters; what an agent adds for
    one is on its behalf. `cases` are what other customers told of the same; `picture` says in words what one shows.
    What moderators did: the `question` that the author is asked, why it is `hidden`, the title of the wish that it was merged
    `into`, the author's own title where it was reworded, the title of an edit that is held, comments that are `waiting`.
    """

    title: str
    state: str
    by: str
    days_ago: int
    appeal: float
    problem: str
    idea: str = ""
    answer: str = ""
    organisation: str | None = None
    module: str | None = None
    affected: str = ""
    frequency: str | None = None
    workaround: str = ""
    cases: tuple[str, ...] = ()
    picture: str = ""
    question: str = ""
    hidden: str = ""
    into: str = ""
    author_title: str = ""
    held_title: str = ""
    locked: bool = False
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextPlan:
    """A version of a help article; `days_ago` is when it was written."""

    days_ago: int
    reason: str
    body: str


@dataclass(frozen=True, slots=True)
class ArticlePlan:
    """A help article; see articles.toml. `by` counts through the agents."""

    title: str
    category: str
    audience: str
    by: int
    versions: list[TextPlan]
    state: str = "published"
    helped: int = 0
    not_helped: int = 0
    spared: int = 0
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class VersionPlan:
    """A version of a quote; see quotes.toml. `lines` are what, how many, and cents each."""

    lines: list[list[Any]]
    stands: int
    words: str = ""
    terms: str = ""
    sent_days_ago: int | None = None


@dataclass(frozen=True, slots=True)
class RemarkPlan:
    """A question about a quote, or an answer."""

    days_ago: int
    staff: bool
    body: str


@dataclass(frozen=True, slots=True)
class QuotePlan:
    """A quote placed by hand; see quotes.toml."""

    event: str
    by: str
    subject: str
    title: str
    asked_for: str
    state: str
    days_ago: int
    decided_days_ago: int | None = None
    reason: str = ""
    purchase_order: str = ""
    versions: list[VersionPlan] = field(default_factory=list)
    remarks: list[RemarkPlan] = field(default_factory=list)
