"""Staff say what they think of a wish, each in a row of their own, for staff alone (WISH-2, WISH-3)."""

import pytest
from sqlalchemy import select

from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid
from portal.wishlist.evaluating import ASKED, evaluate_wish, evaluations_of, means_of, withdraw_evaluation
from portal.wishlist.models_decisions import WishEvaluation
from tests.wishlist.wishes import actions, in_state, published

pytestmark = pytest.mark.usefixtures("outbox")

MARKS = {"usefulness": 5, "effort": 2, "fit": 4, "risk": 1}
FORM = {name: str(mark) for name, mark in MARKS.items()} | {"risk_why": "We have done the like before."}


def at(wish):
    return f"/staff/wishes/{wish.id}/evaluation"


def kept():
    db.session.rollback()
    return db.session.scalars(select(WishEvaluation).order_by(WishEvaluation.id)).all()


class TestEvaluating:
    def test_each_evaluator_has_one_row_and_changes_their_own(self, client, world):
        wish = published(world)
        for who in ("agent", "moderator", "manager"):
            assert client.as_(getattr(world, who)).post(at(wish), FORM).status_code == 303
        assert client.as_(world.agent).post(at(wish), FORM | {"effort": "4"}).status_code == 303
        assert [(each.evaluator_id, each.effort) for each in kept()] == [
            (world.agent.id, 4), (world.moderator.id, 2), (world.manager.id, 2),
        ]  # fmt: skip
        assert actions().count("wish.evaluated") == 4
        found = evaluations_of(world.actor("agent"), wish)
        assert means_of(found).effort == pytest.approx(8 / 3)
        assert found[0].evaluator_id == world.agent.id

    def test_the_page_shows_all_to_staff_with_the_means_and_fills_in_ones_own(self, client, world):
        wish = published(world)
        evaluate_wish(world.actor("manager"), wish.id, MARKS, {"risk": "We have done the like before."})
        page = client.as_(world.agent).get(f"/staff/wishes/{wish.id}/decision").text
        for words in (world.manager.name, "We have done the like before.", "Write your evaluation", "5.0"):
            assert words in page
        own = client.as_(world.manager).get(f"/staff/wishes/{wish.id}/decision").text
        assert "Change your evaluation" in own
        assert 'value="We have done the like before."' in own

    def test_customers_never_see_it(self, client, world):
        wish = published(world)
        evaluate_wish(world.actor("agent"), wish.id, MARKS, dict.fromkeys(ASKED, "Between us."))
        for who in ("organiser", "outsider", "contact"):
            browser = client.as_(getattr(world, who))
            assert browser.get(f"/staff/wishes/{wish.id}/decision").status_code == 403
            assert browser.post(at(wish), FORM).status_code == 403
            for address in ("/wishes", f"/wishes/{wish.id}", "/wishes/feed.atom", "/wishes/roadmap"):
                assert "Between us." not in browser.get(address).text
            assert evaluations_of(world.actor(who), wish) == []
            with pytest.raises(Forbidden):
                evaluate_wish(world.actor(who), wish.id, MARKS, {})

    def test_one_can_take_it_back(self, client, world):
        wish = published(world)
        evaluate_wish(world.actor("agent"), wish.id, MARKS, {})
        withdraw_evaluation(world.actor("manager"), wish.id)
        assert len(kept()) == 1
        for _ in range(2):
            assert client.as_(world.agent).post(f"{at(wish)}/withdrawal").status_code == 303
        assert kept() == []
        assert actions().count("wish.evaluation_withdrawn") == 1

    @pytest.mark.parametrize("mark", ["", "0", "6", "x", "3.5", "-1", "9" * 40, "\u0665"])
    def test_what_is_no_mark_is_asked_again(self, client, world, mark):
        wish = published(world)
        answer = client.as_(world.agent).post(at(wish), FORM | {"fit": mark})
        assert answer.status_code == 422
        assert 'value="We have done the like before."' in answer.text
        assert kept() == []

    @pytest.mark.parametrize("marks", [{}, MARKS | {"risk": 6}, MARKS | {"risk": 0}])
    def test_nor_does_the_service_take_it(self, world, marks):
        wish = published(world)
        with pytest.raises(Invalid):
            evaluate_wish(world.actor("agent"), wish.id, marks, {})

    @pytest.mark.parametrize("state", ["submitted", "declined"])
    def test_only_what_is_on_the_list(self, world, state):
        wish = in_state(world, state)
        with pytest.raises(Conflict):
            evaluate_wish(world.actor("manager"), wish.id, MARKS, {})
