"""Adding wishes, and saying that one is useful."""

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.accounts.models import Organisation
from portal.audit.record import record
from portal.db import db, use_case
from portal.errors import Conflict, Forbidden, Invalid
from portal.events.models import Event
from portal.tickets.queries import ticket_for
from portal.wishlist.models import Vote, Wish
from portal.wishlist.queries import customer_ids, locked_wish, visible_wishes

NOT_A_CUSTOMER = "Choose a customer from the list."


@use_case
def add_wish(
    actor: Actor,
    *,
    title: str,
    problem: str,
    idea: str,
    organisation_id: int | None,
    form_key: str,
    ticket_id: int | None = None,
) -> Wish:
    """Put a wish before the moderators (WISH-1). The customer it is for counts as finding it useful (WISH-2).

    Customers add it for an organisation of theirs; staff for any, or in nobody's name (None). The same
    form sent twice gives the same wish. `ticket_id` is the ticket it came up in. Raises Invalid (field
    `organisation_id`), NotFound for a ticket that the actor cannot see.
    """
    actor.require("wish:add")
    key = actor.own_key(form_key)
    added = db.session.scalar(visible_wishes(actor).where(Wish.form_key == key))
    if added is not None:
        return added
    wish = Wish(
        title=" ".join(title.split()), problem=problem, idea=idea, author_id=actor.id,
        organisation_id=_spoken_for(actor, organisation_id), form_key=key,
        ticket_id=ticket_for(actor, ticket_id).id if ticket_id else None,
    )  # fmt: skip
    db.session.add(wish)
    db.session.flush()
    facts = {"title": wish.title, "state": wish.state, "organisation_id": wish.organisation_id}
    record(actor, "wish.submitted", wish, after=facts, scope=wish.scope)
    if wish.organisation_id is not None:
        _cast(actor, wish, frozenset({wish.organisation_id}))
    return wish


def submitted_by_attendee(visitor: Actor, event: Event, *, title: str, problem: str) -> Wish:
    """Put an attendee's wish before the moderators, in the caller's transaction (WISH-1).

    It is told which customer's event it came through; whether that customer finds it useful is theirs to say (WISH-2).
    """
    wish = Wish(title=" ".join(title.split()), problem=problem, organisation_id=event.organisation_id)
    db.session.add(wish)
    db.session.flush()
    facts = {"title": wish.title, "state": wish.state, "organisation_id": wish.organisation_id}
    record(visitor, "wish.submitted", wish, after=facts, scope=wish.scope)
    return wish


@use_case
def say_useful(actor: Actor, wish_id: int) -> Wish:
    """Vote for a wish, for each customer the actor belongs to; each counts once (WISH-2).

    Raises Conflict when the wish takes no votes now, Forbidden when the actor belongs to no customer.
    """
    wish, customers = _locked_to_vote(actor, wish_id)
    _cast(actor, wish, customers)
    return wish


@use_case
def take_back_useful(actor: Actor, wish_id: int) -> Wish:
    """Take back the actor's own votes. Their customers still count while a colleague says so (WISH-2).

    Raises Conflict when the wish takes no votes now, Forbidden when the actor belongs to no customer.
    """
    wish, customers = _locked_to_vote(actor, wish_id)
    _withdraw(actor, wish, customers)
    return wish


@use_case
def say_useful_for(actor: Actor, wish_id: int, organisation_id: int, *, note: str) -> Wish:
    """Vote in the name of a customer who told staff so; `note` on where they did goes on record (WISH-2).

    Raises Invalid (field `organisation_id`), and Conflict when the wish takes no votes now.
    """
    wish = _locked_open_wish(actor, wish_id, NOWHERE)
    if db.session.get(Organisation, organisation_id) is None:
        raise Invalid(organisation_id=NOT_A_CUSTOMER)
    _cast(actor, wish, frozenset({organisation_id}), note=note)
    return wish


@use_case
def take_back_useful_for(actor: Actor, wish_id: int, organisation_id: int) -> Wish:
    """Take back the vote that the actor gave in a customer's name. Raises Conflict when votes are closed."""
    wish = _locked_open_wish(actor, wish_id, NOWHERE)
    _withdraw(actor, wish, frozenset({organisation_id}))
    return wish


def _spoken_for(actor: Actor, organisation_id: int | None) -> int | None:
    if actor.is_staff:
        known = organisation_id is None or db.session.get(Organisation, organisation_id) is not None
        if known:
            return organisation_id
        raise Invalid(organisation_id=NOT_A_CUSTOMER)
    own = customer_ids(actor)
    if organisation_id is None and len(own) == 1:
        return next(iter(own))
    if organisation_id not in own:
        raise Invalid(organisation_id=NOT_A_CUSTOMER)
    return organisation_id


def _locked_to_vote(actor: Actor, wish_id: int) -> tuple[Wish, frozenset[int]]:
    wish = _locked_open_wish(actor, wish_id)
    customers = customer_ids(actor)
    if not customers:
        raise Forbidden(
            "Usefulness is counted by customer. Name the customer in whose name you vote.", rule="WISH-2"
        )
    return wish, customers


def _locked_open_wish(actor: Actor, wish_id: int, place: Scope | None = None) -> Wish:
    wish = locked_wish(actor, wish_id)
    actor.require("wish:vote", place)
    if not wish.takes_votes:
        raise Conflict(
            f"“{wish.title}” takes no votes: it is {wish.state}."
            if wish.is_listed
            else f"“{wish.title}” is not published."
        )
    return wish


def _cast(actor: Actor, wish: Wish, customers: frozenset[int], *, note: str = "") -> None:
    rows = [
        {"wish_id": wish.id, "organisation_id": customer, "person_id": actor.id}
        for customer in sorted(customers)
    ]
    new = insert(Vote).values(rows).on_conflict_do_nothing().returning(Vote.organisation_id)
    _count(actor, wish, "wish.voted", list(db.session.scalars(new)), note)


def _withdraw(actor: Actor, wish: Wish, customers: frozenset[int]) -> None:
    own = delete(Vote).where(
        Vote.wish_id == wish.id, Vote.person_id == actor.id, Vote.organisation_id.in_(customers)
    )
    _count(actor, wish, "wish.vote_withdrawn", list(db.session.scalars(own.returning(Vote.organisation_id))))


def _count(actor: Actor, wish: Wish, action: str, customers: list[int], note: str = "") -> None:
    before = wish.votes
    counted = select(func.count(Vote.organisation_id.distinct())).where(Vote.wish_id == wish.id)
    changed = update(Wish).where(Wish.id == wish.id).values(votes=counted.scalar_subquery())
    wish.votes = db.session.execute(changed.returning(Wish.votes)).scalar_one()
    after = {"votes": wish.votes, **({"note": note} if note else {})}
    for customer in customers:
        record(
            actor, action, wish, before={"votes": before}, after=after, scope=Scope(organisation_id=customer)
        )
