"""Attendees' questions in the demo: each state, each true to the rules."""

import pytest
from sqlalchemy import func, select

from portal.clock import now
from portal.db import db
from portal.questions.models import HelpPage, PublishedAnswer, Question, QuestionMessage
from portal.tickets.models import Message

pytestmark = pytest.mark.usefixtures("demo")


def test_questions_are_in_every_state() -> None:
    states = dict(db.session.execute(select(Question.state, func.count()).group_by(Question.state)).all())
    assert states.keys() == {"unconfirmed", "open", "answered", "closed", "erased"}
    assert states["open"] >= 3
    assert db.session.scalar(select(func.count()).where(PublishedAnswer.withdrawn_at.is_(None))) >= 3
    assert db.session.scalar(select(func.count()).where(HelpPage.is_open.is_(False))) == 1


def test_one_was_passed_on_and_its_answer_waits_to_be_handed_to_the_attendee() -> None:
    question = db.session.scalars(select(Question).where(Question.ticket_id.is_not(None))).one()
    assert (question.state, question.shares_address) == ("open", False)
    messages = db.session.scalars(
        select(Message).where(Message.ticket_id == question.ticket_id).order_by(Message.id)
    ).all()
    assert question.body in messages[0].body
    assert [message.from_staff for message in messages if not message.internal] == [False, True]
    told = " ".join(message.body for message in messages)
    assert question.name not in told
    assert question.email not in told


def test_nothing_is_from_the_future_and_turns_follow_their_question() -> None:
    turns = select(QuestionMessage.sent_at, Question.asked_at, Question.last_activity_at).join(
        Question, Question.id == QuestionMessage.question_id
    )
    for sent, asked, last in db.session.execute(turns):
        assert asked < sent <= last <= now()
