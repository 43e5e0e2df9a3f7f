"""Answers that may fit a question: only what this event's own contacts answered or published before."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Text, any_, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import TSQUERY

from portal.accounts.actor import Actor
from portal.db import db
from portal.questions.models import PublishedAnswer, Question, QuestionMessage
from portal.questions.queries import visible_questions

ENGLISH: ColumnElement[str] = literal_column("'english'::regconfig")
# Written as the indexes are, or they are not used.
WORDS = func.to_tsvector(ENGLISH, Question.body)
ANSWER_WORDS = func.to_tsvector(
    ENGLISH, PublishedAnswer.asked + literal_column("' '::text") + PublishedAnswer.answer
)
SHOWN = 3
FOUND_MOST = 20
SEARCH_MOST = 100


@dataclass(frozen=True)
class Suggestion:
    """An answer that this event's contacts gave before, and to what."""

    asked: str
    answer: str
    is_published: bool


def suggested_answers(actor: Actor, question: Question) -> list[Suggestion]:
    """What the contacts answered to questions alike, closest first: what is published before what is not."""
    published = answers_like(question.event_id, question.body)
    return [
        *(Suggestion(each.asked, each.answer, True) for each in published),
        *_given_like(actor, question),
    ][:SHOWN]


def answers_like(event_id: int, text: str) -> Sequence[PublishedAnswer]:
    """The published answers of an event closest to what somebody is about to ask."""
    near = _shown(event_id).where(*_like(ANSWER_WORDS, text))
    closest = _shared(ANSWER_WORDS, text).desc()
    return db.session.scalars(near.order_by(closest, PublishedAnswer.id.desc()).limit(SHOWN)).all()


def answers_with(event_id: int, words: str) -> Sequence[PublishedAnswer]:
    """The published answers of an event that hold the words somebody looks for, as a search engine reads them."""
    query = func.websearch_to_tsquery(ENGLISH, words[:SEARCH_MOST])
    closest = func.ts_rank(ANSWER_WORDS, query).desc()
    found = _shown(event_id).where(ANSWER_WORDS.op("@@")(query))
    return db.session.scalars(found.order_by(closest, PublishedAnswer.id.desc()).limit(FOUND_MOST)).all()


def _shown(event_id: int) -> Select[PublishedAnswer]:
    return select(PublishedAnswer).where(
        PublishedAnswer.event_id == event_id, PublishedAnswer.withdrawn_at.is_(None)
    )


def _given_like(actor: Actor, question: Question) -> list[Suggestion]:
    """The last answer to each earlier question alike, of this event only."""
    turn = select(QuestionMessage.body).where(
        QuestionMessage.question_id == Question.id, QuestionMessage.author_id.is_not(None)
    )
    last = turn.order_by(QuestionMessage.id.desc()).limit(1).scalar_subquery()
    alike = visible_questions(actor).where(
        Question.event_id == question.event_id, Question.id != question.id,
        Question.state.in_(("answered", "closed")), last.is_not(None), *_like(WORDS, question.body),
    )  # fmt: skip
    closest = _shared(WORDS, question.body).desc()
    rows = db.session.execute(alike.add_columns(last).order_by(closest, Question.id.desc()).limit(SHOWN))
    return [Suggestion(earlier.title, answer, False) for earlier, answer in rows]


def _like(words: ColumnElement[str], text: str) -> tuple[ColumnElement[bool], ...]:
    """What holds of texts that share two words which carry meaning with `text` (its only one, if it has one)."""
    any_word = func.replace(cast(func.plainto_tsquery(ENGLISH, text), Text), "&", "|")
    of_text = func.cardinality(func.tsvector_to_array(func.to_tsvector(ENGLISH, text)))
    enough: ColumnElement[bool] = _shared(words, text) >= func.least(2, of_text)
    return words.op("@@")(cast(any_word, TSQUERY)), enough


def _shared(words: ColumnElement[str], text: str) -> ColumnElement[int]:
    """How many words, by their stems, two texts have in common."""
    theirs = func.unnest(func.tsvector_to_array(words)).table_valued("word").render_derived()
    asked = func.tsvector_to_array(func.to_tsvector(ENGLISH, text))
    return select(func.count()).select_from(theirs).where(theirs.c.word == any_(asked)).scalar_subquery()
