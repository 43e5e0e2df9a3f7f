"""Priority and tags: what support sorts tickets by. Customers are not shown them."""

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import func, select

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.db import db, use_case
from portal.errors import Invalid
from portal.tickets.models import Ticket
from portal.tickets.queries import locked_target
from portal.tickets.sides import require_support

PRIORITIES = {"low": "Low", "normal": "Normal", "high": "High", "urgent": "Urgent"}
TAG_LONGEST = 30
TAGS_MOST = 10
LOOKED_AT = 2_000
SUGGESTED = 12
BETWEEN_WORDS = re.compile(r"[\W_]+")


def normal_tag(typed: str) -> str:
    """A tag as it is stored, so that the same word is one tag however it is typed: `Badge  Printing` is `badge-printing`."""
    plain = unicodedata.normalize("NFKC", typed).casefold()
    return BETWEEN_WORDS.sub("-", plain).strip("-")


def tags_from(typed: str) -> list[str]:
    """The tags in a text that separates them by commas or line breaks, each once, in order."""
    return _each_once(normal_tag(part) for part in re.split(r"[,;\n]", typed))


@use_case
def mark_ticket(actor: Actor, ticket_id: int, *, priority: str, tags: Iterable[str]) -> Ticket:
    """Set a ticket's priority and its tags, which are normalised. What changed goes on record.

    Raises Invalid (priority, tags), NotFound, and Forbidden for who is not support on this ticket.
    """
    ticket = locked_target(actor, ticket_id)
    require_support(actor, ticket.scope)
    wanted = _each_once(normal_tag(tag) for tag in tags)
    _check(priority, wanted)
    before = {"priority": ticket.priority, "tags": list(ticket.tags)}
    ticket.priority, ticket.tags = priority, wanted
    after = {"priority": priority, "tags": wanted}
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        record(
            actor, "ticket.marked", ticket, scope=ticket.scope,
            before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
        )  # fmt: skip
    return ticket


def suggested_tags() -> list[str]:
    """The tags used most on the latest tickets."""
    latest = select(Ticket.tags).order_by(Ticket.id.desc()).limit(LOOKED_AT).subquery()
    each = select(func.unnest(latest.c.tags).label("tag")).subquery()
    often = select(each.c.tag).group_by(each.c.tag).order_by(func.count().desc(), each.c.tag)
    return list(db.session.scalars(often.limit(SUGGESTED)))


def _check(priority: str, tags: list[str]) -> None:
    if priority not in PRIORITIES:
        raise Invalid(priority="Choose a priority of the list.")
    if len(tags) > TAGS_MOST:
        raise Invalid(tags=f"A ticket has at most {TAGS_MOST} tags.")
    if any(len(tag) > TAG_LONGEST for tag in tags):
        raise Invalid(tags=f"Keep each tag within {TAG_LONGEST} characters.")


def _each_once(tags: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(tag for tag in tags if tag))
