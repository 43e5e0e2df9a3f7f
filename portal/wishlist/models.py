"""The wish list: ideas, and which customers find them useful."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.actor import Scope
from portal.accounts.models import Organisation, Person
from portal.clock import now
from portal.db import Base, Key
from portal.policy.wishes import WishStatus

LISTED = frozenset({WishStatus.PUBLISHED, WishStatus.PLANNED, WishStatus.DONE})
OPEN_TO_VOTES = LISTED - {WishStatus.DONE}
_WORDS = "to_tsvector('english'::regconfig, (((title || ' '::text) || problem) || ' '::text) || idea)"


class Wish(Base):
    """An improvement idea or feature request (WISH-1).

    A moderator publishes or declines it; from there only a manager decides (WISH-3). `votes` is the
    number of customer organisations that find it useful (WISH-2), kept with each vote. `ticket_id` is the
    ticket it came up in, where there is one. Without an author it came from an attendee, of whom nothing is kept.
    """

    __tablename__ = "wish"

    id: Mapped[Key]
    title: Mapped[str]
    problem: Mapped[str]
    idea: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="submitted")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    submitted_at: Mapped[datetime] = mapped_column(default=now)
    published_at: Mapped[datetime | None]
    moderated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    votes: Mapped[int] = mapped_column(default=0)
    form_key: Mapped[str | None] = mapped_column(unique=True)

    author: Mapped[Person | None] = relationship(foreign_keys=author_id)
    organisation: Mapped[Organisation | None] = relationship()
    moderated_by: Mapped[Person | None] = relationship(foreign_keys=moderated_by_id)
    answered_by: Mapped[Person | None] = relationship(foreign_keys=answered_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)

    __table_args__ = (
        CheckConstraint("state IN ('submitted', 'published', 'planned', 'done', 'declined')", name="state"),
        CheckConstraint(
            "state IN ('submitted', 'declined') OR published_at IS NOT NULL", name="published_at"
        ),
        CheckConstraint("votes >= 0", name="votes"),
        Index(
            "ix_wish_useful",
            "votes",
            "id",
            postgresql_where=text("state IN ('published', 'planned', 'done')"),
        ),
        Index("ix_wish_waiting", "submitted_at", "id", postgresql_where=text("state = 'submitted'")),
        # Spelled as PostgreSQL spells it, so that migrations are compared; `queries.WORDS` must say the same.
        Index("ix_wish_words", text(_WORDS), postgresql_using="gin"),
    )

    @property
    def scope(self) -> Scope:
        """Where the wish came from, for the audit trail; once published it belongs to every customer alike."""
        return Scope(organisation_id=self.organisation_id)

    @property
    def is_listed(self) -> bool:
        """Whether every reader of the wish list sees it."""
        return self.state in LISTED

    @property
    def takes_votes(self) -> bool:
        """Whether customers may still say that it is useful: what is done needs no more votes."""
        return self.state in OPEN_TO_VOTES


class Vote(Base):
    """One customer finds a wish useful; a customer counts once however many of its people say so (WISH-2)."""

    __tablename__ = "vote"

    id: Mapped[Key]
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cast_at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (UniqueConstraint("wish_id", "organisation_id", "person_id"),)
