"""Whether and when a wish is carried out is decided by management alone, on a record that stays (WISH-3)."""

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.policy.wishes import WishDecision
from portal.wishlist.deciding import Deciding, decide_wish, decisions_on
from portal.wishlist.models_decisions import DecisionRecord
from tests.wishlist.wishes import actions, add, decided, in_state, published

pytestmark = pytest.mark.usefixtures("outbox")

PLANNED = Deciding(WishDecision.PLANNED)
FORM = {"decision": "planned", "answer": "In the autumn release.", "seen": "0"}


def at(wish):
    return f"/staff/wishes/{wish.id}/decision"


class TestDeciding:
    def test_a_manager_plans_it_and_answers(self, client, world):
        wish = published(world)
        browser = client.as_(world.manager)
        assert browser.post(at(wish), FORM).status_code == 303
        page = client.as_(world.outsider).get(f"/wishes/{wish.id}").text
        for words in ("Planned", "In the autumn release.", "Management"):
            assert words in page
        assert world.manager.name not in page
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.action, entry.before["decision"], entry.after["decision"], entry.actor_id) == (
            "wish.decided", "open", "planned", world.manager.id,
        )  # fmt: skip

    def test_every_decision_leads_to_every_other_and_all_stay_on_record(self, world):
        wish = published(world)
        course = [*WishDecision, *reversed(WishDecision)][1:]
        course = [each for number, each in enumerate(course) if number == 0 or each != course[number - 1]]
        for number, decision in enumerate(course):
            assert decided(world, wish, decision, seen=number).decision == decision
        assert [each.decision for each in reversed(decisions_on(wish))] == course

    def test_what_was_decided_before_is_shown(self, client, world):
        wish = in_state(world, "planned")
        decided(world, wish, WishDecision.DECLINED, seen=1, answer="It cannot be done after all.")
        page = client.as_(world.contact).get(f"/wishes/{wish.id}").text
        assert page.index("It cannot be done after all.") < page.index("It is planned.")

    def test_two_decisions_at_once_are_a_conflict(self, client, world):
        wish = in_state(world, "planned")
        with pytest.raises(Conflict, match="decided on meanwhile: it is planned"):
            decide_wish(world.actor("second_manager"), wish.id, PLANNED, seen=0)
        answer = client.as_(world.second_manager).post(at(wish), FORM | {"decision": "in_progress"})
        assert answer.status_code == 409
        assert at(wish) in answer.text

    @pytest.mark.parametrize("decision", ["done", "declined"])
    def test_customers_are_owed_an_answer(self, client, world, decision):
        wish = published(world)
        answer = client.as_(world.manager).post(at(wish), {"decision": decision, "answer": " ", "seen": "0"})
        assert answer.status_code == 422
        assert "owed an answer" in answer.text
        with pytest.raises(Invalid) as refused:
            decide_wish(world.actor("manager"), wish.id, Deciding(WishDecision(decision)), seen=0)
        assert list(refused.value.fields) == ["answer"]

    def test_the_same_again_is_no_decision_but_a_new_answer_is(self, world):
        wish = published(world)
        with pytest.raises(Invalid):
            decide_wish(world.actor("manager"), wish.id, Deciding(WishDecision.OPEN), seen=0)
        decided(world, wish, WishDecision.PLANNED, answer="Soon.")
        with pytest.raises(Invalid):
            decided(world, wish, WishDecision.PLANNED, seen=1, answer="Soon.")
        assert decided(world, wish, WishDecision.PLANNED, seen=1, answer="Sooner.").answer == "Sooner."

    @pytest.mark.parametrize(
        "form",
        [{}, {"decision": "merged"}, {"decision": "open"}, {"decision": "\x00"}, {"due_on": "2026-02-31"},
         {"due_on": "tomorrow"}, {"release": "x" * 61}, {"answer": "x" * 4001}, {"date_published": "y"}],
    )  # fmt: skip
    def test_what_cannot_be_decided_is_asked_again(self, client, world, form):
        wish = published(world)
        sent = {"seen": "0"} | ({"decision": "planned"} | form if form else {})
        assert client.as_(world.manager).post(at(wish), sent).status_code == 422

    @pytest.mark.parametrize("seen", ["", "x", "-1", "99", "9" * 40, "\u0663"])
    def test_a_forged_number_is_a_conflict(self, client, world, seen):
        wish = published(world)
        assert client.as_(world.manager).post(at(wish), FORM | {"seen": seen}).status_code == 409

    @pytest.mark.parametrize("state", ["submitted", "declined"])
    def test_only_what_is_on_the_list_is_decided_on(self, client, world, state):
        wish = in_state(world, state)
        with pytest.raises(Conflict, match="only what is on the list"):
            decide_wish(world.actor("manager"), wish.id, PLANNED, seen=0)
        assert "Only what is on the list" in client.as_(world.manager).get(at(wish)).text


class TestDates:
    def test_a_date_and_a_release_are_shown_once_published(self, client, world):
        wish = published(world)
        details = {"due_on": date(2027, 3, 1), "release": "7.2"}
        decided(world, wish, WishDecision.PLANNED, **details)
        for who, shown in (("outsider", False), ("organiser", False), ("agent", True)):
            page = client.as_(getattr(world, who)).get(f"/wishes/{wish.id}").text
            assert ("1 Mar 2027" in page) == ("release 7.2" in page) == shown
        decided(world, wish, WishDecision.PLANNED, seen=1, date_published=True, **details)
        page = client.as_(world.outsider).get(f"/wishes/{wish.id}").text
        assert page.count("1 Mar 2027") == 1

    def test_there_has_to_be_one_to_publish(self, client, world):
        wish = published(world)
        answer = client.as_(world.manager).post(at(wish), FORM | {"date_published": "y"})
        assert answer.status_code == 422
        assert "Give a date or a release" in answer.text


class TestWho:
    def test_moderators_and_agents_are_refused_by_the_rule(self, client, world):
        wish = published(world)
        for who in ("moderator", "agent"):
            with pytest.raises(Refused) as refused:
                decide_wish(world.actor(who), wish.id, PLANNED, seen=0)
            assert refused.value.rule == "WISH-3"
            browser = client.as_(getattr(world, who))
            assert browser.post(at(wish), FORM).status_code == 403
            assert "is decided by management" in browser.get(at(wish)).text
        assert "wish.decided" not in actions()

    @pytest.mark.parametrize("who", ["organiser", "contact", "outsider", "admin"])
    def test_everybody_else_is_forbidden(self, client, world, who):
        wish = published(world)
        with pytest.raises(Forbidden):
            decide_wish(world.actor(who), wish.id, PLANNED, seen=0)
        browser = client.as_(getattr(world, who))
        assert browser.get(at(wish)).status_code == browser.post(at(wish), FORM).status_code == 403
        waiting = add(world.actor("outside_contact"))
        if who in ("organiser", "contact", "outsider"):
            with pytest.raises(NotFound):
                decide_wish(world.actor(who), waiting.id, PLANNED, seen=0)


@pytest.mark.parametrize("change", ["UPDATE wish_decision SET answer = 'x'", "DELETE FROM wish_decision"])
def test_the_record_stays_as_it_was_written(world, change):
    in_state(world, "planned")
    with pytest.raises(DBAPIError, match="never changed"):
        db.session.execute(text(change))
    db.session.rollback()
    assert db.session.scalars(select(DecisionRecord.answer)).one() == "It is planned."
