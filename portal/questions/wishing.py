"""Attendees add a wish through their event's help page; it goes before the moderators once confirmed (WISH-1)."""

import hashlib
from dataclasses import asdict, dataclass

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.accounts.identity import normalise_email
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.policy.wishes import Frequency
from portal.questions import letters
from portal.questions.asking import BODY_MOST, NO_MORE_MAIL, check_text
from portal.questions.help_pages import help_at
from portal.questions.links import Purpose, make_link
from portal.questions.mail_limit import may_mail
from portal.questions.models import Question

TITLE_MOST, WHO_MOST = 120, 300
CLOSED = "Nothing is taken on this page now."


@dataclass(frozen=True)
class Suggestion:
    """What an attendee wishes for, as the columns of a wish; `frequency` is one of `policy.wishes.Frequency`, or None."""

    title: str
    problem: str
    affected: str = ""
    frequency: str | None = None
    workaround: str = ""
    idea: str = ""

    @property
    def in_one_text(self) -> str:
        """All of it, for its author to read once more."""
        parts = (
            self.title, self.problem, self.affected and f"Affected: {self.affected}",
            self.workaround and f"Today: {self.workaround}", self.idea and f"Idea: {self.idea}",
        )  # fmt: skip
        return "\n\n".join(part for part in parts if part)


@use_case
def suggest_improvement(
    visitor: Actor, slug: str, *, email: str, suggestion: Suggestion, form_key: str
) -> Question:
    """Take down a wish and mail a link to confirm it with. The same text sent twice is one.

    Raises NotFound for an event that is none, Conflict where its page is switched off, Invalid (`email`, `title`,
    `body`, `affected`, `frequency`, `workaround`, `idea`).
    """
    page = help_at(slug)
    if not page.is_open:
        raise Conflict(CLOSED)
    email = normalise_email(email)
    _check(suggestion)
    text = suggestion.in_one_text
    typed = hashlib.sha256(f"{email}\n{text}".encode()).hexdigest()
    key = f"wish:{page.event.id}:{form_key}:{typed}"
    if sent := db.session.scalar(select(Question).where(Question.form_key == key)):
        return sent
    if not may_mail(email):
        raise Invalid(email=NO_MORE_MAIL)
    wish = Question(
        event=page.event,
        kind="wish",
        name="",
        email=email,
        body=text,
        wish_texts=asdict(suggestion),
        form_key=key,
    )
    db.session.add(wish)
    db.session.flush()
    letters.ask_to_confirm(wish, *make_link(wish, Purpose.CONFIRM))
    return wish


def _check(suggestion: Suggestion) -> None:
    if not suggestion.title.strip() or len(suggestion.title) > TITLE_MOST:
        raise Invalid(title=f"Say in one line of at most {TITLE_MOST} characters what you wish for.")
    check_text(suggestion.problem, BODY_MOST)
    if len(suggestion.affected) > WHO_MOST:
        raise Invalid(affected=f"Use at most {WHO_MOST} characters.")
    for name in ("workaround", "idea"):
        if text := getattr(suggestion, name):
            _check_further(name, text)
    if suggestion.frequency is not None and suggestion.frequency not in set(Frequency):
        raise Invalid(frequency="Choose from the list.")


def _check_further(name: str, text: str) -> None:
    try:
        check_text(text, BODY_MOST)
    except Invalid as problem:
        raise Invalid(**{name: problem.fields["body"]}) from None
