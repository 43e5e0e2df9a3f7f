"""Who of support is writing on a ticket now, so that two do not answer the same."""

from datetime import timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.clock import now
from portal.db import db, in_transaction, use_case
from portal.tickets.models import Message, Ticket
from portal.tickets.models_work import Presence
from portal.tickets.queries import ticket_for, visible_messages
from portal.tickets.sides import is_support, require_support

LASTS = timedelta(seconds=60)


@use_case
def note_presence(actor: Actor, ticket_id: int) -> None:
    """Say that the actor is writing on a ticket at this moment. Leaves no audit row: it is over in a minute.

    Raises NotFound, and Forbidden for who is not support on this ticket.
    """
    ticket = ticket_for(actor, ticket_id)
    require_support(actor, ticket.scope)
    here = insert(Presence).values(ticket_id=ticket.id, person_id=actor.id, at=now())
    keys = ["ticket_id", "person_id"]
    db.session.execute(here.on_conflict_do_update(index_elements=keys, set_={"at": here.excluded.at}))


def writing_on(actor: Actor, ticket: Ticket) -> list[str]:
    """The names of colleagues who wrote on a ticket within the last minute; none for a customer."""
    if not is_support(actor, ticket.scope):
        return []
    return [person.name for person in db.session.scalars(lately_writing(actor, ticket).order_by(Person.name))]


def lately_writing(actor: Actor, ticket: Ticket) -> Select[Person]:
    """The colleagues who wrote on a ticket within the last minute, for support alone."""
    lately = select(Person).join(Presence, Presence.person_id == Person.id)
    others = lately.where(Presence.ticket_id == ticket.id, Presence.person_id != actor.person_id)
    return others.where(Presence.at > now() - LASTS)


def newest_author(actor: Actor, ticket: Ticket, seen: int) -> str | None:
    """Who wrote the newest message after `seen` that the actor may read and did not write; None for none."""
    newer = visible_messages(actor, ticket).where(Message.id > seen, Message.author_id != actor.person_id)
    named = newer.join(Person, Person.id == Message.author_id).with_only_columns(Person.name)
    return db.session.scalar(named.order_by(Message.id.desc()).limit(1))


def leave(actor: Actor, ticket: Ticket) -> None:
    """The actor has sent what they wrote. Takes part in the caller's transaction."""
    own = delete(Presence).where(Presence.ticket_id == ticket.id, Presence.person_id == actor.id)
    db.session.execute(own)


def forget_old_presence() -> None:
    """Delete what was over an hour ago."""
    old = delete(Presence).where(Presence.at < now() - timedelta(hours=1))
    in_transaction(lambda: db.session.execute(old))
