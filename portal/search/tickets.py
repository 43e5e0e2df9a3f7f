"""Finding tickets: by their words as far as the searcher may read them, and by what they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, Select, and_, case, false, func, or_, select, true, union_all
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import LateralFromClause

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.db import db
from portal.events.models import Event
from portal.search.asked import Asked
from portal.search.models import TicketWords
from portal.search.people import is_key, visible_people
from portal.search.words import BEST_PART, ENGLISH, WHOLE_TEXT, any_of, holds, wanted
from portal.tickets.models import Attachment, Message, Ticket
from portal.tickets.queries import WITH_PARTIES, visible_tickets
from portal.tickets.sides import reads_notes

RANKED_MOST = 2_000
PAGE = 25
LOOKED_INTO = 20
FILES_NAMED = 3
SNIPPET_FROM = 4_000


@dataclass(frozen=True)
class FoundTicket:
    """A ticket that was found: its subject and the best part of its text with the words marked, and matching files."""

    ticket: Ticket
    subject: str
    part: str | None
    part_is_note: bool
    files: str | None


@dataclass(frozen=True)
class FoundTickets:
    """A page of tickets, the best first. Of more than `RANKED_MOST` only the newest were looked at."""

    items: Sequence[FoundTicket] = ()
    total: int = 0
    has_more: bool = False

    @property
    def is_cut(self) -> bool:
        """Whether there are more than were ranked."""
        return self.total > RANKED_MOST


def found_tickets(actor: Actor, search: Asked) -> FoundTickets:
    """The tickets that match, as far as `actor` may read them. Two queries; with no words, the latest first."""
    found = db.session.execute(_ranked(actor, search)).all()
    if not found:
        return FoundTickets()
    keys = [row.id for row in found[:PAGE]]
    return FoundTickets(_shown(actor, search, keys), found[0].total, len(found) > PAGE)


def _ranked(actor: Actor, search: Asked) -> Select[Any]:
    """The keys of a page and the number of all. A common word has too many matches to rank: the newest are."""
    matching = _matching(actor, search)
    probe = matching.limit(RANKED_MOST + 1).cte("probe").prefix_with("MATERIALIZED")
    total = select(func.count()).select_from(probe).scalar_subquery()
    few = select(probe).where(total <= RANKED_MOST)
    newest = matching.where(total > RANKED_MOST).order_by(Ticket.id.desc()).limit(RANKED_MOST).subquery()
    chosen = union_all(few, select(newest)).cte("chosen")
    page = select(chosen.c.id, total.label("total")).order_by(*_order(chosen, search))
    return page.limit(PAGE + 1).offset((search.page - 1) * PAGE)


def _order(chosen: CTE, search: Asked) -> Sequence[ColumnElement[Any]]:
    latest = [chosen.c.last_activity_at.desc(), chosen.c.id.desc()]
    if not search.words:
        return latest
    return [func.ts_rank(chosen.c.words, wanted(search.words), 1).desc(), *latest]


def _matching(actor: Actor, search: Asked) -> Select[Any]:
    support = reads_notes(actor)
    words = case((support, TicketWords.whole), else_=TicketWords.shared)
    tickets = visible_tickets(actor).with_only_columns(
        Ticket.id, Ticket.last_activity_at, words.label("words")
    )
    tickets = tickets.join(TicketWords, TicketWords.ticket_id == Ticket.id)
    if search.words:
        query = wanted(search.words)
        # Each side by its own column, so that each can use its index.
        noted = and_(support, holds(TicketWords.whole, query))
        tickets = tickets.where(or_(noted, and_(~support, holds(TicketWords.shared, query))))
    return tickets.where(*_narrowed(actor, search))


def _narrowed(actor: Actor, search: Asked) -> Iterator[ColumnElement[bool]]:
    start, end = search.between(actor.time_zone)
    if search.event:
        yield Ticket.event_id.in_(_events_named(search.event))
    if search.who:
        yield _with_whom(actor, search.who)
    if search.state:
        yield Ticket.state == search.state
    if search.topic:
        yield Ticket.topic == search.topic
    if start:
        yield Ticket.opened_at >= start
    if end:
        yield Ticket.opened_at < end


def _events_named(typed: str) -> Select[int]:
    named = Event.name.icontains(typed, autoescape=True)
    numbered = Event.id == int(typed) if is_key(typed) else false()
    return select(Event.id).where(or_(named, numbered))


def _with_whom(actor: Actor, typed: str) -> ColumnElement[bool]:
    """Tickets that somebody of this name opened, has, or wrote on where the searcher may read it."""
    people = select(Person.id).where(_named(actor, typed))
    wrote = select(Message.id).where(
        Message.ticket_id == Ticket.id,
        Message.author_id.in_(people),
        or_(~Message.internal, reads_notes(actor)),
    )
    return or_(Ticket.opened_by_id.in_(people), Ticket.assignee_id.in_(people), wrote.exists())


def _named(actor: Actor, typed: str) -> ColumnElement[bool]:
    # An address, and a key, name somebody only to whom sees that person: else they would tell whose it is.
    visible = Person.id.in_(visible_people(actor).with_only_columns(Person.id))
    if "@" in typed:
        return and_(Person.email == typed.lower(), visible)
    if is_key(typed):
        return and_(Person.id == int(typed), visible)
    return and_(*(Person.name.icontains(word, autoescape=True) for word in typed.split()))


def _shown(actor: Actor, search: Asked, keys: Sequence[int]) -> list[FoundTicket]:
    best, files = _best_part(actor, search), _matching_files(actor, search)
    subject = func.ts_headline(ENGLISH, Ticket.subject, any_of(search.words), WHOLE_TEXT)
    rows = db.session.execute(
        select(Ticket, subject, best.c.part, best.c.internal, files.c.names)
        .select_from(Ticket)
        .outerjoin(best, true())
        .outerjoin(files, true())
        .options(*WITH_PARTIES)
        .where(Ticket.id.in_(keys))
    )
    found = {row[0].id: FoundTicket(row[0], row[1], row[2], bool(row[3]), row[4]) for row in rows}
    return [found[key] for key in keys if key in found]


def _best_part(actor: Actor, search: Asked) -> LateralFromClause:
    """The best part of a ticket's newest messages, of those that the searcher may read."""
    query = any_of(search.words)
    newest = (
        select(func.left(Message.body, SNIPPET_FROM).label("body"), Message.internal, Message.id)
        .where(Message.ticket_id == Ticket.id, or_(~Message.internal, reads_notes(actor)))
        .order_by(Message.id.desc())
        .limit(LOOKED_INTO)
        .correlate(Ticket)
        .subquery()
    )
    words = func.to_tsvector(ENGLISH, newest.c.body)
    part = func.ts_headline(ENGLISH, newest.c.body, query, BEST_PART).label("part")
    best = select(part, newest.c.internal).where(holds(words, query))
    return best.order_by(func.ts_rank(words, query).desc(), newest.c.id).limit(1).lateral("best")


def _matching_files(actor: Actor, search: Asked) -> LateralFromClause:
    words = func.to_tsvector(ENGLISH, func.regexp_replace(Attachment.name, r"[\W_]+", " ", "g"))
    readable = or_(~Message.internal, reads_notes(actor))
    names = (
        select(Attachment.name)
        .join(Message, Message.id == Attachment.message_id)
        .where(Message.ticket_id == Ticket.id, readable, holds(words, any_of(search.words)))
        .order_by(Attachment.id)
        .limit(FILES_NAMED)
        .correlate(Ticket)
        .subquery()
    )
    return select(func.string_agg(names.c.name, ", ").label("names")).lateral("files")
