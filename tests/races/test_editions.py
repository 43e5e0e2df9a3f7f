"""Two managers publish at the same moment: one edition comes of a draft, one number is given once.

The control takes the guards away: only the tables' own constraints then keep a number from being given twice,
and whoever came second gets an error instead of being told what happened.
"""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.clock import now
from portal.db import db
from portal.editions import drafting, service
from portal.editions.applying import apply_editions
from portal.editions.drafts import draft_for
from portal.editions.models import PolicyDraft, PolicyEdition
from portal.editions.queries import edition_in_force
from portal.policy.edition import FIRST_EDITION
from portal.roster.models import Seat
from tests.editions.publishing import bands, draft_with, publish
from tests.people import World
from tests.races.contest import at_once, kinds

CLIENTS = 6
DEARER = {"prices": {"extra_contact_cents": 60_000}}
LATER = {"tickets": {"reopen_days": 20}}

pytestmark = pytest.mark.usefixtures("outbox")


def published() -> int:
    db.session.rollback()
    return db.session.scalars(select(func.count()).select_from(PolicyEdition)).one() - 1


def test_one_draft_published_at_once_by_two_managers_is_one_edition(app: Flask, world: World) -> None:
    one, two = world.actor("manager"), world.actor("second_manager")
    draft = draft_with(one, **DEARER)
    works = [
        lambda actor=actor: service.publish_draft(actor, draft.id, version=draft.version)
        for actor in (one, two) * (CLIENTS // 2)
    ]
    answers = at_once(app, works)
    assert kinds(answers) == {"Conflict": CLIENTS - 1, "Edition": 1}
    assert published() == 1


def test_two_drafts_published_at_once_are_one_edition_and_one_to_carry_over(app: Flask, world: World) -> None:
    one, two = world.actor("manager"), world.actor("second_manager")
    drafts = [draft_with(one, **DEARER), draft_with(two, **LATER)]
    works = [
        lambda actor=actor, draft=draft: service.publish_draft(actor, draft.id, version=draft.version)
        for actor, draft in zip((one, two), drafts, strict=True)
    ]
    assert kinds(at_once(app, works)) == {"Conflict": 1, "Edition": 1}
    assert published() == 1
    left = db.session.scalars(select(PolicyDraft.id).where(PolicyDraft.state == "open")).one()
    drafting.carry_over(one, left)
    service.publish_draft(one, left, version=draft_for(one, left).row.version)
    both = edition_in_force()
    assert (both.prices.extra_contact_cents, both.tickets.reopen_days) == (60_000, 20)


def test_control_without_the_guards_the_second_runs_into_the_constraint(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = world.actor("manager"), world.actor("second_manager")
    drafts = [draft_with(actor, **parts) for actor, parts in ((one, DEARER), (two, LATER)) * (CLIENTS // 2)]
    monkeypatch.setattr(service, "one_at_a_time", lambda: None)
    works = [
        lambda actor=actor, draft=draft: service.publish_draft(actor, draft.id, version=draft.version)
        for actor, draft in zip((one, two) * (CLIENTS // 2), drafts, strict=True)
    ]
    assert "IntegrityError" in kinds(at_once(app, works))


def test_withdrawn_at_once_it_is_withdrawn_once(app: Flask, world: World) -> None:
    one, two = world.actor("manager"), world.actor("second_manager")
    publish(one, at=datetime.now(UTC) + timedelta(days=30), **DEARER)
    works = [
        lambda actor=actor: service.withdraw_edition(actor, 2, reason="A slip.")
        for actor in (one, two) * (CLIENTS // 2)
    ]
    assert kinds(at_once(app, works)) == {"Conflict": CLIENTS - 1, "NoneType": 1}


def test_applied_at_once_by_several_workers_each_seat_comes_once(app: Flask, world: World) -> None:
    publish(world.actor("manager"), contacts=bands(FIRST_EDITION, 0, basic=2, premium=3))
    assert all(not isinstance(answer, Exception) for answer in at_once(app, [apply_editions] * CLIENTS))
    counted = select(func.count()).where(Seat.event_id == world.fair.id)
    assert db.session.scalar(counted) == 3
    assert edition_in_force().in_force_from <= now()
