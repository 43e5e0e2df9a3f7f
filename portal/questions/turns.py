"""One turn of a question's conversation. Takes part in the caller's transaction."""

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db
from portal.questions import letters
from portal.questions.asking import BODY_MOST, check_text
from portal.questions.models import Question, QuestionMessage


def written(
    question: Question,
    body: str,
    *,
    author_id: int | None,
    shown_as: str,
    form_key: str,
    channel: str = "page",
    passed_on_id: int | None = None,
) -> QuestionMessage:
    """Add a turn to a question that is held."""
    turn = QuestionMessage(
        question_id=question.id, author_id=author_id, shown_as=shown_as, body=body, channel=channel,
        passed_on_id=passed_on_id, form_key=form_key, sent_at=now(),
    )  # fmt: skip
    db.session.add(turn)
    db.session.flush()
    question.last_activity_at = turn.sent_at
    return turn


def answered_by(question: Question) -> None:
    """An answer makes a question wait for its attendee, also one that was closed."""
    question.state, question.closed_by = "answered", None


def by_attendee(
    visitor: Actor, question: Question, body: str, *, form_key: str, channel: str = "page"
) -> QuestionMessage:
    """Add what the attendee wrote to a question that is held: it is open again, and its contacts are told.

    Raises Invalid (`body`). A repeated key gives the same turn.
    """
    key = f"question:{question.id}:{form_key}"
    if sent := db.session.scalar(select(QuestionMessage).where(QuestionMessage.form_key == key)):
        return sent
    check_text(body, BODY_MOST)
    before = question.state
    turn = written(question, body, author_id=None, shown_as=question.name, form_key=key, channel=channel)
    question.state, question.closed_by = "open", None
    record(
        visitor, "question.replied", question, before={"state": before}, after={"state": "open"},
        scope=question.scope,
    )  # fmt: skip
    letters.tell_contacts(question, "question_replied", body, cause=f"question-replied:{turn.id}")
    return turn
