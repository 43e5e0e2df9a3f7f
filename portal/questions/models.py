"""Help pages of events, the questions attendees ask there, and the answers shown to all (WHO-2)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.actor import Scope
from portal.accounts.models import Person
from portal.clock import now
from portal.db import Base, Key
from portal.events.models import Event
from portal.questions.passing import without_greeting
from portal.tickets.models import Message, Ticket

TITLE_MOST = 80
_WORDS = "to_tsvector('english'::regconfig, body)"
_ANSWER_WORDS = "to_tsvector('english'::regconfig, (asked || ' '::text) || answer)"


class HelpPage(Base):
    """What an event's public help page says. Without a row it is open and goes by the event's name."""

    __tablename__ = "help_page"

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), unique=True)
    is_open: Mapped[bool] = mapped_column(default=True)
    team_name: Mapped[str] = mapped_column(default="")
    intro: Mapped[str] = mapped_column(default="")


class Question(Base):
    """What an attendee asked on an event's help page.

    `unconfirmed` until the link sent to the address was used; `open` waits for the contacts; `answered`
    waits for the attendee; `closed` is done; `erased` holds nothing of the attendee any more. Passed on to
    support it has a ticket; the address goes along only where `shares_address`. One of the kind `wish` becomes
    a wish once it is confirmed, and is erased; its body shows the wish, and `wish_texts` holds the parts of it.
    """

    __tablename__ = "question"

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    kind: Mapped[str] = mapped_column(default="question", server_default="question")
    state: Mapped[str] = mapped_column(default="unconfirmed")
    name: Mapped[str]
    email: Mapped[str]
    body: Mapped[str]
    wish_texts: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime | None]
    last_activity_at: Mapped[datetime] = mapped_column(default=now)
    closed_by: Mapped[str | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), unique=True)
    shares_address: Mapped[bool] = mapped_column(default=False)
    form_key: Mapped[str] = mapped_column(unique=True)

    event: Mapped[Event] = relationship()
    ticket: Mapped[Ticket | None] = relationship()

    __table_args__ = (
        CheckConstraint("state IN ('unconfirmed', 'open', 'answered', 'closed', 'erased')", name="state"),
        CheckConstraint("kind IN ('question', 'wish')", name="kind"),
        CheckConstraint("kind = 'question' OR state IN ('unconfirmed', 'erased')", name="wish"),
        CheckConstraint("state IN ('unconfirmed', 'erased') OR confirmed_at IS NOT NULL", name="confirmed"),
        CheckConstraint("(state = 'erased') = (email = '')", name="erased"),
        CheckConstraint(
            "state != 'erased' OR (name = '' AND body = '' AND wish_texts IS NULL)", name="nothing_left"
        ),
        CheckConstraint("closed_by IN ('attendee', 'contact')", name="closed_by"),
        CheckConstraint("(state = 'closed') = (closed_by IS NOT NULL)", name="closed"),
        CheckConstraint("NOT shares_address OR ticket_id IS NOT NULL", name="shares_address"),
        Index("ix_question_event", "event_id", "last_activity_at", "id"),
        Index("ix_question_open", "event_id", postgresql_where=text("state = 'open'")),
        Index("ix_question_email", "email", "event_id"),
        Index("ix_question_untouched", "last_activity_at", postgresql_where=text("state != 'erased'")),
        # Spelled as PostgreSQL spells it, so that migrations are compared; `suggestions.WORDS` says the same.
        Index("ix_question_words", text(_WORDS), postgresql_using="gin"),
    )

    @property
    def scope(self) -> Scope:
        """Where the question belongs; its event must have been loaded with it."""
        return self.event.scope

    @property
    def title(self) -> str:
        """Its first words, on one line, after a greeting on a line of its own."""
        words = " ".join(without_greeting(self.body).split()) or "Erased question"
        if len(words) <= TITLE_MOST:
            return words
        return words[: TITLE_MOST - 1].rsplit(" ", 1)[0].rstrip(" .,;:?!") + "…"


class QuestionMessage(Base):
    """A later turn: by a contact, under the name the attendee sees (`shown_as`), or by the attendee (no author).

    `passed_on_id` is support's answer that a contact passed on with it.
    """

    __tablename__ = "question_message"

    id: Mapped[Key]
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    shown_as: Mapped[str]
    body: Mapped[str]
    channel: Mapped[str] = mapped_column(default="page")
    sent_at: Mapped[datetime] = mapped_column(default=now)
    passed_on_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_message.id"))
    form_key: Mapped[str | None] = mapped_column(unique=True)

    author: Mapped[Person | None] = relationship()
    passed_on: Mapped[Message | None] = relationship()

    __table_args__ = (
        CheckConstraint("channel IN ('page', 'mail')", name="channel"),
        CheckConstraint("passed_on_id IS NULL OR author_id IS NOT NULL", name="passed_on"),
        Index("ix_question_message_question", "question_id", "id"),
    )


class QuestionLink(Base):
    """A link mailed to an attendee: to confirm a question, or to follow it. Only its token's hash is kept."""

    __tablename__ = "question_link"

    id: Mapped[Key]
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    purpose: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    question: Mapped[Question] = relationship()

    __table_args__ = (CheckConstraint("purpose IN ('confirm', 'follow')", name="purpose"),)


class PublishedAnswer(Base):
    """A question with its answer, reworded by a contact, for everybody on the event's help page."""

    __tablename__ = "published_answer"

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    asked: Mapped[str]
    answer: Mapped[str]
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]
    form_key: Mapped[str] = mapped_column(unique=True)

    event: Mapped[Event] = relationship()

    __table_args__ = (
        Index("ix_published_answer_event", "event_id", "id", postgresql_where=text("withdrawn_at IS NULL")),
        Index("ix_published_answer_words", text(_ANSWER_WORDS), postgresql_using="gin"),
    )

    @property
    def scope(self) -> Scope:
        """Where the answer belongs; its event must have been loaded with it."""
        return self.event.scope
