"""A person's own copy of what is held on them."""

from typing import Any

from sqlalchemy import select, text

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.clock import now
from portal.db import Base, db, use_case
from portal.privacy.held import HELD, Held

OWN = ("id", "name", "email", "phone", "time_zone", "created_at", "unwanted_mail")


@use_case
def own_data(actor: Actor) -> dict[str, Any]:
    """Everything that is held on the actor, by kind; that it was taken is on record. Raises Forbidden for visitors.

    No passwords, no tokens, and of staff no notes: those are about others.
    """
    person = db.session.get_one(Person, actor.id)
    record(actor, "person.data_taken", person)
    copy: dict[str, Any] = {"made_at": now(), "account": {name: getattr(person, name) for name in OWN}}
    return copy | {held.title: _rows(held, person.id) for held in HELD if held.shown}


def _rows(held: Held, person_id: int) -> list[dict[str, Any]]:
    table = Base.metadata.tables[held.table]
    mine = select(*(table.c[name] for name in held.shown)).where(table.c[held.owner] == person_id)
    if held.only:
        mine = mine.where(text(held.only))
    return [dict(row) for row in db.session.execute(mine.order_by(*table.primary_key.columns)).mappings()]
