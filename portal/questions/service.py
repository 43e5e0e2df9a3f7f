"""What an event's contacts do with attendees' questions, and what attendees add by mail (WHO-2)."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, Link, NotFound
from portal.questions import letters
from portal.questions.help_pages import shown_name, team_of
from portal.questions.mail_limit import may_mail
from portal.questions.models import HelpPage, Question, QuestionMessage
from portal.questions.queries import is_answer_of_support, locked_question, newest_turn_id
from portal.questions.turns import answered_by, by_attendee, written

ANSWER_MOST = 20_000
OVERTAKEN = "Somebody wrote while you did. Read what is new, marked below, and send your answer again."


@use_case
def answer_question(
    actor: Actor,
    question_id: int,
    *,
    body: str,
    form_key: str,
    shown_as: str = "",
    seen: int | None = None,
    passed_on_id: int | None = None,
    channel: str = "page",
) -> QuestionMessage:
    """Answer an attendee, under the name `shown_as` or the event's team; it goes out by mail. A repeated form is one.

    `seen` is the newest turn the answer is written in view of, None for one that came by mail. `passed_on_id`
    is the answer of support that it passes on. Raises Invalid (`body`, `shown_as`, or `seen` when somebody wrote
    meanwhile), Conflict when the attendee erased the question, NotFound for who is no contact of the event.
    """
    question = locked_question(actor, question_id)
    actor.require("question:answer", question.scope)
    key = actor.own_key(form_key)
    if sent := db.session.scalar(select(QuestionMessage).where(QuestionMessage.form_key == key)):
        return sent
    still_there(question)
    _check_answer(body)
    if seen is not None and newest_turn_id(question) > seen:
        raise Invalid(seen=OVERTAKEN)
    if passed_on_id is not None and not is_answer_of_support(actor, question, passed_on_id):
        raise NotFound
    name = shown_name(shown_as, "shown_as") or _team(question)
    before = question.state
    turn = written(
        question, body, author_id=actor.id, shown_as=name, form_key=key, channel=channel, passed_on_id=passed_on_id
    )  # fmt: skip
    answered_by(question)
    after = {"state": question.state, **({"passed_on": passed_on_id} if passed_on_id else {})}
    record(actor, "question.answered", question, before={"state": before}, after=after, scope=question.scope)
    letters.send_answer(question, turn)
    return turn


@use_case
def close_question(actor: Actor, question_id: int, *, seen: int) -> Question:
    """Close a question in view of its newest turn; the attendee is told, and opens it again by writing.

    Raises Conflict when it is closed already, erased, or a newer turn has come in; NotFound; Forbidden.
    """
    question = locked_question(actor, question_id)
    actor.require("question:answer", question.scope)
    still_there(question)
    newest = newest_turn_id(question)
    if question.state == "closed":
        raise Conflict("This question is closed already.", links=(to_question(question),))
    if newest > seen:
        raise Conflict("Somebody wrote before you closed. Read it first.", links=(to_question(question),))
    before = question.state
    question.state, question.closed_by, question.last_activity_at = "closed", "contact", now()
    record(
        actor, "question.closed", question, before={"state": before}, after={"state": "closed"},
        scope=question.scope,
    )  # fmt: skip
    letters.tell_of_closing(question, newest)
    return question


@use_case
def reply_as_attendee(
    visitor: Actor, question_id: int, *, address: str, body: str, form_key: str, channel: str = "mail"
) -> QuestionMessage:
    """Add what an attendee wrote by mail, from the address that the question has; it reaches the contacts.

    Raises NotFound for any other address or question, Invalid (`body`). A repeated key gives the same turn.
    """
    held = select(Question).where(Question.id == question_id, Question.email == address, Question.email != "")
    confirmed = held.where(Question.state != "unconfirmed").with_for_update(key_share=True)
    question = db.session.scalar(confirmed.execution_options(populate_existing=True))
    if question is None:
        raise NotFound
    return by_attendee(visitor, question, body, form_key=form_key, channel=channel)


@use_case
def tell_not_sent(system: Actor, question_id: int, person_id: int, *, why: str, cause: str) -> None:
    """Tell a contact who answered by mail that it did not go out, and why; nothing for who is none any more."""
    question, person = db.session.get(Question, question_id), db.session.get(Person, person_id)
    if question is not None and person is not None:
        letters.tell_not_sent(question, person, why, cause=cause)


@use_case
def remind_of_link(system: Actor, question_id: int, *, cause: str) -> None:
    """Mail a question's address a link to write by, where what came by mail could not be taken; nothing once erased."""
    confirmed = select(Question).where(
        Question.id == question_id, Question.state.in_(("open", "answered", "closed"))
    )
    question = db.session.scalar(confirmed.options(joinedload(Question.event)))
    if question is not None and may_mail(question.email):
        letters.send_links([question], cause=f"{question.id}:{cause}")


def to_question(question: Question) -> Link:
    """The way back to a question, for its contacts."""
    return Link("See the question", "questions.show", {"question_id": question.id})


def _check_answer(body: str) -> None:
    if not body.strip():
        raise Invalid(body="Write your answer.")
    if len(body) > ANSWER_MOST:
        raise Invalid(body=f"Keep the text within {ANSWER_MOST:,} characters.")


def still_there(question: Question) -> None:
    """Raise Conflict when the attendee has erased the question."""
    if question.state == "erased":
        raise Conflict("The attendee has erased this question. There is nobody to write to any more.")


def _team(question: Question) -> str:
    page = db.session.scalar(select(HelpPage).where(HelpPage.event_id == question.event_id))
    return team_of(question.event, page)
