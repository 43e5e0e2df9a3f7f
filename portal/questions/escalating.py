"""Passing a question on to support: a ticket that carries the whole conversation (WHO-2)."""

import re
from collections.abc import Iterator, Sequence

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.db import db, use_case
from portal.errors import Conflict, Link
from portal.questions.models import Question, QuestionMessage
from portal.questions.queries import locked_question, turns_of
from portal.questions.service import still_there
from portal.tickets.models import Ticket
from portal.tickets.service import opened

SUBJECT_MOST = 150
LEFT_OUT = "(address left out)"


@use_case
def escalate_question(
    actor: Actor, question_id: int, *, topic: str, note: str, share_address: bool, form_key: str
) -> Ticket:
    """Open a ticket with a question's conversation; a repeated form gives the same one.

    The attendee's name and address stay with the contacts unless `share_address`. Raises Conflict when it was
    passed on before or erased, Invalid (`topic`), NotFound for who is no contact of the event.
    """
    question = locked_question(actor, question_id)
    actor.require("question:answer", question.scope)
    key = actor.own_key(form_key)
    if question.ticket_id is not None:
        return _passed_on_before(question, key)
    still_there(question)
    told = conversation(question, turns_of(question), with_address=share_address)
    body = "\n\n".join(filter(None, (note.strip(), told)))
    subject = f"An attendee asks: {question.title}"[:SUBJECT_MOST]
    if not share_address:
        subject = _without(question.email, subject)
    ticket = opened(actor, question.event, topic=topic, subject=subject, body=body, form_key=form_key)
    db.session.flush()
    question.ticket_id, question.shares_address = ticket.id, share_address
    record(
        actor, "question.escalated", question, after={"ticket": ticket.id, "shares_address": share_address},
        scope=question.scope,
    )  # fmt: skip
    return ticket


def conversation(question: Question, turns: Sequence[QuestionMessage], *, with_address: bool) -> str:
    """A question and its turns as plain text, each line of theirs marked; the attendee is not named."""
    told = "\n\n".join(_told(question, turns))
    return told if with_address else _without(question.email, told)


def _told(question: Question, turns: Sequence[QuestionMessage]) -> Iterator[str]:
    yield f"An attendee asked us:\n{_marked(question.body)}"
    for turn in turns:
        who = "The attendee wrote" if turn.author_id is None else "We answered"
        yield f"{who}:\n{_marked(turn.body)}"


def _marked(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def _without(address: str, text: str) -> str:
    # People sign what they write, also with the address that is to stay here.
    return re.sub(re.escape(address), LEFT_OUT, text, flags=re.I)


def _passed_on_before(question: Question, key: str) -> Ticket:
    ticket = db.session.get_one(Ticket, question.ticket_id)
    if ticket.form_key == key:
        return ticket
    to_ticket = Link("See the ticket", "tickets.show", {"ticket_id": ticket.id})
    raise Conflict("This question was passed on to support already.", links=(to_ticket,))
