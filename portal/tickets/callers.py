"""Finding who calls: only registered Technical Contacts have support (WHO-1)."""

import re

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import contains_eager

from portal.accounts.actor import Actor
from portal.accounts.models import Organisation, Person
from portal.db import db
from portal.events.models import Event
from portal.roster.models import Contact

SHOWN = 20
DIGITS_LEAST = 4


def callers(actor: Actor, words: str) -> list[Contact]:
    """The contacts of now whose name, address, number or event matches, at most twenty, by name (WHO-1)."""
    actor.require("call:log")
    matching = _registered().where(or_(*_matches(words))) if words else None
    if matching is None:
        return []
    return list(db.session.scalars(matching.order_by(Person.name, Contact.id).limit(SHOWN)))


def caller(actor: Actor, contact_id: int) -> Contact | None:
    """A contact of now with its person and event; None when there is none (WHO-1)."""
    actor.require("call:log")
    return db.session.scalar(_registered().where(Contact.id == contact_id))


def _registered() -> Select[Contact]:
    everything = select(Contact).join(Contact.person).join(Contact.event).join(Event.organisation)
    whole = everything.options(
        contains_eager(Contact.person), contains_eager(Contact.event).contains_eager(Event.organisation)
    )
    return whole.where(Contact.ended_at.is_(None))


def _matches(words: str) -> list[ColumnElement[bool]]:
    named = [
        column.icontains(words, autoescape=True)
        for column in (Person.name, Person.email, Event.name, Organisation.name)
    ]
    digits = re.sub(r"\D", "", words)
    if len(digits) < DIGITS_LEAST:
        return named
    # The same number is typed with and without its country code and its leading zero.
    tail = digits.lstrip("0")
    return named + [
        func.regexp_replace(column, r"\D", "", "g").contains(tail, autoescape=True)
        for column in (Person.phone, Contact.phone)
    ]
