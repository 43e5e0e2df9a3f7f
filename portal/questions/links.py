"""The links mailed to attendees. These take part in the caller's transaction.

A link to confirm with is used once; those to follow a question by work until they are replaced, the question is
erased, or their time is over. Every mail carries one of its own, since no token is kept.
"""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Select, select, update
from sqlalchemy.orm import contains_eager

from portal.accounts.tokens import digest, new_token
from portal.clock import now
from portal.db import db
from portal.errors import PortalError
from portal.events.models import Event
from portal.questions.models import Question, QuestionLink


class Purpose(StrEnum):
    """What a link is for; it opens nothing else."""

    CONFIRM = "confirm"
    FOLLOW = "follow"


LIFETIMES = {Purpose.CONFIRM: timedelta(hours=48), Purpose.FOLLOW: timedelta(days=180)}


class LinkGone(PortalError):
    """A link to a question that was used, replaced, is too old, or never was."""

    status, title = 410, "This link no longer works"

    def __init__(self) -> None:
        super().__init__("It was used already, is too old, or a newer one has taken its place.")


def make_link(question: Question, purpose: Purpose) -> tuple[str, QuestionLink]:
    """A new link to a question: its token, which is nowhere else, and its row."""
    token, moment = new_token(), now()
    link = QuestionLink(
        question_id=question.id, purpose=purpose, token_hash=digest(token), created_at=moment,
        expires_at=moment + LIFETIMES[purpose],
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    return token, link


def question_behind(token: str, purpose: Purpose) -> Question:
    """The question that a link leads to, with its event. Uses nothing up. Raises LinkGone."""
    return _found(db.session.scalar(_behind(token, purpose)))


def locked_behind(token: str, purpose: Purpose) -> Question:
    """As `question_behind`, with the question as it is now, held until the transaction closes."""
    held = _behind(token, purpose).with_for_update(key_share=True, of=Question)
    return _found(db.session.scalar(held.execution_options(populate_existing=True)))


def end_links(question: Question, purpose: Purpose) -> None:
    """End every link to a question of this purpose."""
    living = update(QuestionLink).where(
        QuestionLink.question_id == question.id,
        QuestionLink.purpose == purpose,
        QuestionLink.ended_at.is_(None),
    )
    db.session.execute(living.values(ended_at=now()), execution_options={"synchronize_session": False})


def _behind(token: str, purpose: Purpose) -> Select[Question]:
    leads = select(QuestionLink.question_id).where(
        QuestionLink.token_hash == digest(token), QuestionLink.purpose == purpose,
        QuestionLink.ended_at.is_(None), QuestionLink.expires_at > now(),
    )  # fmt: skip
    return (
        select(Question)
        .join(Event, Event.id == Question.event_id)
        .where(Question.id.in_(leads), Question.state != "erased")
        .options(contains_eager(Question.event))
    )


def _found(question: Question | None) -> Question:
    if question is None:
        raise LinkGone
    return question
