"""Attendees add a wish through their event's help page; it goes before the moderators once confirmed (WISH-1)."""

import hashlib

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.accounts.identity import normalise_email
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.questions import letters
from portal.questions.asking import BODY_MOST, NO_MORE_MAIL, check_text
from portal.questions.help_pages import help_at
from portal.questions.links import Purpose, make_link
from portal.questions.mail_limit import may_mail
from portal.questions.models import Question

TITLE_MOST = 120
CLOSED = "Nothing is taken on this page now."


@use_case
def suggest_improvement(
    visitor: Actor, slug: str, *, email: str, title: str, problem: str, form_key: str
) -> Question:
    """Take down a wish and mail a link to confirm it with. The same text sent twice is one.

    Raises NotFound for an event that is none, Conflict where its page is switched off, Invalid (`email`, `title`, `body`).
    """
    page = help_at(slug)
    if not page.is_open:
        raise Conflict(CLOSED)
    email, title = normalise_email(email), " ".join(title.split())
    if not title or len(title) > TITLE_MOST:
        raise Invalid(title=f"Say in one line of at most {TITLE_MOST} characters what you wish for.")
    check_text(problem, BODY_MOST)
    typed = hashlib.sha256(f"{email}\n{title}\n{problem}".encode()).hexdigest()
    key = f"wish:{page.event.id}:{form_key}:{typed}"
    if sent := db.session.scalar(select(Question).where(Question.form_key == key)):
        return sent
    if not may_mail(email):
        raise Invalid(email=NO_MORE_MAIL)
    wish = Question(
        event=page.event, kind="wish", name="", email=email, body=f"{title}\n{problem}", form_key=key
    )
    db.session.add(wish)
    db.session.flush()
    letters.ask_to_confirm(wish, *make_link(wish, Purpose.CONFIRM))
    return wish
