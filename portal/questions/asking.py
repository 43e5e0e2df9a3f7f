"""Asking on an event's help page. Nothing reaches anybody until the address is confirmed (WHO-2)."""

import hashlib
import re
from typing import Any

from sqlalchemy import ColumnElement, select, update

from portal.accounts.actor import Actor
from portal.accounts.identity import normalise_email, normalise_name
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.questions import letters
from portal.questions.erasing import erased
from portal.questions.help_pages import Help, help_at, help_of
from portal.questions.links import LinkGone, Purpose, end_links, locked_behind, make_link
from portal.questions.mail_limit import may_mail
from portal.questions.models import Question
from portal.wishlist.service import submitted_by_attendee

BODY_MOST = 4000
LINKS_MOST = 2
ADDRESS = re.compile(r"https?://|www\.", re.I)

CLOSED = "Questions cannot be asked here now."
NO_MORE_MAIL = (
    "Several mails went to this address today already. Use the links in them, or ask again tomorrow."
)


@use_case
def ask_question(visitor: Actor, slug: str, *, name: str, email: str, body: str, form_key: str) -> Question:
    """Take down a question and mail a link to confirm it with. The same text sent twice is one question.

    Raises NotFound for an event that is none, Conflict where none can be asked, Invalid (`name`, `email`, `body`).
    """
    page = help_at(slug)
    _open_to_questions(page)
    name, email = normalise_name(name), normalise_email(email)
    check_text(body, BODY_MOST)
    key = _key(page, form_key, email, body)
    if sent := db.session.scalar(select(Question).where(Question.form_key == key)):
        return sent
    if not may_mail(email):
        raise Invalid(email=NO_MORE_MAIL)
    question = Question(event=page.event, name=name, email=email, body=body, form_key=key)
    db.session.add(question)
    db.session.flush()
    letters.ask_to_confirm(question, *make_link(question, Purpose.CONFIRM))
    return question


@use_case
def confirm_question(visitor: Actor, token: str) -> str | None:
    """Put a question before the event's contacts; gives the token of the link to follow it by.

    A wish goes before the moderators, and nothing is kept of who sent it: gives None (WISH-1).

    Raises LinkGone when it was confirmed already or too late; Conflict where questions are switched off since.
    """
    question = locked_behind(token, Purpose.CONFIRM)
    page = help_of(question.event_id)
    if question.kind == "wish":
        _wished(visitor, question, page)
        return None
    _open_to_questions(page)
    waiting = update(Question).where(Question.id == question.id, still_unconfirmed())
    at = now()
    opened = waiting.values(state="open", confirmed_at=at, last_activity_at=at)
    if db.session.scalar(opened.returning(Question.id)) is None:
        raise LinkGone
    end_links(question, Purpose.CONFIRM)
    followed, _ = make_link(question, Purpose.FOLLOW)
    record(
        visitor, "question.confirmed", question, before={"state": "unconfirmed"}, after={"state": "open"},
        scope=question.scope,
    )  # fmt: skip
    letters.welcome(question, page.team_name, followed)
    letters.tell_contacts(question, "question_asked", question.body, cause=f"question-asked:{question.id}")
    return followed


def _wished(visitor: Actor, question: Question, page: Help) -> None:
    if not page.is_open:
        raise Conflict(CLOSED)
    submitted_by_attendee(visitor, question.event, **_texts_of(question))
    erased(visitor, question)


def _texts_of(question: Question) -> dict[str, Any]:
    if question.wish_texts is not None:
        return question.wish_texts
    # Taken down before the parts of a wish were kept apart.
    title, _, problem = question.body.partition("\n")
    return {"title": title, "problem": problem}


def still_unconfirmed() -> ColumnElement[bool]:
    """What makes one of several clicks confirm: the write finds the question unconfirmed."""
    return Question.state == "unconfirmed"


def check_text(body: str, most: int) -> None:
    """Raise Invalid (`body`) for a text that is empty, too long, or full of addresses of pages."""
    if not body.strip():
        raise Invalid(body="Write your question.")
    if len(body) > most:
        raise Invalid(body=f"Keep the text within {most:,} characters.")
    if len(ADDRESS.findall(body)) > LINKS_MOST:
        raise Invalid(body=f"Leave at most {LINKS_MOST} addresses of web pages in it.")


def _open_to_questions(page: Help) -> None:
    if not page.takes_questions:
        raise Conflict(CLOSED)


def _key(page: Help, form_key: str, email: str, body: str) -> str:
    # Nobody is signed in to whom the key could belong: it counts for this text from this address only.
    typed = hashlib.sha256(f"{email}\n{body}".encode()).hexdigest()
    return f"help:{page.event.id}:{form_key}:{typed}"
