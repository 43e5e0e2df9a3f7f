"""The wish list: ideas, and which customers find them useful."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Double, FetchedValue, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from portal.accounts.actor import Scope
from portal.accounts.models import Organisation, Person
from portal.clock import now
from portal.db import Base, Key
from portal.policy.usefulness import Tally
from portal.policy.wishes import WishDecision, WishState

LISTED = frozenset({WishState.PUBLISHED})
CLOSED = frozenset({WishDecision.DONE, WishDecision.DECLINED})
_WORDS = "to_tsvector('english'::regconfig, (((title || ' '::text) || problem) || ' '::text) || idea)"
_ON_LIST = text("state = 'published'")
_STAND = "stand IN ('useful', 'neutral', 'not_for_us')"


class Wish(Base):
    """An improvement idea or feature request (WISH-1).

    `state` is what moderators made of it, `decision` what management decided (WISH-3). `module` is the licensed part
    it concerns, None for every customer. `root_id` is the wish itself, or the one that it was merged into: stands
    and followers of all wishes with one root count there, and no row is moved. `useful`, `neutral`, `against` and
    `concerned` are customers, `score` and `trend` follow from them (WISH-2); they are kept on the root, as are the
    decisions. `ticket_id` is the ticket it came up in, where there is one. Without an author it came from an
    attendee, of whom nothing is kept; `on_behalf` is a wish that staff added for a customer.
    """

    __tablename__ = "wish"

    id: Mapped[Key]
    title: Mapped[str]
    problem: Mapped[str]
    affected: Mapped[str] = mapped_column(default="")
    frequency: Mapped[str | None]
    workaround: Mapped[str] = mapped_column(default="")
    idea: Mapped[str] = mapped_column(default="")
    module: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="submitted")
    decision: Mapped[str] = mapped_column(default="open")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    on_behalf: Mapped[bool] = mapped_column(default=False)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    # Its own key where none is given: a trigger sets it.
    root_id: Mapped[int] = mapped_column(ForeignKey("wish.id"), FetchedValue(), index=True)
    submitted_at: Mapped[datetime] = mapped_column(default=now)
    published_at: Mapped[datetime | None]
    moderated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    hidden_because: Mapped[str] = mapped_column(default="")
    locked_at: Mapped[datetime | None]
    locked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    useful: Mapped[int] = mapped_column(default=0)
    neutral: Mapped[int] = mapped_column(default=0)
    against: Mapped[int] = mapped_column(default=0)
    concerned: Mapped[int] = mapped_column(default=0)
    score: Mapped[float] = mapped_column(Double, default=0.0)
    trend: Mapped[float] = mapped_column(Double, default=0.0)
    form_key: Mapped[str | None] = mapped_column(unique=True)

    # Whether the reader follows it; only what `queries.wish_for` gives knows.
    is_followed: Mapped[bool | None] = query_expression()
    # The kind of the version that is shown; None where nobody ever changed the wording. Known like the above.
    shown_kind: Mapped[str | None] = query_expression()
    # Its pictures, each with key, words and size. Known like the above.
    pictures: Mapped[Any] = query_expression()

    author: Mapped[Person | None] = relationship(foreign_keys=author_id)
    organisation: Mapped[Organisation | None] = relationship()
    moderated_by: Mapped[Person | None] = relationship(foreign_keys=moderated_by_id)
    answered_by: Mapped[Person | None] = relationship(foreign_keys=answered_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)

    __table_args__ = (
        CheckConstraint(
            "state IN ('submitted', 'asked_back', 'published', 'declined', 'hidden', 'merged')", name="state"
        ),
        CheckConstraint(
            "decision IN ('open', 'under_consideration', 'planned', 'in_progress', 'done', 'declined')",
            name="decision",
        ),
        CheckConstraint(
            "module IN ('virtual_event', 'exhibitors', 'attendance_app', 'premium')", name="module"
        ),
        CheckConstraint(
            "frequency IN ('every_day', 'every_week', 'every_event', 'now_and_then')", name="frequency"
        ),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_at"),
        CheckConstraint("(state = 'merged') = (root_id <> id)", name="root"),
        CheckConstraint(
            "useful >= 0 AND neutral >= 0 AND against >= 0 AND useful + neutral + against <= concerned",
            name="counts",
        ),
        Index("ix_wish_useful", "score", "id", postgresql_where=_ON_LIST),
        Index("ix_wish_trend", "trend", "id", postgresql_where=_ON_LIST),
        Index("ix_wish_newest", "published_at", "id", postgresql_where=_ON_LIST),
        Index("ix_wish_decision", "decision", "decided_at", "id", postgresql_where=_ON_LIST),
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
    def takes_stands(self) -> bool:
        """Whether customers may still say how useful it is: what is done, decided against or locked is closed."""
        return self.is_listed and self.decision not in CLOSED and self.locked_at is None

    @property
    def tally(self) -> Tally:
        """How the customers whom it concerns stand towards it (WISH-2)."""
        return Tally(self.useful, self.neutral, self.against, self.concerned)


class WishStand(Base):
    """What one person says of a wish for one organisation (WISH-2); `on_behalf` where staff said it for a customer."""

    __tablename__ = "wish_stand"

    id: Mapped[Key]
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    stand: Mapped[str]
    on_behalf: Mapped[bool] = mapped_column(default=False)
    stood_at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (
        UniqueConstraint("wish_id", "organisation_id", "person_id"),
        CheckConstraint(_STAND, name="stand"),
    )


class OrganisationStand(Base):
    """Where an organisation stands towards a wish: it counts once, however many of its people answered (WISH-2).

    `stand` follows from its people's, or is `chosen` by its organiser; `stood_at` is since when. Only rows of a root
    count; those of a wish that was merged rest until it is taken apart again, but for choices, which count at the root.
    """

    __tablename__ = "organisation_stand"

    id: Mapped[Key]
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    stand: Mapped[str]
    stood_at: Mapped[datetime]
    chosen: Mapped[str | None]
    chosen_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    chosen_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("wish_id", "organisation_id"),
        CheckConstraint(_STAND, name="stand"),
        CheckConstraint(_STAND.replace("stand", "chosen", 1), name="chosen"),
        CheckConstraint("(chosen IS NULL) = (chosen_at IS NULL)", name="chosen_at"),
    )


class WishFollower(Base):
    """Somebody who hears what becomes of a wish. `told_through` is the last decision that they were told (WISH-3)."""

    __tablename__ = "wish_follower"

    id: Mapped[Key]
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[datetime] = mapped_column(default=now)
    told_through: Mapped[int] = mapped_column(default=0)

    __table_args__ = (UniqueConstraint("wish_id", "person_id"),)
