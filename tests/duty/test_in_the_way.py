"""An absence over a live session is refused, with what stands in the way and the ways on (HOW-5)."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from portal.bookings.commitments import StandsInTheWay
from portal.bookings.models_commitments import Commitment
from portal.db import db
from portal.duty.models import Absence
from portal.duty.service import add_absence, end_absence
from tests.bookings.sessions import booking

SESSION = datetime(2026, 11, 25, 15, tzinfo=UTC)
DAY = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2026, 11, 23, 14, tzinfo=UTC), tick=False) as traveller:
        yield traveller


def taken():
    db.session.rollback()
    return list(db.session.scalars(select(Commitment.kind).order_by(Commitment.during)))


def test_what_stands_in_the_way_is_named_with_its_page(client, world):
    session = booking(world.congress, world.agent, world.contact, SESSION)
    with pytest.raises(StandsInTheWay, match="1 live session") as refusal:
        add_absence(world.actor("agent"), world.agent.id, DAY, DAY)
    assert refusal.value.rule == "HOW-5"
    page = client.as_(world.agent).post(
        f"/staff/duty/{world.agent.id}/absences", {"first": "2026-11-25", "last": "2026-11-26", "note": "Holiday"},
        form_at=f"/staff/duty/{world.agent.id}",
    )  # fmt: skip
    assert page.status_code == 409
    assert f'href="/bookings/{session.id}"' in page.text
    assert "hand it to another host" in page.text
    assert 'value="Holiday"' in page.text
    assert taken() == ["session"]


def test_a_day_without_sessions_is_free_and_takes_the_host(world):
    booking(world.congress, world.agent, world.contact, SESSION)
    away = add_absence(world.actor("agent"), world.agent.id, DAY + timedelta(days=1), DAY + timedelta(days=1))
    assert taken() == ["session", "absence"]
    end_absence(world.actor("agent"), away.id)
    assert taken() == ["session"]


def test_a_cancelled_session_stands_in_nobodys_way(world):
    booking(world.congress, world.agent, world.contact, SESSION, state="cancelled", cancelled_at=SESSION,
            uses_entitlement=False)  # fmt: skip
    assert add_absence(world.actor("agent"), world.agent.id, DAY, DAY).id
    assert taken() == ["absence"]


def test_the_constraint_stands_behind_every_writer(world):
    booking(world.congress, world.agent, world.contact, SESSION)
    db.session.add(Absence(person_id=world.agent.id, during=Range(SESSION, SESSION + timedelta(hours=1))))
    with pytest.raises(IntegrityError, match="ex_commitment_host"):
        db.session.commit()
    db.session.rollback()
