"""Help articles: their categories, versions, and what readers said of them."""

import re
import unicodedata
from datetime import datetime

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.clock import now
from portal.db import Base, Key

_WORDS = (
    "setweight(to_tsvector('english'::regconfig, title), 'A'::\"char\")"
    " || setweight(to_tsvector('english'::regconfig, \"left\"(body, 100000)), 'B'::\"char\")"
)

SLUG_LENGTH = 60


class Category(Base):
    """A shelf of help articles. Staff keep them, and their order."""

    __tablename__ = "article_category"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]

    __table_args__ = (CheckConstraint("name != ''", name="name"),)


class Article(Base):
    """A help article as its readers have it: `title` and `body` are those of version `number`.

    A draft shows its newest version to those who write. Once published, what readers have changes only by
    publishing again; `latest_number` is then ahead. `ticket_id` is the ticket it was written out of.
    """

    __tablename__ = "article"

    id: Mapped[Key]
    category_id: Mapped[int] = mapped_column(ForeignKey("article_category.id"), index=True)
    audience: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    title: Mapped[str]
    body: Mapped[str]
    number: Mapped[int] = mapped_column(default=1)
    latest_number: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
    published_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    form_key: Mapped[str | None] = mapped_column(unique=True)
    words: Mapped[str] = mapped_column(TSVECTOR, Computed(_WORDS, persisted=True), deferred=True)

    category: Mapped[Category] = relationship()

    __table_args__ = (
        CheckConstraint("audience IN ('everyone', 'contacts', 'organisers', 'staff')", name="audience"),
        CheckConstraint("state IN ('draft', 'published', 'retired')", name="state"),
        CheckConstraint("state != 'published' OR published_at IS NOT NULL", name="published_at"),
        CheckConstraint("(state = 'retired') = (retired_at IS NOT NULL)", name="retired_at"),
        CheckConstraint("number BETWEEN 1 AND latest_number", name="number"),
        Index("ix_article_words", "words", postgresql_using="gin"),
    )

    @property
    def slug(self) -> str:
        """The title as the readable part of the address; "article" where it has no Latin letter or digit."""
        plain = unicodedata.normalize("NFKD", self.title).encode("ascii", "ignore").decode().lower()
        return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH].rstrip("-") or "article"

    @property
    def has_newer(self) -> bool:
        """Whether a version has been written that readers do not have yet."""
        return self.state == "published" and self.latest_number > self.number


class Version(Base):
    """A version of an article: who wrote it, when and why. The database refuses to change it."""

    __tablename__ = "article_version"

    id: Mapped[Key]
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    number: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]
    reason: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime] = mapped_column(default=now)

    author: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("article_id", "number"),)


class Verdict(Base):
    """A reader's answer to "Did this help?": one for a person, or a browser, and version."""

    __tablename__ = "article_verdict"

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("article_version.id"))
    reader: Mapped[str]
    helped: Mapped[bool]
    words: Mapped[str] = mapped_column(default="")
    given_at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (UniqueConstraint("version_id", "reader"),)


class Sparing(Base):
    """A ticket that was not sent, since an article answered its question. One for each form that was begun."""

    __tablename__ = "article_sparing"

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("article_version.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    spared_at: Mapped[datetime] = mapped_column(default=now)
    form_key: Mapped[str] = mapped_column(unique=True)
