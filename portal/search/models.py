"""The words of each ticket, kept for the search by triggers: whatever door a message came through, it is found."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class TicketWords(Base):
    """What a ticket can be found by: `shared` for everybody who sees it, `whole` with support's own notes and tags.

    Subject, opener, attachments' names and messages count as one text, so that words of a question may
    stand in different messages; of a very long conversation, the newest 80,000 characters of what everybody reads
    and 20,000 of notes. Written by the database alone.
    """

    __tablename__ = "ticket_words"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    shared: Mapped[str] = mapped_column(TSVECTOR)
    whole: Mapped[str] = mapped_column(TSVECTOR)

    __table_args__ = (
        Index("ix_ticket_words_shared", "shared", postgresql_using="gin"),
        Index("ix_ticket_words_whole", "whole", postgresql_using="gin"),
    )
