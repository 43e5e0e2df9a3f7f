"""Which tickets of the queue somebody wants to see: a view, narrowed down. It travels in the page's address."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select

from portal.accounts.actor import Actor
from portal.accounts.models import Organisation
from portal.db import db
from portal.events.models import Event
from portal.policy.coverage import Topic
from portal.policy.hours import add_business_minutes
from portal.policy.parameters import HoursRules
from portal.tickets.marks import PRIORITIES, normal_tag
from portal.tickets.models import Ticket
from portal.tickets.models_distribution import Offer
from portal.tickets.promises import SOON_MINUTES

VIEWS = ("mine", "offered", "unclaimed", "soon", "late", "waiting", "open", "closed")
FIRST_VIEW = "unclaimed"
TEXT_MOST = 100
MOST_NAMED = 200
NOBODY = "nobody"
ME = "me"


@dataclass(frozen=True)
class QueueFilter:
    """A view of the queue and what it is narrowed down by; empty where nothing was chosen.

    `assignee` is a person's key, `me` or `nobody`; `customer` is part of the name of an event or organisation.
    """

    view: str = FIRST_VIEW
    topic: str = ""
    priority: str = ""
    tag: str = ""
    assignee: str = ""
    customer: str = ""
    text: str = ""

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> "QueueFilter":
        """The filter in an address or as saved; what cannot be read is left out."""
        view, topic, priority = (str(values.get(name, "")) for name in ("view", "topic", "priority"))
        assignee = str(values.get("assignee", ""))
        known = assignee in (ME, NOBODY) or (assignee.isascii() and assignee.isdigit() and len(assignee) < 19)
        return cls(
            view=view if view in VIEWS else FIRST_VIEW,
            topic=topic if topic in set(Topic) else "",
            priority=priority if priority in PRIORITIES else "",
            tag=normal_tag(str(values.get("tag", ""))[:TEXT_MOST]),
            assignee=assignee if known else "",
            customer=_text(values.get("customer")),
            text=_text(values.get("text")),
        )

    def as_values(self) -> dict[str, Any]:
        """What an address has to say, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was chosen besides the view."""
        return len(self.as_values()) > 1

    def conditions(self, actor: Actor, at: datetime, hours: HoursRules) -> Iterator[ColumnElement[bool]]:
        """What a ticket must meet, its view and everything chosen."""
        yield in_view(self.view, actor, at, hours)
        if self.topic:
            yield Ticket.topic == self.topic
        if self.priority:
            yield Ticket.priority == self.priority
        if self.tag:
            yield Ticket.tags.contains([self.tag])
        if self.assignee:
            yield _with(self.assignee, actor)
        if self.customer:
            yield Ticket.event_id.in_(_events_named(self.customer))
        if self.text:
            yield _says(self.text)


def in_view(view: str, actor: Actor, at: datetime, hours: HoursRules) -> ColumnElement[bool]:
    """What makes a ticket part of a view."""
    if view in ("waiting", "closed"):
        return Ticket.state == view
    is_open, is_free = Ticket.state == "open", Ticket.assignee_id.is_(None)
    if view == "mine":
        return is_open & (Ticket.assignee_id == actor.person_id)
    if view == "offered":
        return is_open & is_free & _offered_to(actor)
    if view == "unclaimed":
        return is_open & is_free
    if view == "soon":
        return is_open & Ticket.reply_due_at.between(at, add_business_minutes(at, SOON_MINUTES, hours))
    return is_open & (Ticket.reply_due_at < at) if view == "late" else is_open


def _offered_to(actor: Actor) -> ColumnElement[bool]:
    own = select(Offer.id).where(Offer.ticket_id == Ticket.id, Offer.person_id == actor.person_id)
    return own.where(Offer.put_back_at.is_(None)).exists()


def _with(assignee: str, actor: Actor) -> ColumnElement[bool]:
    if assignee == NOBODY:
        return Ticket.assignee_id.is_(None)
    return Ticket.assignee_id == (actor.person_id if assignee == ME else int(assignee))


def _events_named(words: str) -> list[int]:
    # Asked beforehand: as a part of the whole it would keep the list from being walked by its index.
    named = or_(
        Event.name.icontains(words, autoescape=True), Organisation.name.icontains(words, autoescape=True)
    )
    found = select(Event.id).join(Organisation, Organisation.id == Event.organisation_id).where(named)
    return list(db.session.scalars(found.order_by(Event.id.desc()).limit(MOST_NAMED)))


def _says(words: str) -> ColumnElement[bool]:
    number = words.removeprefix("#")
    same = Ticket.id == int(number) if number.isascii() and number.isdigit() and len(number) < 19 else false()
    return or_(Ticket.subject.icontains(words, autoescape=True), same)


def _text(value: Any) -> str:
    return " ".join(str(value or "").replace("\x00", "").split())[:TEXT_MOST]
