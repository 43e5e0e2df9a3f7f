"""Drafts: what somebody has typed and not sent, kept on the server for that person alone.

A place is where it would be sent: `new:<event>`, `reply:<ticket>`, `note:<ticket>` or `wish`. Drafts are a
person's own jottings that nobody else ever sees, so they leave no audit row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, union_all, update
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.clock import now
from portal.db import db, in_transaction, use_case
from portal.errors import NotFound
from portal.events.queries import event_for
from portal.tickets.models import Message, Ticket
from portal.tickets.models_drafts import TicketDraft
from portal.tickets.queries import ticket_for
from portal.tickets.sides import is_support
from portal.tickets.uploads import Upload, unsent
from portal.wishlist.models import Wish

KEPT = timedelta(days=30)
LONGEST_TEXT = 20_000
MOST_TEXTS = 12


@dataclass(frozen=True)
class Draft:
    """A draft as a form takes it up: texts by the names of their fields, files, and when it was kept."""

    texts: Mapping[str, str]
    uploads: tuple[Upload, ...]
    updated_at: datetime


@use_case
def save_draft(
    actor: Actor, place: str, texts: Mapping[str, str], *, form_key: str, uploads: Sequence[Upload] = ()
) -> datetime | None:
    """Keep what is typed at `place`, in place of what was kept before; the moment, or None when nothing is kept.

    Nothing is kept of blank texts, nor of a form that has been sent already under its `form_key`: a save
    that comes late does not bring a sent draft back. Texts are cut at 20,000 characters, the most a
    message may have. Raises NotFound or Forbidden where the actor could not send it.
    """
    _require_to_write(actor, place)
    _hold(actor)
    if _is_sent(actor, form_key):
        return None
    typed = {name: text[:LONGEST_TEXT] for name, text in list(texts.items())[:MOST_TEXTS] if text.strip()}
    if not typed and not uploads:
        drop_draft(actor, place)
        return None
    data = {"texts": typed, "uploads": [asdict(upload) for upload in uploads]}
    values = {"data": data, "updated_at": now()}
    new = insert(TicketDraft).values(person_id=actor.id, place=place, **values)
    db.session.execute(new.on_conflict_do_update(index_elements=["person_id", "place"], set_=values))
    return values["updated_at"]  # type: ignore[return-value]


def draft_for(actor: Actor, place: str) -> Draft | None:
    """What the actor has typed at `place` and not sent; files that were sent meanwhile are left out."""
    own = select(TicketDraft).where(TicketDraft.person_id == actor.id, TicketDraft.place == place)
    found = db.session.scalar(own)
    if found is None:
        return None
    uploads = [Upload(**upload) for upload in found.data["uploads"]]
    return Draft(found.data["texts"], tuple(unsent(uploads)), found.updated_at)


@use_case
def discard_draft(actor: Actor, place: str) -> None:
    """Throw away what the actor has typed at `place`."""
    drop_draft(actor, place)


def drop_draft(actor: Actor, place: str) -> None:
    """Delete the actor's draft at `place`: it has been sent. Takes part in the caller's transaction."""
    _hold(actor)
    own = delete(TicketDraft).where(TicketDraft.person_id == actor.id, TicketDraft.place == place)
    db.session.execute(own)


def move_drafts(ticket_id: int, target_id: int) -> None:
    """Have what was typed on a ticket wait on the one that it was merged into, unless its author typed there too.

    Takes part in the caller's transaction.
    """
    for kind in ("reply", "note"):
        here = select(TicketDraft.person_id).where(TicketDraft.place == f"{kind}:{ticket_id}")
        authors = select(Person.id).where(Person.id.in_(here)).order_by(Person.id)
        db.session.execute(authors.with_for_update(key_share=True))
        there = select(TicketDraft.person_id).where(TicketDraft.place == f"{kind}:{target_id}")
        moved = update(TicketDraft).where(
            TicketDraft.place == f"{kind}:{ticket_id}", TicketDraft.person_id.not_in(there)
        )
        db.session.execute(moved.values(place=f"{kind}:{target_id}"))


def forget_old_drafts() -> None:
    """Delete drafts that nobody has touched for 30 days."""
    old = delete(TicketDraft).where(TicketDraft.updated_at < now() - KEPT)
    in_transaction(lambda: db.session.execute(old))


def _require_to_write(actor: Actor, place: str) -> None:
    kind, _, key = place.partition(":")
    if kind == "wish":
        actor.require("wish:add")
        return
    if kind == "new":
        actor.require("ticket:open", event_for(actor, int(key)).scope)
        return
    scope = ticket_for(actor, int(key)).scope
    actor.require("ticket:reply", scope)
    if kind == "note" and not is_support(actor, scope):
        raise NotFound


def _hold(actor: Actor) -> None:
    # A save and a sending of the same person wait for each other, else a late save could outlive the sending.
    db.session.execute(select(Person.id).where(Person.id == actor.id).with_for_update(key_share=True))


def _is_sent(actor: Actor, form_key: str) -> bool:
    own_key = actor.own_key(form_key)
    sent = (select(kind.id).where(kind.form_key == own_key) for kind in (Ticket, Message, Wish))
    return db.session.scalar(union_all(*sent)) is not None
