"""What stands around a ticket on its page, read in one query whatever its kinds are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Select, Text, case, cast, literal, null, or_, select, union_all

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.articles.models import Article
from portal.articles.queries import visible_articles
from portal.bookings.models import Booking
from portal.db import db
from portal.tickets.links import READS
from portal.tickets.models import Ticket
from portal.tickets.models_work import AfterEventHelp, CannedReply, FollowUp, TicketLink
from portal.tickets.presence import lately_writing
from portal.tickets.queries import visible_tickets, with_merged
from portal.tickets.sides import is_support
from portal.wishlist.models import Wish
from portal.wishlist.queries import visible_wishes


@dataclass(frozen=True)
class Thing:
    """Something around a ticket: its key, what it is called, a word on it, and a moment of it."""

    key: int
    label: str
    note: str
    at: datetime | None


@dataclass(frozen=True)
class Surroundings:
    """What stands around a ticket, by kind, each in its own order. Kinds without anything are empty."""

    found: dict[str, list[Thing]]

    def of(self, kind: str) -> list[Thing]:
        """The things of one kind."""
        return self.found.get(kind, [])


def surroundings(actor: Actor, ticket: Ticket) -> Surroundings:
    """What `actor` may see around a visible ticket: support sees who writes and its own tools besides.

    Kinds: writing, canned, follow_up (support alone); booking, wish, article, help, merged, into, and one for
    each relation of links.
    """
    here = with_merged(ticket)
    parts = [*_led_to(actor, here), *_other_tickets(actor, ticket)]
    if is_support(actor, ticket.scope):
        parts += _tools(actor, ticket, here)
    found: dict[str, list[Thing]] = {}
    for kind, *values in db.session.execute(union_all(*parts)):
        found.setdefault(kind, []).append(Thing(*values))
    for things in found.values():
        things.sort(key=lambda thing: (thing.label if thing.at is None else thing.at.isoformat(), thing.key))
    return Surroundings(found)


def _part(kind: Any, base: Select[Any], key: Any, label: Any, note: Any = "", at: Any = None) -> Select[Any]:
    said = cast(literal(note) if isinstance(note, str) else note, Text)
    named = cast(literal(kind) if isinstance(kind, str) else kind, Text)
    moment = cast(null() if at is None else at, DateTime(timezone=True))
    return base.with_only_columns(named, key, cast(label, Text), said, moment, maintain_column_froms=True)


def _led_to(actor: Actor, here: Select[int]) -> Iterator[Select[Any]]:
    booked = select(Booking).where(Booking.ticket_id.in_(here))
    yield _part("booking", booked, Booking.id, Booking.audience, Booking.state, Booking.starts_at)
    wished = visible_wishes(actor).where(Wish.ticket_id.in_(here))
    stage = case((Wish.state == "published", Wish.decision), else_=Wish.state)
    yield _part("wish", wished, Wish.id, Wish.title, stage)
    written = visible_articles(actor).where(Article.ticket_id.in_(here))
    yield _part("article", written, Article.id, Article.title, Article.state)
    asked = select(AfterEventHelp).where(AfterEventHelp.ticket_id.in_(here))
    yield _part("help", asked, AfterEventHelp.id, AfterEventHelp.kind, at=AfterEventHelp.done_at)


def _other_tickets(actor: Actor, ticket: Ticket) -> Iterator[Select[Any]]:
    merged = visible_tickets(actor).where(Ticket.merged_into_id == ticket.id)
    yield _part("merged", merged, Ticket.id, Ticket.subject, Ticket.spent_minutes)
    into = visible_tickets(actor).where(Ticket.id == ticket.merged_into_id)
    yield _part("into", into, Ticket.id, Ticket.subject)
    ends = or_(Ticket.id == TicketLink.ticket_id, Ticket.id == TicketLink.other_id)
    touching = or_(TicketLink.ticket_id == ticket.id, TicketLink.other_id == ticket.id)
    linked = visible_tickets(actor).join(TicketLink, ends).where(touching, Ticket.id != ticket.id)
    direction = case(
        *((((TicketLink.relation == each) & (TicketLink.ticket_id == ticket.id)), there) for each, (there, _) in READS.items()),
        *((TicketLink.relation == each, back) for each, (_, back) in READS.items()),
    )  # fmt: skip
    yield _part("linked", linked, Ticket.id, Ticket.subject, direction, TicketLink.made_at)


def _tools(actor: Actor, ticket: Ticket, here: Select[int]) -> Iterator[Select[Any]]:
    yield _part("writing", lately_writing(actor, ticket), Person.id, Person.name)
    in_use = select(CannedReply).where(CannedReply.archived_at.is_(None))
    fits = case((CannedReply.topic == ticket.topic, "fits"), else_="")
    yield _part("canned", in_use, CannedReply.id, CannedReply.title, fits)
    reminders = select(FollowUp).where(FollowUp.ticket_id.in_(here), FollowUp.state == "pending")
    mine = reminders.where(FollowUp.person_id == actor.person_id)
    yield _part("follow_up", mine, FollowUp.id, FollowUp.note, at=FollowUp.due_at)
