"""Planning rounds keep the list as it stood, for good, and can be compared (WISH-1 to WISH-3)."""

import csv
import io

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid
from portal.policy.usefulness import planning_score
from portal.policy.wishes import WishDecision
from portal.wishlist import planning
from portal.wishlist.evaluating import evaluate_wish
from portal.wishlist.models_decisions import PlanningLine, PlanningRound
from tests.wishlist.wishes import actions, decided, in_state, published, say

pytestmark = pytest.mark.usefixtures("outbox")

MARKS = {"usefulness": 5, "effort": 2, "fit": 4, "risk": 1}


@pytest.fixture
def wishes(world):
    made = [published(world, title, who="agent") for title in ("First", "Second", "Third")]
    for who in ("organiser", "outsider"):
        say(world, who, made[0])
    say(world, "outsider", made[1])
    return made


def take(world, release="7.2", key="a"):
    return planning.take_round(world.actor("manager"), release=release, note="", form_key=key)


def places(taken):
    return [(line.rank, line.title) for line in planning.lines_of(taken)]


def test_it_keeps_rank_figures_decision_and_what_staff_think(world, wishes):
    for who, effort in (("agent", 1), ("manager", 4)):
        evaluate_wish(world.actor(who), wishes[1].id, MARKS | {"effort": effort}, {})
    decided(world, wishes[1], WishDecision.UNDER_CONSIDERATION)
    in_state(world, "done")
    in_state(world, "submitted")
    taken = take(world)
    assert places(taken) == [(1, "First"), (2, "Second"), (3, "Third")]
    line = planning.lines_of(taken)[1]
    assert (line.useful, line.neutral, line.against, line.concerned) == (1, 0, 0, 2)
    assert (line.decision, line.evaluations, line.effort, line.usefulness) == (
        "under_consideration",
        2,
        2.5,
        5,
    )
    assert taken.customers == 2
    assert actions()[-1] == "planning_round.taken"


def test_every_rank_can_be_counted_again_from_its_line(world, wishes):
    lines = planning.lines_of(take(world))
    for line in lines:
        answered = line.useful + line.neutral + line.against
        assert line.score == planning_score(line.useful, answered, line.concerned)
    assert [line.score for line in lines] == sorted((line.score for line in lines), reverse=True)


def test_it_stays_when_the_list_moves_on_and_the_next_is_compared_with_it(client, world, wishes):
    before = take(world)
    for who in ("organiser", "outsider"):
        say(world, who, wishes[0], None)
        say(world, who, wishes[2])
    decided(world, wishes[1], WishDecision.DONE)
    published(world, "Fourth", who="agent")
    after = take(world, "7.3", "b")
    assert places(before) == [(1, "First"), (2, "Second"), (3, "Third")]
    found = planning.compared(planning.lines_of(after), planning.lines_of(planning.round_before(after)))
    assert [(each.line.title, each.move, each.earlier_rank) for each in found] == [
        ("Third", "up", 3), ("First", "down", 1), ("Fourth", "new", None), ("Second", "gone", 2),
    ]  # fmt: skip
    page = client.as_(world.agent).get(f"/staff/planning/{after.id}").text
    for words in ("Up (was 3)", "Down (was 1)", "New", "Gone (was 2)", "Compared with the round for"):
        assert words in page
    assert "The first round" in client.as_(world.agent).get(f"/staff/planning/{before.id}").text


def test_the_file_has_a_row_a_wish_and_starts_no_formula(client, world):
    published(world, "=HYPERLINK(1)", who="agent")
    taken = take(world)
    answer = client.as_(world.manager).get(f"/staff/planning/{taken.id}.csv")
    assert answer.mimetype == "text/csv"
    header, row = csv.reader(io.StringIO(answer.text.lstrip("\ufeff")))
    assert header == list(planning.HEADER)
    assert row[0] == "1"
    assert not row[4].startswith("=")


def test_a_double_click_is_one_round_and_a_release_has_one(client, world, wishes):
    assert take(world).id == take(world).id
    with pytest.raises(Invalid):
        take(world, " 7.2 ", "b")
    browser = client.as_(world.manager)
    answer = browser.post("/staff/planning", {"release": "7.2", "note": "Kept"})
    assert answer.status_code == 422
    assert "There is a round for this release" in answer.text
    assert "Kept</textarea>" in answer.text
    assert browser.post("/staff/planning", {"release": "7.3"}).status_code == 303
    for release in ("", " ", "x" * 61):
        assert browser.post("/staff/planning", {"release": release}).status_code == 422


def test_with_nothing_to_plan_there_is_no_round(world):
    in_state(world, "done")
    with pytest.raises(Conflict):
        take(world)
    assert db.session.scalars(select(PlanningRound)).all() == []


def test_only_managers_take_one_and_only_staff_read_it(client, world, wishes):
    taken = take(world)
    for who in ("agent", "moderator", "organiser", "contact", "outsider", "admin"):
        browser = client.as_(getattr(world, who))
        assert browser.post("/staff/planning", {"release": "8"}).status_code == 403
        with pytest.raises(Forbidden):
            planning.take_round(world.actor(who), release="8", note="", form_key="c")
        staff = who in ("agent", "moderator")
        for address in (f"/staff/planning/{taken.id}", f"/staff/planning/{taken.id}.csv"):
            assert browser.get(address).status_code == (200 if staff else 404)
        assert browser.get("/staff/planning").status_code == (200 if staff else 403)
    assert client.as_(world.manager).get("/staff/planning/999999").status_code == 404


def test_an_empty_page_says_what_a_round_is(client, world):
    assert "No round has been taken" in client.as_(world.agent).get("/staff/planning").text


@pytest.mark.parametrize("table", ["planning_round", "planning_line"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_a_round_is_final(world, wishes, table, change):
    take(world)
    with pytest.raises(DBAPIError, match="never changed"):
        db.session.execute(text(change.format(table)))
    db.session.rollback()
    assert len(db.session.scalars(select(PlanningLine)).all()) == 3
