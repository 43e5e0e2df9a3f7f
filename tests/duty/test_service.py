"""Keeping the rota: who may, what is refused, and what is on record."""

from datetime import date, time
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.db import db
from portal.duty import queries, service
from portal.duty.models import Absence, DutyException
from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from tests.duty.rota import agent
from tests.people import World
from tests.policy.moments import et

TUESDAY = et("2026-06-02 10:00")
MORNING = (time(8), time(12))


@pytest.fixture(autouse=True)
def clock() -> Any:
    """The time stands still; `move_to` sets another."""
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


def on_duty(at: str) -> list[str]:
    db.session.rollback()
    hours = edition_in_force().hours
    return [rota.person.name for rota in queries.rotas(et(at)) if rota.on_duty_at(et(at), hours)]


def last_entry() -> AuditEntry:
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


def test_an_agent_without_hours_is_on_duty_in_business_hours(world: World) -> None:
    assert on_duty("2026-06-02 10:00") == ["Agent"]
    assert on_duty("2026-06-02 17:00") == []


def test_own_hours_a_day_and_an_absence_each_outweigh_the_one_before(world: World) -> None:
    actor, key = world.actor("agent"), world.agent.id
    service.set_hours(actor, key, {1: MORNING, 2: MORNING})
    assert on_duty("2026-06-02 10:00") == ["Agent"]
    assert on_duty("2026-06-04 10:00") == []
    service.set_exception(actor, key, date(2026, 6, 4), MORNING)
    assert on_duty("2026-06-04 10:00") == ["Agent"]
    service.add_absence(actor, key, date(2026, 6, 3), date(2026, 6, 4), "Wedding")
    assert on_duty("2026-06-02 10:00") == ["Agent"]
    assert on_duty("2026-06-03 10:00") == []
    assert on_duty("2026-06-04 10:00") == []
    assert on_duty("2026-06-09 10:00") == ["Agent"]


def test_topics_are_those_chosen_and_none_means_all(world: World) -> None:
    rota = queries.rotas(TUESDAY)[0]
    assert rota.takes("problem")
    service.choose_topics(world.actor("agent"), world.agent.id, {"how_to"})
    chosen = queries.rotas(TUESDAY)[0]
    assert chosen.takes("how_to")
    assert not chosen.takes("problem")
    assert last_entry().action == "duty.topics_chosen"
    assert last_entry().after == {"topics": ["how_to"]}


def test_saving_what_stands_already_is_no_change(world: World) -> None:
    service.set_hours(world.actor("agent"), world.agent.id, {0: MORNING})
    newest = last_entry().id
    service.set_hours(world.actor("agent"), world.agent.id, {0: MORNING})
    assert last_entry().id == newest


def test_a_manager_keeps_anybodys_rota_and_an_agent_only_their_own(world: World) -> None:
    other = agent("Second Agent")
    service.set_hours(world.actor("manager"), other.id, {0: MORNING})
    with pytest.raises(NotFound):
        service.set_hours(world.actor("agent"), other.id, {})
    for who in ("admin", "moderator", "organiser", "contact"):
        with pytest.raises(Forbidden):
            service.set_hours(world.actor(who), other.id, {})
    with pytest.raises(NotFound):
        service.set_hours(world.actor("manager"), world.contact.id, {0: MORNING})


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda actor, key: service.set_hours(actor, key, {0: (time(9), time(9))}), "closes_0"),
        (lambda actor, key: service.set_exception(actor, key, date(2026, 6, 3), (time(9), time(8))), "closes"),
        (lambda actor, key: service.set_exception(actor, key, date(2026, 6, 1), None), "day"),
        (lambda actor, key: service.set_exception(actor, key, date(2036, 6, 1), None), "day"),
        (lambda actor, key: service.choose_topics(actor, key, {"gossip"}), "topics"),
        (lambda actor, key: service.add_absence(actor, key, date(2026, 6, 3), date(2026, 6, 2)), "last"),
        (lambda actor, key: service.add_absence(actor, key, date(2020, 6, 3), date(2026, 6, 2)), "first"),
        (lambda actor, key: service.add_absence(actor, key, date(2026, 6, 3), date(2036, 6, 2)), "last"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_beside_its_field(world: World, call: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        call(world.actor("agent"), world.agent.id)
    assert list(refused.value.fields) == [field]


def test_absences_do_not_overlap(world: World) -> None:
    actor, key = world.actor("agent"), world.agent.id
    service.add_absence(actor, key, date(2026, 6, 3), date(2026, 6, 5))
    with pytest.raises(Invalid) as refused:
        service.add_absence(actor, key, date(2026, 6, 5), date(2026, 6, 8))
    assert "in another absence" in refused.value.fields["first"]
    service.add_absence(actor, key, date(2026, 6, 6), date(2026, 6, 8))
    assert len(queries.coming_absences(key, TUESDAY)) == 2


def test_one_that_has_not_begun_goes_and_one_that_has_ends_now(world: World, clock: Any) -> None:
    actor, key = world.actor("agent"), world.agent.id
    later = service.add_absence(actor, key, date(2026, 6, 10), date(2026, 6, 12))
    assert service.end_absence(actor, later.id) == key
    begun = service.add_absence(actor, key, date(2026, 6, 3), date(2026, 6, 5))
    clock.move_to(et("2026-06-04 09:00"))
    assert on_duty("2026-06-04 09:00") == []
    service.end_absence(actor, begun.id)
    assert on_duty("2026-06-04 09:00") == ["Agent"]
    assert [absence.ends_at for absence in db.session.scalars(select(Absence))] == [et("2026-06-04 09:00")]
    with pytest.raises(Conflict):
        service.end_absence(actor, begun.id)
    with pytest.raises(NotFound):
        service.end_absence(actor, later.id)


def test_a_day_set_again_replaces_and_taken_out_is_usual(world: World) -> None:
    actor, key = world.actor("agent"), world.agent.id
    service.set_exception(actor, key, date(2026, 6, 3), None)
    service.set_exception(actor, key, date(2026, 6, 3), MORNING)
    day = db.session.scalars(select(DutyException)).one()
    assert (day.opens, day.closes) == MORNING
    assert service.remove_exception(actor, day.id) == key
    assert on_duty("2026-06-03 16:00") == ["Agent"]
    with pytest.raises(NotFound):
        service.remove_exception(actor, day.id)
