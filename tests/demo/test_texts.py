"""The texts of the demo, as they are after filling, and as they were written."""

import pytest
from sqlalchemy import select

from portal.db import db
from portal.demo import content
from portal.demo.dice import dice
from portal.demo.phrasing import phrase
from portal.demo.plans import ScenePlan, ThreadPlan
from portal.events.models import Event
from portal.policy.coverage import Topic, coverage
from portal.tickets.models import Message, Ticket
from portal.wishlist.models import Wish


@pytest.mark.usefixtures("demo")
def test_no_place_in_a_text_was_left_unfilled() -> None:
    for column in (Ticket.subject, Message.body, Wish.problem, Event.name):
        assert not [
            found for found in db.session.scalars(select(column)) if any(sign in found for sign in "{}|[]")
        ]


@pytest.mark.usefixtures("demo")
def test_customers_of_the_united_states_spell_as_they_do_there() -> None:
    theirs = (
        select(Message.body)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .join(Event, Event.id == Ticket.event_id)
        .where(Event.time_zone == "America/Chicago")
    )
    assert not [body for body in db.session.scalars(theirs) if "programme" in body or "organiser" in body]
    assert [body for body in db.session.scalars(select(Message.body)) if "programme" in body]


def test_there_are_enough_conversations_and_wishes_and_each_is_written_once() -> None:
    keys = [thread.key for thread in content.threads()]
    assert len(keys) == len(set(keys)) >= 60
    titles = [wish.title for wish in content.wishes()]
    assert len(titles) == len(set(titles)) >= 40


@pytest.mark.parametrize("thread", content.threads(), ids=lambda thread: thread.key)
def test_a_conversation_begins_with_the_customer_and_has_a_topic_of_the_policy(thread: ThreadPlan) -> None:
    assert thread.messages[0].by == "contact"
    assert 2 <= len(thread.messages) <= 6
    assert {message.by for message in thread.messages} <= {"contact", "colleague", "agent"}
    assert Topic(thread.topic)
    assert thread.when[0] <= thread.when[1]
    assert any(thread.suits(event) for event in content.events())


def test_topics_cover_what_support_does_and_what_it_does_not() -> None:
    talked_about = {Topic(thread.topic) for thread in content.threads()}
    rules = {coverage(topic).rule for topic in talked_about}
    assert {f"COV-{number}" for number in range(1, 9)} <= rules
    assert {f"OUT-{number}" for number in range(1, 7)} <= rules


@pytest.mark.parametrize("scene", content.scenes(), ids=lambda scene: scene.thread)
def test_a_ticket_placed_by_hand_can_happen_where_it_is_placed(scene: ScenePlan) -> None:
    (thread,) = [each for each in content.threads() if each.key == scene.thread]
    (event,) = [each for each in content.events() if each.key == scene.event]
    assert thread.suits(event)
    assert scene.shown <= len(thread.messages)


def test_values_are_filled_in_and_take_a_capital_where_a_sentence_begins() -> None:
    filled = phrase("{few} of {n}: [a|a]. {few} more, and {few}.").filled(
        {"few": "two", "n": "7"}, dice("test")
    )
    assert filled == "Two of 7: a. Two more, and two."


def test_an_alternative_is_chosen_with_its_own_places_filled() -> None:
    texts = {phrase("[in {room}|nowhere]!").filled({"room": "Hall A"}, dice("test", n)) for n in range(20)}
    assert texts == {"in Hall A!", "nowhere!"}


def test_american_spelling_keeps_capitals() -> None:
    text = phrase("Programme of the organisers, cancelled", american=True).filled({}, dice("test"))
    assert text == "Program of the organizers, canceled"
