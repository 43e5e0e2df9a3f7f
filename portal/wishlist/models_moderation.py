"""What moderators keep of a wish: its versions, questions to its author, comments, merges, and what waits to be read."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Organisation, Person
from portal.clock import now
from portal.db import Base, Key
from portal.wishlist.models import Wish

TEXTS = ("title", "problem", "affected", "frequency", "workaround", "idea")
_FREQUENCY = "frequency IN ('every_day', 'every_week', 'every_event', 'now_and_then')"
_DECIDED = "(state IN ('accepted', 'declined')) = (decided_at IS NOT NULL)"


class WishVersion(Base):
    """One wording of a wish; its texts are final once written, a trigger keeps them (WISH-1).

    `original` is what its author wrote first, `edited` what they wrote later, `reworded` what moderators made of it.
    The wish itself holds the wording that is shown: that of the newest accepted version. A held edit of a published
    wish waits for a moderator, and is `replaced` by its author's next one. A wish that nobody changed has none.
    """

    __tablename__ = "wish_version"

    id: Mapped[Key]
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    number: Mapped[int]
    kind: Mapped[str]
    state: Mapped[str]
    title: Mapped[str]
    problem: Mapped[str]
    affected: Mapped[str]
    frequency: Mapped[str | None]
    workaround: Mapped[str]
    idea: Mapped[str]
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    written_at: Mapped[datetime] = mapped_column(default=now)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")

    wish: Mapped[Wish] = relationship()
    written_by: Mapped[Person | None] = relationship(foreign_keys=written_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)

    __table_args__ = (
        UniqueConstraint("wish_id", "number"),
        CheckConstraint("kind IN ('original', 'edited', 'reworded')", name="kind"),
        CheckConstraint("state IN ('held', 'accepted', 'declined', 'replaced')", name="state"),
        CheckConstraint(_FREQUENCY, name="frequency"),
        CheckConstraint(_DECIDED, name="decided"),
        Index("uq_wish_version_held", "wish_id", unique=True, postgresql_where=text("state = 'held'")),
    )


class WishQuestion(Base):
    """What a moderator asked the author of a wish, who answers by editing it. Closed by that, or when it is settled."""

    __tablename__ = "wish_question"

    id: Mapped[Key]
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"), index=True)
    question: Mapped[str]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]

    asked_by: Mapped[Person] = relationship()

    __table_args__ = (
        Index("uq_wish_question_open", "wish_id", unique=True, postgresql_where=text("closed_at IS NULL")),
    )


class WishComment(Base):
    """What somebody wrote on a wish: a comment, their own case, or an answer of staff.

    It stays on the wish that it was written on; a wish that others were merged into shows theirs as its own. Customers'
    are read by a moderator first. Other customers never learn who wrote it, nor for which organisation (WISH-2).
    """

    __tablename__ = "wish_comment"

    id: Mapped[Key]
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    kind: Mapped[str] = mapped_column(default="comment")
    state: Mapped[str] = mapped_column(default="submitted")
    body: Mapped[str]
    frequency: Mapped[str | None]
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    from_staff: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime] = mapped_column(default=now)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    form_key: Mapped[str | None] = mapped_column(unique=True)

    wish: Mapped[Wish] = relationship()
    author: Mapped[Person] = relationship(foreign_keys=author_id)
    organisation: Mapped[Organisation | None] = relationship()
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)

    __table_args__ = (
        CheckConstraint("kind IN ('comment', 'case', 'answer')", name="kind"),
        CheckConstraint("state IN ('submitted', 'published', 'declined', 'hidden')", name="state"),
        CheckConstraint(_FREQUENCY, name="frequency"),
        CheckConstraint("kind <> 'answer' OR from_staff", name="answer"),
        Index("ix_wish_comment_wish", "wish_id", "id"),
        Index("ix_wish_comment_written", "organisation_id", "written_at"),
    )


class WishMerge(Base):
    """A wish was merged into another, or is no longer; no stand, comment or follower was moved for it.

    `state` is what the merged wish was before, and is again once the merge is undone.
    """

    __tablename__ = "wish_merge"

    id: Mapped[Key]
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    into_id: Mapped[int] = mapped_column(ForeignKey("wish.id"), index=True)
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    merged_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    merged_at: Mapped[datetime] = mapped_column(default=now)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]

    wish: Mapped[Wish] = relationship(foreign_keys=wish_id)
    into: Mapped[Wish] = relationship(foreign_keys=into_id)
    merged_by: Mapped[Person] = relationship(foreign_keys=merged_by_id)
    undone_by: Mapped[Person | None] = relationship(foreign_keys=undone_by_id)

    __table_args__ = (
        CheckConstraint("wish_id <> into_id", name="two"),
        CheckConstraint("state IN ('submitted', 'asked_back', 'published')", name="state"),
        CheckConstraint("(undone_at IS NULL) = (undone_by_id IS NULL)", name="undone"),
        Index("uq_wish_merge_wish", "wish_id", unique=True, postgresql_where=text("undone_at IS NULL")),
    )


class WishReview(Base):
    """Something that a moderator has to read by `due_at`: a new wish, an edit, or a comment (WISH-1).

    Minutes are business time. `left_minutes` is what was left when the clock was last started or stopped: it stands
    while the author is asked, `paused_at`, or runs since `runs_since`. Moderators are warned once.
    """

    __tablename__ = "wish_review"

    id: Mapped[Key]
    kind: Mapped[str]
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"), index=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("wish_version.id"), unique=True)
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("wish_comment.id"), unique=True)
    started_at: Mapped[datetime]
    allowed_minutes: Mapped[int]
    left_minutes: Mapped[int]
    runs_since: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    warn_at: Mapped[datetime]
    warned_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    in_time: Mapped[bool | None]
    policy_edition: Mapped[int] = mapped_column(ForeignKey("policy_edition.number"))

    wish: Mapped[Wish] = relationship()
    version: Mapped[WishVersion | None] = relationship()
    comment: Mapped[WishComment | None] = relationship()

    __table_args__ = (
        CheckConstraint(
            "CASE kind WHEN 'wish' THEN version_id IS NULL AND comment_id IS NULL"
            " WHEN 'edit' THEN version_id IS NOT NULL AND comment_id IS NULL"
            " WHEN 'comment' THEN version_id IS NULL AND comment_id IS NOT NULL ELSE false END",
            name="kind",
        ),
        CheckConstraint("(runs_since IS NULL) = (paused_at IS NOT NULL)", name="runs_or_stands"),
        CheckConstraint("ended_at IS NOT NULL OR in_time IS NULL", name="outcome"),
        Index(
            "uq_wish_review_wish",
            "wish_id",
            unique=True,
            postgresql_where=text("kind = 'wish' AND ended_at IS NULL"),
        ),
        Index("ix_wish_review_due", "due_at", "id", postgresql_where=text("ended_at IS NULL")),
    )
