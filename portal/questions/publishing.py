"""Answers for everybody on an event's help page, in words that a contact or organiser chose for all."""

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict
from portal.events.queries import locked_event
from portal.questions.models import PublishedAnswer
from portal.questions.queries import answer_for

ASKED_MOST = 200
ANSWER_MOST = 4000


@use_case
def publish_answer(actor: Actor, event_id: int, *, asked: str, answer: str, form_key: str) -> PublishedAnswer:
    """Show a question and its answer on the event's help page. A repeated form gives the same one.

    Raises NotFound, Forbidden for who may not look after the page.
    """
    event = locked_event(actor, event_id)
    actor.require("help:manage", event.scope)
    key = actor.own_key(form_key)
    if there := db.session.scalar(select(PublishedAnswer).where(PublishedAnswer.form_key == key)):
        return there
    published = PublishedAnswer(
        event=event, asked=" ".join(asked.split()), answer=answer, published_by_id=actor.id, form_key=key
    )
    db.session.add(published)
    db.session.flush()
    record(actor, "answer.published", published, after=_texts(published), scope=event.scope)
    return published


@use_case
def change_answer(actor: Actor, answer_id: int, *, asked: str, answer: str) -> PublishedAnswer:
    """Reword what is published. Raises NotFound when it is withdrawn or not the actor's to change."""
    published = _held(actor, answer_id)
    before = _texts(published)
    published.asked, published.answer = " ".join(asked.split()), answer
    record(actor, "answer.changed", published, before=before, after=_texts(published), scope=published.scope)
    return published


@use_case
def withdraw_answer(actor: Actor, answer_id: int) -> PublishedAnswer:
    """Take an answer off the help page. Raises NotFound as `change_answer`, Conflict when somebody just did."""
    published = _held(actor, answer_id)
    published.withdrawn_at = now()
    record(actor, "answer.withdrawn", published, before=_texts(published), scope=published.scope)
    return published


def _held(actor: Actor, answer_id: int) -> PublishedAnswer:
    found = answer_for(actor, answer_id)
    locked_event(actor, found.event_id)
    db.session.refresh(found)
    if found.withdrawn_at is not None:
        raise Conflict("Somebody has just withdrawn this answer.")
    return found


def _texts(published: PublishedAnswer) -> dict[str, object]:
    return {"asked": published.asked, "answer": published.answer}
