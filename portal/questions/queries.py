"""Reading attendees' questions: every reading starts from the events that the actor is a contact of (WHO-2)."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.actor import Actor, Scope
from portal.db import db
from portal.errors import NotFound
from portal.events.models import Event
from portal.mail.models import OutboundMail
from portal.paging import Page, page_of
from portal.questions.models import PublishedAnswer, Question, QuestionMessage
from portal.tickets.models import Message, Ticket
from portal.tickets.queries import visible_messages

STATES = ("open", "answered", "closed")
ANSWER = "question-answer:"
THREAD_MOST = 200


def visible_questions(actor: Actor) -> Select[Question]:
    """The confirmed questions `actor` may read: those of the events they are a contact of, whatever else they are."""
    confirmed = select(Question).where(Question.state != "unconfirmed", Question.kind == "question")
    return confirmed.where(Question.event_id.in_(actor.contact_event_ids))


def question_scope(actor: Actor, question_id: int) -> Scope | None:
    """Where a question belongs; None when the actor may not know of it."""
    visible = visible_questions(actor).where(Question.id == question_id)
    found = db.session.scalar(visible.options(joinedload(Question.event)))
    return found.scope if found else None


def question_for(actor: Actor, question_id: int) -> Question:
    """A question with its event and its ticket. Raises NotFound when it cannot be seen."""
    visible = visible_questions(actor).where(Question.id == question_id)
    whole = visible.options(
        joinedload(Question.event).joinedload(Event.organisation), joinedload(Question.ticket)
    )
    return _found(db.session.scalar(whole))


def locked_question(actor: Actor, question_id: int) -> Question:
    """A question as it is now, held until the transaction closes. Raises NotFound when it cannot be seen."""
    held = visible_questions(actor).where(Question.id == question_id).with_for_update(key_share=True)
    return _found(db.session.scalar(held.execution_options(populate_existing=True)))


def event_questions(actor: Actor, event_id: int, state: str | None, cursor: str | None) -> Page[Question]:
    """The questions of an event, the latest activity first; without a state all that are not erased."""
    questions = visible_questions(actor).where(Question.event_id == event_id)
    if state in STATES:
        questions = questions.where(Question.state == state)
    else:
        questions = questions.where(Question.state != "erased")
    return page_of(questions, [Question.last_activity_at, Question.id], cursor, descending=True)


def open_questions(actor: Actor, event_id: int) -> int | None:
    """How many questions of an event wait for its contacts; None for who is none of them."""
    if event_id not in actor.contact_event_ids:
        return None
    waiting = select(func.count()).where(Question.event_id == event_id, Question.state == "open")
    return db.session.scalar(waiting)


def turns_of(question: Question) -> Sequence[QuestionMessage]:
    """What was written after the question itself, oldest first, with who wrote it."""
    turns = select(QuestionMessage).where(QuestionMessage.question_id == question.id)
    newest = turns.order_by(QuestionMessage.id.desc()).limit(THREAD_MOST)
    return list(reversed(db.session.scalars(newest.options(joinedload(QuestionMessage.author))).all()))


def undelivered_turns(question: Question) -> frozenset[int]:
    """The answers that did not reach the attendee's mailbox, by their keys."""
    lost = select(OutboundMail.cause).where(
        OutboundMail.question_id == question.id, OutboundMail.person_id.is_(None),
        OutboundMail.state.in_(("failed", "bounced")), OutboundMail.cause.startswith(ANSWER),
    )  # fmt: skip
    return frozenset(int(cause.removeprefix(ANSWER)) for cause in db.session.scalars(lost))


def newest_turn_id(question: Question) -> int:
    """The key of the newest turn; 0 while there is the question alone."""
    newest = select(func.max(QuestionMessage.id)).where(QuestionMessage.question_id == question.id)
    return db.session.scalar(newest) or 0


def answer_of_support(actor: Actor, question: Question, turns: Sequence[QuestionMessage]) -> Message | None:
    """Support's newest answer to a question that was passed on, unless it was handed to the attendee already."""
    if question.ticket is None:
        return None
    handed_on = max((turn.passed_on_id or 0 for turn in turns), default=0)
    newest = _answers(actor, question).where(Message.id > handed_on).order_by(Message.id.desc()).limit(1)
    return db.session.scalar(newest.options(joinedload(Message.author)))


def is_answer_of_support(actor: Actor, question: Question, message_id: int) -> bool:
    """Whether a message is an answer of support on the question's ticket that a contact may read."""
    return db.session.scalar(_answers(actor, question).where(Message.id == message_id)) is not None


def question_behind_ticket(actor: Actor, ticket: Ticket) -> Question | None:
    """The question that a visible ticket came from, for the contacts of its event; None for all others."""
    asked = visible_questions(actor).where(Question.ticket_id == ticket.id)
    return db.session.scalar(asked)


def shared_address(ticket: Ticket) -> tuple[str, str] | None:
    """Name and address of the attendee behind a visible ticket, where a contact shares them with support."""
    shared = select(Question.name, Question.email).where(
        Question.ticket_id == ticket.id, Question.shares_address, Question.state != "erased"
    )
    found = db.session.execute(shared).first()
    return (found.name, found.email) if found else None


def may_still_have(question_id: int, address: str, cause: str) -> bool:
    """Whether a mail may go to an attendee: the question stands, and is theirs.

    Who closed it is sent no answer any more; a link to confirm with goes out only while there is something to confirm.
    """
    found = db.session.get(Question, question_id)
    if found is None or found.email != address or found.state == "erased":
        return False
    if cause.startswith("question-confirm:"):
        return found.state == "unconfirmed"
    return not (cause.startswith(ANSWER) and found.closed_by == "attendee")


def answer_scope(actor: Actor, answer_id: int) -> Scope | None:
    """Where a published answer belongs; None when the actor may not change it."""
    found = _published(answer_id)
    return found.scope if found and actor.may("help:manage", found.scope) else None


def answer_for(actor: Actor, answer_id: int) -> PublishedAnswer:
    """A published answer with its event. Raises NotFound for who may not change it."""
    found = _published(answer_id)
    if found is None or not actor.may("help:manage", found.scope):
        raise NotFound
    return found


def published_answers(event_id: int) -> Sequence[PublishedAnswer]:
    """Everything published on an event's help page, the newest first, at most a hundred."""
    shown = select(PublishedAnswer).where(
        PublishedAnswer.event_id == event_id, PublishedAnswer.withdrawn_at.is_(None)
    )
    return db.session.scalars(shown.order_by(PublishedAnswer.id.desc()).limit(100)).all()


def _published(answer_id: int) -> PublishedAnswer | None:
    shown = select(PublishedAnswer).where(
        PublishedAnswer.id == answer_id, PublishedAnswer.withdrawn_at.is_(None)
    )
    return db.session.scalar(shown.join(PublishedAnswer.event).options(contains_eager(PublishedAnswer.event)))


def _answers(actor: Actor, question: Question) -> Select[Message]:
    ticket = question.ticket
    if ticket is None:
        return select(Message).where(Message.id.is_(None))
    return visible_messages(actor, ticket).where(Message.from_staff, Message.internal.is_(False))


def _found(question: Question | None) -> Question:
    if question is None:
        raise NotFound
    return question
