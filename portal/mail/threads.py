"""What makes the mails about a ticket one thread in a mail program, and a reply to one of them a turn of it."""

import secrets
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select, union_all

from portal.db import db
from portal.inbound.marker import MARKER
from portal.inbound.models import InboundMail
from portal.mail.addresses import reply_address, takes_replies
from portal.mail.models import OutboundMail

SENDER_NAME = "Conference Tracker Support"
REFERRED_MOST = 12


@dataclass(frozen=True)
class Turn:
    """The ticket that a mail is about, and the message of it that the mail carries, if it carries one."""

    ticket_id: int
    message_id: int | None = None


def thread_headers(turn: Turn, person_id: int) -> dict[str, str]:
    """The headers by which a person's mails about a ticket hang together.

    Only mails that this person had or wrote are named: how others name theirs may tell who they are.
    """
    headers = {}
    if takes_replies():
        headers["Reply-To"] = f"{SENDER_NAME} <{reply_address(turn.ticket_id, person_id)}>"
    if before := _mails_before(turn, person_id):
        headers |= {"In-Reply-To": before[-1], "References": " ".join(before)}
    return headers


def above_reply(text: str) -> str:
    """A mail's text below the line above which its answer is written."""
    return f"{MARKER}\n\n{text}"


def _mails_before(turn: Turn, person_id: int) -> list[str]:
    sent = select(OutboundMail.queued_at.label("at"), OutboundMail.message_id).where(
        OutboundMail.ticket_id == turn.ticket_id, OutboundMail.person_id == person_id,
        OutboundMail.message_id.is_not(None),
    )  # fmt: skip
    came = select(InboundMail.received_at.label("at"), InboundMail.message_id).where(
        InboundMail.ticket_id == turn.ticket_id, InboundMail.person_id == person_id,
        InboundMail.state == "filed", InboundMail.message_id != "",
    )  # fmt: skip
    both = union_all(sent, came).subquery()
    newest = select(both.c.message_id).order_by(both.c.at.desc()).limit(REFERRED_MOST)
    return list(reversed(db.session.scalars(newest).all()))


def new_message_id() -> str:
    """A Message-ID that nobody can guess: who names it has had the mail, or was shown it."""
    return f"<{secrets.token_hex(16)}@{current_app.config['MAIL_DOMAIN']}>"
