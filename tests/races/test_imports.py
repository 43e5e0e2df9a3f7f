"""One list confirmed eight times at once, and lists that compete for the last seats: each with its control."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict
from portal.roster.imports.models import ContactImport
from portal.roster.imports.service import Choice, confirm_import, prepare_import
from portal.roster.imports.sheet import Sheet, SheetRow
from portal.roster.models import Contact
from portal.roster.service import register_contact
from tests.people import World
from tests.races.contest import at_once

CLIENTS = 8

pytestmark = pytest.mark.usefixtures("outbox")


def listed(world: World, name: str, count: int = 2) -> ContactImport:
    rows = tuple(SheetRow(n, f"{name} {n}", f"{name}{n}@people.example") for n in range(1, count + 1))
    return prepare_import(
        world.actor("organiser"), world.congress.id, source=name, sheet=Sheet("Line", rows), form_key=name
    )


def active(world: World) -> int:
    here = Contact.event_id == world.congress.id
    return db.session.scalar(
        select(func.count()).select_from(Contact).where(here, Contact.ended_at.is_(None))
    )


@pytest.mark.parametrize("choice", list(Choice))
def test_one_list_confirmed_eight_times_is_one_import(app: Flask, world: World, choice: Choice) -> None:
    kept, organiser = listed(world, "list"), world.actor("organiser")
    answers = at_once(
        app, [lambda: confirm_import(organiser, kept.id, choice=choice, shown=(1, 2))] * CLIENTS
    )
    assert {answer.id for answer in answers} == {kept.id}
    assert all(answer.outcome == answers[0].outcome for answer in answers)
    assert active(world) == 4
    imported = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "contacts.imported")
    assert db.session.scalar(imported) == 1


@pytest.mark.parametrize("_round", range(3))
def test_lists_and_forms_compete_for_two_seats(app: Flask, world: World, _round: int) -> None:
    lists = [listed(world, f"list{n}") for n in range(4)]
    organiser = world.actor("organiser")
    whole = [
        lambda kept=kept: confirm_import(organiser, kept.id, choice=Choice.ALL, shown=(1, 2))
        for kept in lists
    ]
    single = [
        lambda n=n: register_contact(
            organiser, world.congress.id, name=f"Single {n}", email=f"single{n}@people.example", form_key=f"s{n}"
        )
        for n in range(4)
    ]  # fmt: skip
    answers = at_once(app, [*whole, *single])
    assert active(world) == 4
    done = [answer for answer in answers[:4] if isinstance(answer, ContactImport)]
    assert all(len(kept.outcome["registered"]) == 2 for kept in done)
    assert all(isinstance(answer, ContactImport | Conflict) for answer in answers[:4])
    assert len(done) * 2 + sum(isinstance(answer, Contact) for answer in answers[4:]) == 2


@pytest.fixture
def scratch(context: None) -> Iterator[None]:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE scratch_list (id int, consumed bool DEFAULT false)"))
        connection.execute(text("CREATE TABLE scratch_made (id int)"))
        connection.execute(text("INSERT INTO scratch_list VALUES (1)"))
    yield
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE scratch_list, scratch_made"))


@pytest.mark.parametrize(("lock", "imports"), [("", CLIENTS), (" FOR UPDATE", 1)])
def test_control_a_list_read_without_its_lock_is_carried_out_more_than_once(
    app: Flask, scratch: None, lock: str, imports: int
) -> None:
    together = threading.Barrier(CLIENTS)

    def work() -> None:
        with db.engine.begin() as connection:
            if lock:
                together.wait(timeout=10)
            consumed = connection.execute(text(f"SELECT consumed FROM scratch_list{lock}")).scalar_one()
            if not lock:
                together.wait(timeout=10)
            if not consumed:
                connection.execute(text("INSERT INTO scratch_made VALUES (1)"))
                connection.execute(text("UPDATE scratch_list SET consumed = true"))

    at_once(app, [work] * CLIENTS)
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM scratch_made")).scalar_one() == imports
