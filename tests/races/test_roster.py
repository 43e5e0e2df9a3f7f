"""Eight at once for the last seat, and for the same request: the limit holds, and one decision counts.

Each race has a control on a scratch table without constraints, in which the guard is taken away: counting
and then inserting goes over the limit, and reading and then writing decides twice.
"""

import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.engine import Connection

from portal.accounts.actor import SYSTEM
from portal.accounts.models import Grant, Person
from portal.accounts.permissions import Role
from portal.accounts.queries import actor_for
from portal.audit.models import AuditEntry
from portal.db import db, in_transaction
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid, Refused
from portal.events.details import EventDetails
from portal.events.models import Event
from portal.events.queries import locked_event
from portal.events.service import change_event, create_event
from portal.orders.models import Order, OrderLine
from portal.policy.contacts import Licence
from portal.roster.models import Contact, Removal, Seat
from portal.roster.removals import (
    ask_for_removal,
    ask_for_replacement,
    decide_removal,
    withdraw_removal,
)
from portal.roster.seats import open_bought_seat, sync_seats
from portal.roster.service import register_contact
from tests.people import World, contact, grant, person
from tests.races.contest import at_once, kinds

CLIENTS = 8
ROUNDS = range(3)

pytestmark = pytest.mark.usefixtures("outbox")


def key() -> str:
    return str(uuid.uuid4())


def active(event: Event) -> int:
    here = (
        select(func.count())
        .select_from(Contact)
        .where(Contact.event_id == event.id, Contact.ended_at.is_(None))
    )
    return db.session.scalars(here).one()


def in_line(event: Event) -> None:
    """Assert that there are as many free seats as there is room, and closing ones only beyond the limit."""
    used = active(event)
    limit = sync_seats(locked_event(SYSTEM, event.id), edition_in_force())
    assert not db.session.dirty
    assert not db.session.new
    seats = db.session.scalars(select(Seat).where(Seat.event_id == event.id)).all()
    assert len(seats) == max(limit.total, used)
    assert sum(seat.closing for seat in seats) == max(0, used - limit.total)
    db.session.rollback()


@pytest.mark.parametrize("_round", ROUNDS)
def test_eight_for_the_last_seat(app: Flask, world: World, _round: int) -> None:
    contact(world.congress, person("Third"))
    db.session.commit()
    organiser = world.actor("organiser")
    answers = at_once(app, [
        lambda n=n: register_contact(
            organiser, world.congress.id, name=f"Racer {n}", email=f"racer{n}@people.example", form_key=key()
        )
        for n in range(CLIENTS)
    ])  # fmt: skip
    assert kinds(answers) == {"Contact": 1, "Refused": CLIENTS - 1}
    assert {answer.rule for answer in answers if isinstance(answer, Refused)} == {"WHO-3"}
    assert active(world.congress) == 4
    strangers = select(func.count()).select_from(Person).where(Person.name.startswith("Racer"))
    assert db.session.scalars(strangers).one() == 1
    in_line(world.congress)


def test_eight_register_the_same_person(app: Flask, world: World) -> None:
    organiser = world.actor("organiser")
    answers = at_once(app, [
        lambda: register_contact(organiser, world.congress.id, name="Ada", email="ada@people.example", form_key=key())
        for _ in range(CLIENTS)
    ])  # fmt: skip
    assert kinds(answers) == {"Contact": 1, "Invalid": CLIENTS - 1}
    assert {tuple(answer.fields) for answer in answers if isinstance(answer, Invalid)} == {("email",)}
    assert active(world.congress) == 3


def test_one_form_sent_eight_times(app: Flask, world: World) -> None:
    organiser, form_key = world.actor("organiser"), key()
    answers = at_once(app, [
        lambda: register_contact(
            organiser, world.congress.id, name="Ada", email="ada@people.example", form_key=form_key
        )
        for _ in range(CLIENTS)
    ])  # fmt: skip
    assert len({answer.id for answer in answers}) == 1
    assert active(world.congress) == 3


def test_the_same_new_person_at_two_events(app: Flask, world: World) -> None:
    organiser = world.actor("organiser")
    answers = at_once(app, [
        lambda event=event: register_contact(
            organiser, event.id, name="Ada", email="ada@people.example", form_key=key()
        )
        for event in (world.congress, world.workshop)
    ])  # fmt: skip
    assert len({answer.person_id for answer in answers}) == 1
    assert (active(world.congress), active(world.workshop)) == (3, 1)


@pytest.mark.parametrize("_round", ROUNDS)
def test_the_limit_falls_while_people_are_added(app: Flask, world: World, _round: int) -> None:
    organiser, agent = world.actor("organiser"), world.actor("agent")
    smaller = replace(details_of(world.congress), attendees=500, licence=Licence.PREMIUM)
    answers = at_once(app, [
        lambda: change_event(agent, world.congress.id, smaller, version=1),
        *(
            lambda n=n: register_contact(
                organiser, world.congress.id, name=f"Racer {n}", email=f"racer{n}@people.example", form_key=key()
            )
            for n in range(CLIENTS - 1)
        ),
    ])  # fmt: skip
    assert set(kinds(answers)) <= {"Event", "Contact", "Refused"}
    assert isinstance(answers[0], Event)
    assert active(world.congress) in (3, 4)
    in_line(world.congress)


def test_eight_seats_are_bought_at_once(app: Flask, world: World) -> None:
    lines = [_line(world, world.congress) for _ in range(CLIENTS)]
    answers = at_once(app, [
        lambda line=line: in_transaction(lambda: open_bought_seat(world.congress.id, line).number) for line in lines
    ])  # fmt: skip
    assert sorted(answers) == list(range(5, 5 + CLIENTS))
    in_line(world.congress)


def test_eight_events_of_one_name_have_eight_addresses(app: Flask, world: World) -> None:
    agent, details = world.actor("agent"), replace(details_of(world.congress), name="Spring School")
    answers = at_once(app, [
        lambda: create_event(agent, world.society.id, details, form_key=key()).slug for _ in range(CLIENTS)
    ])  # fmt: skip
    assert sorted(answers) == ["spring-school", *(f"spring-school-{n}" for n in range(2, CLIENTS + 1))]


def test_one_event_form_sent_eight_times(app: Flask, world: World) -> None:
    agent, details, form_key = world.actor("agent"), details_of(world.congress), key()
    answers = at_once(app, [
        lambda: create_event(agent, world.society.id, details, form_key=form_key).id for _ in range(CLIENTS)
    ])  # fmt: skip
    assert len(set(answers)) == 1


def test_eight_edits_of_one_version(app: Flask, world: World) -> None:
    agent, details = world.actor("agent"), details_of(world.congress)
    answers = at_once(app, [
        lambda n=n: change_event(agent, world.congress.id, replace(details, place=f"Place {n}"), version=1)
        for n in range(CLIENTS)
    ])  # fmt: skip
    assert kinds(answers) == {"Conflict": CLIENTS - 1, "Event": 1}
    saved = db.session.get(Event, world.congress.id, populate_existing=True)
    assert (saved.version, saved.place) == (
        2,
        next(each.place for each in answers if isinstance(each, Event)),
    )


@pytest.mark.parametrize("_round", ROUNDS)
def test_approve_withdraw_approve_decline_at_once(app: Flask, world: World, _round: int) -> None:
    leaving = db.session.scalars(select(Contact).where(Contact.person_id == world.other_contact.id)).one()
    request = ask_for_removal(world.actor("organiser"), leaving.id)
    one, other, organiser = world.actor("manager"), world.actor("second_manager"), world.actor("organiser")
    answers = at_once(app, [
        lambda: decide_removal(one, request.id, approve=True),
        lambda: withdraw_removal(organiser, request.id),
        lambda: decide_removal(other, request.id, approve=True),
        lambda: decide_removal(one, request.id, approve=False, reason="No"),
    ] * 2)  # fmt: skip
    assert kinds(answers) == {"Conflict": 7, "Removal": 1}
    settled = db.session.get(Removal, request.id, populate_existing=True)
    gone = db.session.get(Contact, leaving.id, populate_existing=True)
    role = db.session.get(Grant, leaving.grant_id, populate_existing=True)
    approved = settled.state == "approved"
    assert settled.state == next(each.state for each in answers if isinstance(each, Removal))
    assert ((gone.ended_at is not None), (role.ended_at is not None)) == (approved, approved)
    entries = select(AuditEntry).where(
        AuditEntry.subject_type == "removal", AuditEntry.action != "removal.requested"
    )
    assert [entry.action for entry in db.session.scalars(entries)] == [f"removal.{settled.state}"]
    in_line(world.congress)


def test_eight_ask_for_the_same_removal(app: Flask, world: World) -> None:
    leaving = db.session.scalars(select(Contact).where(Contact.person_id == world.other_contact.id)).one()
    organiser, agent = world.actor("organiser"), world.actor("agent")
    answers = at_once(
        app, [lambda who=who: ask_for_removal(who, leaving.id) for who in [organiser, agent] * 4]
    )
    assert kinds(answers) == {"Conflict": 4, "Removal": 4}
    assert len({answer.id for answer in answers if isinstance(answer, Removal)}) == 1
    assert len(db.session.scalars(select(Removal)).all()) == 1
    assert all("asked for this removal" in str(answer) for answer in answers if isinstance(answer, Conflict))


@pytest.mark.parametrize("_round", ROUNDS)
def test_the_one_to_go_is_at_work_while_it_is_approved(app: Flask, world: World, _round: int) -> None:
    grant(world.other_contact, Role.ORGANISER, organisation_id=world.society.id)
    db.session.commit()
    leaving = db.session.scalars(select(Contact).where(Contact.person_id == world.other_contact.id)).one()
    request = ask_for_removal(world.actor("organiser"), leaving.id)
    manager, busy = world.actor("manager"), actor_for(world.other_contact.id)
    answers = at_once(app, [
        lambda: decide_removal(manager, request.id, approve=True),
        *(
            lambda n=n: register_contact(
                busy, world.congress.id, name=f"Racer {n}", email=f"racer{n}@people.example", form_key=key()
            )
            for n in range(3)
        ),
    ])  # fmt: skip
    assert isinstance(answers[0], Removal)
    assert set(kinds(answers)) <= {"Removal", "Contact", "Refused"}
    assert active(world.congress) <= 4
    in_line(world.congress)


def _leaving(world: World) -> Contact:
    return db.session.scalars(select(Contact).where(Contact.person_id == world.other_contact.id)).one()


def _seated(event: Event) -> dict[int, str]:
    db.session.rollback()
    here = select(Contact).where(Contact.event_id == event.id, Contact.ended_at.is_(None))
    return {each.seat_number: each.person.email for each in db.session.scalars(here)}


@pytest.mark.parametrize("_round", ROUNDS)
def test_a_replacement_is_approved_withdrawn_approved_declined_at_once(
    app: Flask, world: World, _round: int
) -> None:
    leaving, organiser = _leaving(world), world.actor("organiser")
    request = ask_for_replacement(organiser, leaving.id, name="New", email="new@people.example")
    one, other = world.actor("manager"), world.actor("second_manager")
    answers = at_once(app, [
        lambda: decide_removal(one, request.id, approve=True),
        lambda: withdraw_removal(organiser, request.id),
        lambda: decide_removal(other, request.id, approve=True),
        lambda: decide_removal(one, request.id, approve=False, reason="No"),
    ] * 2)  # fmt: skip
    assert kinds(answers) == {"Conflict": 7, "Removal": 1}
    approved = db.session.get(Removal, request.id, populate_existing=True).state == "approved"
    assert _seated(world.congress) == {
        1: "contact@people.example",
        2: "new@people.example" if approved else "other.contact@people.example",
    }
    grants = select(Grant.event_id).where(Grant.ended_at.is_(None), Grant.event_id == world.congress.id)
    assert len(db.session.scalars(grants).all()) == 2
    in_line(world.congress)


@pytest.mark.parametrize("free", [0, 1])
@pytest.mark.parametrize("_round", ROUNDS)
def test_a_replacement_while_others_are_added_at_the_last_seat(
    app: Flask, world: World, _round: int, free: int
) -> None:
    for name in ("Third", "Fourth")[: 2 - free]:
        contact(world.congress, person(name))
    db.session.commit()
    organiser, manager = world.actor("organiser"), world.actor("manager")
    request = ask_for_replacement(organiser, _leaving(world).id, name="New", email="new@people.example")
    answers = at_once(app, [
        lambda: decide_removal(manager, request.id, approve=True),
        *(
            lambda n=n: register_contact(
                organiser, world.congress.id, name=f"Racer {n}", email=f"racer{n}@people.example", form_key=key()
            )
            for n in range(CLIENTS - 1)
        ),
    ])  # fmt: skip
    expected = {"Contact": free, "Refused": CLIENTS - 1 - free, "Removal": 1}
    assert kinds(answers) == {name: number for name, number in expected.items() if number}
    assert active(world.congress) == 4
    assert _seated(world.congress)[2] == "new@people.example"
    in_line(world.congress)


@pytest.mark.parametrize("_round", ROUNDS)
def test_whoever_is_to_come_is_added_while_it_is_approved(app: Flask, world: World, _round: int) -> None:
    organiser, manager = world.actor("organiser"), world.actor("manager")
    request = ask_for_replacement(organiser, _leaving(world).id, name="New", email="new@people.example")
    answers = at_once(app, [
        *[lambda: decide_removal(manager, request.id, approve=True)] * 2,
        *(
            lambda: register_contact(
                organiser, world.congress.id, name="New", email="new@people.example", form_key=key()
            )
            for _ in range(CLIENTS - 2)
        ),
    ])  # fmt: skip
    came_by_form = any(isinstance(each, Contact) for each in answers)
    assert kinds(answers) == (
        {"Conflict": 2, "Contact": 1, "Invalid": CLIENTS - 3} if came_by_form
        else {"Conflict": 1, "Invalid": CLIENTS - 2, "Removal": 1}
    )  # fmt: skip
    assert list(_seated(world.congress).values()).count("new@people.example") == 1
    assert ("other.contact@people.example" in _seated(world.congress).values()) == came_by_form
    in_line(world.congress)


@pytest.mark.parametrize("_round", ROUNDS)
def test_added_removed_and_replaced_at_once(app: Flask, world: World, _round: int) -> None:
    third = contact(world.congress, person("Third"))
    db.session.commit()
    organiser, agent, manager = world.actor("organiser"), world.actor("agent"), world.actor("manager")
    swap = ask_for_replacement(organiser, _leaving(world).id, name="New", email="new@people.example")
    removal = ask_for_removal(agent, third.id)
    answers = at_once(app, [
        lambda: decide_removal(manager, swap.id, approve=True),
        lambda: decide_removal(manager, removal.id, approve=True),
        *(
            lambda n=n: register_contact(
                organiser, world.congress.id, name=f"Racer {n}", email=f"racer{n}@people.example", form_key=key()
            )
            for n in range(CLIENTS - 2)
        ),
    ])  # fmt: skip
    found = kinds(answers)
    assert found["Removal"] == 2
    assert found["Contact"] in (1, 2)
    assert active(world.congress) == 2 + found["Contact"]
    assert _seated(world.congress)[2] == "new@people.example"
    in_line(world.congress)


# Controls: the same races on a scratch table, with a guard and without.


@pytest.fixture
def scratch(context: None) -> Iterator[None]:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE scratch_event (id int, state text DEFAULT 'pending')"))
        connection.execute(text("CREATE TABLE scratch_contact (seat int)"))
        connection.execute(text("INSERT INTO scratch_event VALUES (1)"))
    yield
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE scratch_event, scratch_contact"))


LIMIT = 3
LOCK = text("SELECT id FROM scratch_event FOR NO KEY UPDATE")
COUNT = text("SELECT count(*) FROM scratch_contact")


def _count_then_insert(
    connection: Connection, together: threading.Barrier, *, locks: bool, seats: bool
) -> str:
    """Add a contact when there is room. All have counted before anybody inserts, unless a lock forbids it."""
    if locks:
        together.wait(timeout=10)
        connection.execute(LOCK)
    count = connection.execute(COUNT).scalar_one()
    if not locks:
        together.wait(timeout=10)
    if count >= LIMIT:
        return "refused"
    # With numbered seats each takes the next one; a unique index then lets one through.
    connection.execute(
        text("INSERT INTO scratch_contact VALUES (:seat)"), {"seat": count + 1 if seats else None}
    )
    return "added"


@pytest.mark.parametrize(
    ("locks", "seats", "contacts"), [(False, False, CLIENTS), (True, False, LIMIT), (False, True, 1)]
)
def test_control_counting_without_lock_and_seats_goes_over_the_limit(
    app: Flask, scratch: None, locks: bool, seats: bool, contacts: int
) -> None:
    if seats:
        with db.engine.begin() as connection:
            connection.execute(text("CREATE UNIQUE INDEX scratch_seat ON scratch_contact (seat)"))
    together = threading.Barrier(CLIENTS)

    def work() -> str:
        with db.engine.begin() as connection:
            return _count_then_insert(connection, together, locks=locks, seats=seats)

    at_once(app, [work] * CLIENTS)
    with db.engine.connect() as connection:
        assert connection.execute(COUNT).scalar_one() == contacts
    assert (contacts > LIMIT) == (not locks and not seats)


@pytest.mark.parametrize(("compares", "decisions"), [(False, CLIENTS), (True, 1)])
def test_control_reading_then_writing_decides_more_than_once(
    app: Flask, scratch: None, compares: bool, decisions: int
) -> None:
    together = threading.Barrier(CLIENTS)
    guard = " AND state = 'pending'" if compares else ""

    def work() -> bool:
        with db.engine.begin() as connection:
            pending = connection.execute(text("SELECT state FROM scratch_event")).scalar_one() == "pending"
            together.wait(timeout=10)
            written = connection.execute(text(f"UPDATE scratch_event SET state = 'done' WHERE id = 1{guard}"))
            return pending and written.rowcount == 1

    assert at_once(app, [work] * CLIENTS).count(True) == decisions


@pytest.mark.parametrize(("in_one", "came"), [(True, "newcomer"), (False, "racer")])
def test_control_leaving_and_coming_in_two_transactions_loses_the_seat(
    app: Flask, scratch: None, in_one: bool, came: str
) -> None:
    seats = [{"seat": seat} for seat in range(1, LIMIT + 1)]
    with db.engine.begin() as connection:
        connection.execute(text("INSERT INTO scratch_contact VALUES (:seat)"), seats)
    seat_is_free, others_had_a_try = threading.Event(), threading.Event()

    def add(connection: Connection, who: str) -> str:
        connection.execute(LOCK)
        if connection.execute(COUNT).scalar_one() >= LIMIT:
            return ""
        connection.execute(text("INSERT INTO scratch_contact VALUES (1)"))
        return who

    def swap() -> str:
        with db.engine.connect() as connection:
            connection.execute(LOCK)
            connection.execute(text("DELETE FROM scratch_contact WHERE seat = 1"))
            if not in_one:
                connection.commit()
            seat_is_free.set()
            if not in_one:
                others_had_a_try.wait(timeout=10)
            who = add(connection, "newcomer")
            connection.commit()
            return who

    def race() -> str:
        seat_is_free.wait(timeout=10)
        with db.engine.begin() as connection:
            who = add(connection, "racer")
        others_had_a_try.set()
        return who

    assert [who for who in at_once(app, [swap, race]) if who] == [came]


def details_of(event: Event) -> EventDetails:
    values = {name: getattr(event, name) for name in EventDetails.__dataclass_fields__}
    return EventDetails(**values | {"licence": Licence(event.licence)})


def _line(world: World, event: Event) -> int:
    order = Order(
        organisation_id=event.organisation_id, event_id=event.id, total_cents=50000,
        placed_by_id=world.organiser.id, policy_edition=1,
    )  # fmt: skip
    db.session.add(order)
    db.session.flush()
    line = OrderLine(
        order_id=order.id, item="extra_contact", description="Additional contact", quantity=1,
        unit_cents=50000, total_cents=50000, rule="WHO-4",
    )  # fmt: skip
    db.session.add(line)
    db.session.commit()
    return line.id
