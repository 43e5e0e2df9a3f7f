"""Attendees' questions in the demo: each state, each true to the rules; and what is around live sessions stands as the portal would have it."""

import pytest
from sqlalchemy import func, select

from portal.accounts.actor import SYSTEM
from portal.audiences.erasing import erase_by_rule
from portal.audiences.feedback import ask_for_feedback
from portal.audiences.models import AudienceMember, SessionFeedback, SessionRecord
from portal.bookings.models import Booking
from portal.clock import now
from portal.db import db
from portal.questions.models import HelpPage, PublishedAnswer, Question, QuestionMessage
from portal.recordings.models import Recording, RecordingAccess, RecordingPass
from portal.recordings.publishing import expire_recordings
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


def test_a_recording_stands_where_one_was_wished_for() -> None:
    wished = select(Booking.id).where(Booking.recording_wanted, Booking.state != "cancelled")
    assert set(db.session.scalars(wished)) == set(db.session.scalars(select(Recording.booking_id)))
    states = set(db.session.scalars(select(Recording.state)))
    assert {"accepted", "published", "expired"} <= states


def test_somebody_came_missed_it_got_the_recording_and_opened_it() -> None:
    figures = [func.count().filter(AudienceMember.attended.is_(came)) for came in (True, False)]
    assert all(db.session.execute(select(*figures)).one())
    opened = select(RecordingAccess.member_id).where(RecordingAccess.member_id.is_not(None))
    passed = set(db.session.scalars(select(RecordingPass.member_id)))
    assert passed
    assert set(db.session.scalars(opened)) <= passed
    assert db.session.scalar(select(func.max(RecordingAccess.at))) <= now()


def test_what_was_said_was_asked_before_and_every_list_has_its_figures() -> None:
    said = db.session.scalars(select(SessionFeedback).where(SessionFeedback.score.is_not(None))).all()
    assert said
    assert all(each.asked_at < each.answered_at <= now() for each in said)
    noted = select(SessionRecord.booking_id).where(SessionRecord.attendance_at.is_not(None))
    came = select(AudienceMember.booking_id).where(AudienceMember.attended.is_(True))
    assert set(db.session.scalars(noted)) == set(db.session.scalars(came))


def test_nothing_is_left_to_ask_to_expire_or_to_erase() -> None:
    assert (ask_for_feedback(SYSTEM), expire_recordings(SYSTEM), erase_by_rule(SYSTEM)) == (0, 0, 0)
