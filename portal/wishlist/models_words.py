"""The words of the wish list, kept by triggers for finding wishes that say the same: whatever door a wish came through."""

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class WishWords(Base):
    """What a wish on the list can be found by: its title and those of wishes merged into it (weight A), and its texts.

    Written by the database alone. What is not published has no row here, and changes nothing of what anybody finds; of
    merged wishes those titles count that everybody could read before.
    """

    __tablename__ = "wish_words"

    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"), primary_key=True)
    words: Mapped[str] = mapped_column(TSVECTOR)

    __table_args__ = (Index("ix_wish_words_words", "words", postgresql_using="gin"),)


class WishWord(Base):
    """A word that stood in a wish on the list, as it is written; what is typed with a slip is compared with these."""

    __tablename__ = "wish_word"

    word: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
