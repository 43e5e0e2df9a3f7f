"""The addresses that replies and bounces go to, each signed, so that it tells what it is about.

An address proves nothing of who writes to it: whoever reads it asks who the sender is and what they may do now.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal

from flask import current_app

from portal.config import secret_key

TICKET, BOUNCE, QUESTION, SESSION = b"t", b"b", b"q", b"s"
KEY_BYTES, MAC_BYTES = 5, 9
LENGTH = 32


@dataclass(frozen=True)
class Told:
    """What one of our addresses tells: a ticket and the person it was made for, a question and the contact it was
    made for (0: its attendee), a live session and whom it was to be in the calendar of, a mail of ours that bounced,
    an event by its slug, or nothing but that it is ours."""

    about: Literal["ticket", "question", "session", "bounce", "event", "support", "forged"]
    ticket_id: int = 0
    person_id: int = 0
    mail_id: int = 0
    question_id: int = 0
    booking_id: int = 0
    slug: str = ""


def takes_replies() -> bool:
    """Whether mail can be answered by mail: an address for it is set."""
    return inbound_address() is not None


def inbound_address() -> str | None:
    """The address that mail for support comes in at, or None where no door is open."""
    address: str | None = current_app.extensions["settings"].inbound_address
    return address


def reply_address(ticket_id: int, person_id: int) -> str:
    """Where a person's reply on a ticket goes. Only called where replies are taken."""
    return _with_detail(_sealed(TICKET, ticket_id, person_id))


def question_address(question_id: int, person_id: int) -> str:
    """Where a contact's answer to an attendee goes; with `person_id` 0 what the attendee writes back (WHO-2)."""
    return _with_detail(_sealed(QUESTION, question_id, person_id))


def session_address(booking_id: int, person_id: int) -> str:
    """Where the answer of a person's calendar to the invitation to a live session goes (RFC 5546)."""
    return _with_detail(_sealed(SESSION, booking_id, person_id))


def bounce_address(mail_id: int) -> str:
    """Where mail servers report that a mail could not be delivered. Only called where replies are taken."""
    return _with_detail(_sealed(BOUNCE, mail_id, 0))


def event_address(slug: str) -> str | None:
    """Where mail about one event goes; None where no mail is taken or its slug is too long for an address."""
    own = inbound_address()
    if own is None or len(own.partition("@")[0]) + len(slug) > 63:
        return None
    return _with_detail(slug)


def told_by(address: str) -> Told | None:
    """What one of our addresses tells, however its letters are written; None when it is not ours."""
    own = inbound_address()
    local, _, domain = address.strip().lower().rpartition("@")
    name, plus, detail = local.partition("+")
    if own is None or f"{name}@{domain}" != own.lower():
        return None
    if not plus or not detail:
        return Told("support")
    return _opened(detail) if _is_sealed(detail) else Told("event", slug=detail)


def _with_detail(detail: str) -> str:
    local, _, domain = (inbound_address() or "").rpartition("@")
    return f"{local}+{detail}@{domain}"


def _sealed(kind: bytes, first: int, second: int) -> str:
    told = kind + first.to_bytes(KEY_BYTES) + second.to_bytes(KEY_BYTES)
    return base64.b32encode(told + _mac(told)).decode().lower()


def _is_sealed(detail: str) -> bool:
    return len(detail) == LENGTH and set(detail) <= set("abcdefghijklmnopqrstuvwxyz234567")


def _opened(detail: str) -> Told:
    try:
        sealed = base64.b32decode(detail.upper())
    except binascii.Error:
        return Told("forged", slug=detail)
    told, mac = sealed[:-MAC_BYTES], sealed[-MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(told)):
        return Told("forged", slug=detail)
    first, second = (int.from_bytes(told[at : at + KEY_BYTES]) for at in (1, 1 + KEY_BYTES))
    if told[:1] == BOUNCE:
        return Told("bounce", mail_id=first)
    if told[:1] == QUESTION:
        return Told("question", question_id=first, person_id=second)
    if told[:1] == SESSION:
        return Told("session", booking_id=first, person_id=second)
    return Told("ticket", ticket_id=first, person_id=second)


def _mac(told: bytes) -> bytes:
    key = secret_key(current_app.extensions["settings"]).encode()
    return hmac.new(key, b"mail-address\0" + told, hashlib.sha256).digest()[:MAC_BYTES]
