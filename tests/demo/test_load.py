"""Loading: once, alike each time, and as many times as much as was asked for."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, text

from portal.accounts.models import Organisation
from portal.db import Base, db
from portal.demo import load
from portal.events.models import Event
from portal.tickets.models import Message, Ticket
from tests.conftest import _empty_all
from tests.demo.conftest import MOMENTS

NOW = next(iter(MOMENTS.values()))

BY_CHANCE = {
    "person": {"password_hash"},
    "attachment": {"storage_name", "preview_name"},
    "wish_image": {"storage_name"},
    "inbound_mail": {"storage_name"},
}


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, without the salt of a password and the names in the store."""
    rows = {}
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if column.name not in BY_CHANCE.get(table.name, ())]
        rows[table.name] = [tuple(row) for row in db.session.execute(select(*columns).order_by(columns[0]))]
    db.session.rollback()
    return rows


@pytest.mark.usefixtures("context")
def test_a_second_load_changes_nothing() -> None:
    first = load()
    before = everything()
    second = load()
    assert (first.loaded, second.loaded, second.rows) == (True, False, {})
    assert everything() == before


@pytest.mark.usefixtures("context")
def test_two_loads_at_the_same_moment_make_the_same_rows() -> None:
    with time_machine.travel(NOW, tick=False):
        load()
        first = everything()
        db.session.remove()
        _empty_all()
        load()
        assert everything() == first


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("days", range(0, 380, 38))
def test_it_loads_on_any_day_of_the_year(days: int) -> None:
    with time_machine.travel(NOW + timedelta(days=days, hours=days % 24), tick=False):
        assert load().rows["ticket"] > 400


@pytest.mark.usefixtures("context")
def test_a_larger_demo_has_so_many_times_as_many_customers_events_and_tickets() -> None:
    told: list[tuple[int, int]] = []
    report = load(scale=3, progress=lambda done, total: told.append((done, total)))
    assert (report.rows["organisation"], report.rows["event"]) == (15, 36)
    assert report.rows["ticket"] > 3 * 420
    assert told[-1] == (36, 36)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(set(db.session.scalars(select(Organisation.name)))) == 15
    assert len(set(db.session.scalars(select(Event.slug)))) == 36


@pytest.mark.usefixtures("context")
def test_the_report_counts_what_is_there() -> None:
    report = load()
    assert report.rows["ticket"] == db.session.scalar(select(func.count()).select_from(Ticket))
    assert report.rows["ticket_message"] == db.session.scalar(select(func.count()).select_from(Message))
    assert report.seconds > 0


@pytest.mark.usefixtures("context")
def test_it_fits_in_beside_rows_that_are_there_already() -> None:
    with db.session.begin():
        db.session.add(Organisation(name="A customer from before", billing_address="", billing_email=""))
        db.session.execute(text("SELECT nextval(pg_get_serial_sequence('ticket', 'id'))"))
    load()
    assert db.session.scalar(select(func.count()).select_from(Organisation)) == 6
    assert db.session.scalar(select(func.min(Ticket.id))) == 2
