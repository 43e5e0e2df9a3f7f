"""Which mail a question causes, and who gets it. These take part in the caller's transaction.

Contacts are asked for their permission again when it is sent: who was removed gets nothing (WHO-6). What goes to
the attendee names nobody of support, and no contact but by the name they chose (WHO-2).
"""

from sqlalchemy import select

from portal.accounts.models import Person
from portal.db import db
from portal.mail.post import post, post_to_attendee
from portal.questions.help_pages import team_of
from portal.questions.links import Purpose, make_link
from portal.questions.mail_limit import CONFIRMATION, LINKS
from portal.questions.models import HelpPage, Question, QuestionLink, QuestionMessage
from portal.questions.queries import ANSWER
from portal.roster.queries import contact_people


def ask_to_confirm(question: Question, token: str, link: QuestionLink) -> None:
    """Mail the link to confirm a question with. It carries nothing that a stranger typed."""
    template = "wish_confirm" if question.kind == "wish" else "question_confirm"
    _to_attendee(question, template, cause=f"{CONFIRMATION}:{link.id}", token=token, until=link.expires_at)


def welcome(question: Question, team: str, token: str) -> None:
    """Tell the attendee that the question is on its way, and the link to follow it by."""
    _to_attendee(question, "question_received", cause=f"question-received:{question.id}", token=token)


def tell_contacts(question: Question, template: str, text: str, *, cause: str) -> None:
    """Tell every contact of the event, and nobody else, what an attendee wrote."""
    for person in contact_people(question.event_id):
        post(
            person, template, cause=cause, permission="question:read", scope=question.scope,
            question_id=question.id, question=question, text=text,
        )  # fmt: skip


def send_answer(question: Question, turn: QuestionMessage) -> None:
    """Send a contact's answer to the attendee, with a link of its own to follow the question by."""
    token, _ = make_link(question, Purpose.FOLLOW)
    _to_attendee(question, "question_answer", cause=f"{ANSWER}{turn.id}", token=token, turn=turn)


def tell_of_closing(question: Question, newest_turn_id: int) -> None:
    """Tell the attendee that the contacts closed the question, and how to open it again."""
    token, _ = make_link(question, Purpose.FOLLOW)
    _to_attendee(
        question, "question_closed", cause=f"question-closed:{question.id}:{newest_turn_id}", token=token
    )


def tell_of_erasure(question: Question) -> None:
    """Tell the contacts that an attendee erased a question, so that nobody looks for it. It quotes nothing."""
    for person in contact_people(question.event_id):
        post(
            person, "question_erased", cause=f"question-erased:{question.id}", permission="question:read",
            scope=question.scope, question=question,
        )  # fmt: skip


def tell_not_sent(question: Question, person: Person, why: str, *, cause: str) -> None:
    """Tell a contact that an answer sent by mail did not go out."""
    post(
        person, "question_not_sent", cause=f"question-not-sent:{question.id}:{cause}", permission="question:read",
        scope=question.scope, question=question, why=why,
    )  # fmt: skip


def send_links(questions: list[Question], *, cause: str) -> None:
    """Mail the attendee one link to each of their questions, all of one event."""
    newest, links = questions[0], [(each.title, make_link(each, Purpose.FOLLOW)[0]) for each in questions]
    _to_attendee(newest, "question_links", cause=f"{LINKS}:{cause}", links=links)


def _to_attendee(question: Question, template: str, *, cause: str, **context: object) -> None:
    page = db.session.scalar(select(HelpPage).where(HelpPage.event_id == question.event_id))
    team = team_of(question.event, page)
    post_to_attendee(
        question.id, question.email, template, cause=cause, sender_name=team, zone=question.event.time_zone,
        question=question, team=team, event=question.event, **context,
    )  # fmt: skip
