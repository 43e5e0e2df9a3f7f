"""Which optional mail somebody wants."""

from collections.abc import Collection

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.db import db, use_case
from portal.mail.optional import kinds_for


@use_case
def choose_mail(actor: Actor, wanted: Collection[str]) -> None:
    """Keep which kinds of optional mail the actor wants; what is no kind that they could get is left out."""
    offered = kinds_for(actor.may("management:read"))
    _change(actor, actor.id, [kind for kind in offered if kind not in wanted])


@use_case
def turn_off(system: Actor, person_id: int, kind: str) -> None:
    """Turn one kind off for whoever followed the link in a mail; nothing happens when it is off already."""
    _change(system, person_id, sorted({*_held(person_id).unwanted_mail, kind}))


def _change(actor: Actor, person_id: int, unwanted: list[str]) -> None:
    person = _held(person_id)
    before = person.unwanted_mail
    if unwanted != before:
        person.unwanted_mail = unwanted
        record(actor, "person.mail_chosen", person, before={"unwanted": before}, after={"unwanted": unwanted})


def _held(person_id: int) -> Person:
    held = select(Person).where(Person.id == person_id).with_for_update(key_share=True)
    return db.session.scalars(held.execution_options(populate_existing=True)).one()
