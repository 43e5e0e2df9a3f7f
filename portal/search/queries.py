"""One search over everything, at most what the searcher may see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.events.models import Event
from portal.search.asked import Asked
from portal.search.others import FoundArticle, FoundWish, found_articles, found_events, found_wishes
from portal.search.people import FoundPerson, found_people, person_with
from portal.search.tickets import FoundTickets, found_tickets
from portal.tickets.queries import ticket_scope

T = TypeVar("T")
BESIDE = 3
PAGE = 25


@dataclass(frozen=True)
class Few(Generic[T]):
    """Some of what was found of a kind, and whether there are more."""

    items: Sequence[T]
    has_more: bool


@dataclass(frozen=True)
class Found:
    """What was found of each kind."""

    tickets: FoundTickets
    articles: Few[FoundArticle]
    wishes: Few[FoundWish]
    events: Few[Event]
    people: Few[FoundPerson]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found of any kind."""
        kinds: tuple[Few[Any], ...] = (self.articles, self.wishes, self.events, self.people)
        return not self.tickets.items and not any(kind.items for kind in kinds)


def search(actor: Actor, asked: Asked) -> Found:
    """Everything that matches and that `actor` may see: seven queries at most.

    Of each kind but tickets the first few, or a page where only that kind is asked for.
    """
    size = PAGE if asked.kind not in ("all", "tickets") else BESIDE
    offset = (asked.page - 1) * PAGE if size == PAGE else 0
    words = asked.words

    def few(kind: str, read: Callable[[Actor, str, int, int], Sequence[T]]) -> Few[T]:
        items = read(actor, words, size + 1, offset) if words and asked.about(kind) else []
        return Few(items[:size], len(items) > size)

    tickets = FoundTickets() if asked.is_empty or not asked.about("tickets") else found_tickets(actor, asked)
    return Found(
        tickets=tickets,
        articles=few("articles", found_articles),
        wishes=few("wishes", found_wishes),
        events=few("events", found_events),
        people=few("people", found_people),
    )


def asked_ticket(actor: Actor, asked: Asked) -> int | None:
    """The ticket that was asked for by its number, where the actor may read it."""
    number = asked.ticket_number
    return number if number is not None and ticket_scope(actor, number) else None


def asked_person(actor: Actor, asked: Asked) -> Person | None:
    """The person who was asked for by their address, where the actor may know it."""
    return person_with(actor, asked.address) if asked.address else None
