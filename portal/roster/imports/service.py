"""Keeping a list for its preview, and registering whom it names once confirmed (WHO-3, WHO-5)."""

from collections.abc import Collection, Sequence
from enum import StrEnum

from sqlalchemy import delete, select

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, in_transaction, use_case
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid, NotFound
from portal.events.models import Event
from portal.events.queries import event_for, locked_event
from portal.roster.imports.models import ContactImport
from portal.roster.imports.plan import Plan, Standing
from portal.roster.imports.queries import GONE, plan_for
from portal.roster.imports.sheet import Sheet, SheetRow, as_json
from portal.roster.models import Contact
from portal.roster.queries import contacts_of
from portal.roster.registration import Details, register
from portal.roster.seats import sync_seats

LONGEST_SOURCE = 120


class Choice(StrEnum):
    """What to do when the roster changes between preview and confirmation."""

    ALL = "all"
    FITTING = "fitting"


@use_case
def prepare_import(actor: Actor, event_id: int, *, source: str, sheet: Sheet, form_key: str) -> ContactImport:
    """Keep a checked list for its preview; nobody is registered. Sent twice, it is kept once.

    Raises NotFound when the actor may not know of the event, Forbidden when they may not register anybody
    there, Invalid (`file`) for a list of nobody.
    """
    event = event_for(actor, event_id)
    actor.require("roster:add", event.scope)
    key = actor.own_key(form_key)
    earlier = db.session.scalar(select(ContactImport).where(ContactImport.form_key == key))
    if earlier is not None:
        return earlier
    if not sheet.rows:
        raise Invalid(file="The list names nobody.")
    kept = ContactImport(
        event_id=event.id, owner_id=actor.id, source=source[:LONGEST_SOURCE], sheet=as_json(sheet), form_key=key
    )  # fmt: skip
    db.session.add(kept)
    db.session.flush()
    return kept


@use_case
def confirm_import(actor: Actor, import_id: int, *, choice: Choice, shown: Collection[int]) -> ContactImport:
    """Register those of a list whom its owner was shown, by their row numbers; confirmed twice, it is done once.

    With ALL everybody new in the list or nobody; with FITTING those shown who still can be. Everything is
    checked again under the event's lock. Raises Conflict when the roster changed so that it cannot be done,
    NotFound for everybody but the owner and once its time is over, Forbidden without the right.
    """
    event = _locked_event(actor, import_id)
    kept = _held(actor, import_id)
    if kept.consumed_at is not None:
        return kept
    plan = plan_for(kept.read, contacts_of(event.id), sync_seats(event, edition_in_force()))
    chosen = _chosen(plan, choice, shown)
    made = [
        register(actor, event, _details(row), f"import-{kept.id}-{place}") for place, row in enumerate(chosen)
    ]
    _settle(actor, event, kept, plan, made)
    return kept


def _locked_event(actor: Actor, import_id: int) -> Event:
    mine = select(ContactImport.event_id).where(
        ContactImport.id == import_id, ContactImport.owner_id == actor.person_id
    )
    event_id = db.session.scalar(mine)
    if event_id is None:
        raise NotFound
    event = locked_event(actor, event_id)
    actor.require("roster:add", event.scope)
    return event


def _held(actor: Actor, import_id: int) -> ContactImport:
    own = select(ContactImport).where(
        ContactImport.id == import_id, ContactImport.owner_id == actor.person_id
    )
    kept = db.session.scalar(own.with_for_update().execution_options(populate_existing=True))
    if kept is None or kept.expires_at <= now():
        raise NotFound(GONE)
    return kept


def _chosen(plan: Plan, choice: Choice, shown: Collection[int]) -> Sequence[SheetRow]:
    promised = set(shown)
    if choice is Choice.ALL:
        as_shown = {row.number for row in plan.new} == promised
        chosen = plan.new if plan.is_whole and as_shown else ()
    else:
        chosen = tuple(row for row in plan.new if row.number in promised)[: plan.free]
    if not chosen:
        raise Conflict(
            "The roster has changed since you looked. Nobody was registered; below is how the list stands now."
        )
    return chosen


def _details(row: SheetRow) -> Details:
    return Details(row.name, row.email, row.phone, row.job_title)


def _settle(actor: Actor, event: Event, kept: ContactImport, plan: Plan, made: Sequence[Contact]) -> None:
    db.session.flush()
    people = {contact.person_id: contact.person for contact in contacts_of(event.id)}
    kept.consumed_at = now()
    kept.outcome = {
        "registered": [
            {"name": people[contact.person_id].name, "seat": contact.seat_number} for contact in made
        ],
        "left_out": len(plan.judged) - len(made),
    }
    record(
        actor, "contacts.imported", kept, scope=event.scope,
        after={
            "source": kept.source, "rows": len(plan.judged), "wrong": plan.count(Standing.WRONG),
            "registered": [people[contact.person_id].email for contact in made],
        },
    )  # fmt: skip


def forget_expired_imports() -> None:
    """Delete the lists whose time is over, confirmed or not: they hold people's addresses."""
    in_transaction(lambda: db.session.execute(delete(ContactImport).where(ContactImport.expires_at < now())))
