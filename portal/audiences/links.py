"""The private link of somebody in an audience: it names them and is signed, so that nothing of it is stored."""

import base64
import binascii
import hashlib
import hmac

from flask import current_app
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.audiences.models import AudienceMember
from portal.bookings.models import Booking
from portal.config import secret_key
from portal.db import db
from portal.errors import PortalError
from portal.events.models import Event

KEY_BYTES, NUMBER_BYTES, MAC_BYTES = 6, 2, 18
TOLD_BYTES = KEY_BYTES + NUMBER_BYTES
PURPOSE = b"audience-link\0"


class LinkGone(PortalError):
    """A private link that was replaced, whose person was erased, or that never was."""

    status, title = 410, "This link no longer works"

    def __init__(self) -> None:
        super().__init__("A newer one has taken its place, or what it led to has been erased.")


def token_of(member: AudienceMember) -> str:
    """What stands in a member's private link: its key and a signature of 144 bits."""
    told = member.id.to_bytes(KEY_BYTES) + member.link_number.to_bytes(NUMBER_BYTES)
    return base64.urlsafe_b64encode(told + _mac(told)).decode().rstrip("=")


def member_behind(token: str) -> AudienceMember:
    """Whom a link is of, with session, event and host. Raises LinkGone. Opening it uses nothing up."""
    return _found(token, _whole())


def locked_behind(token: str) -> AudienceMember:
    """As `member_behind`, as it is now: first its session, then the member is held until the transaction closes."""
    told = _opened(token)
    if told is None:
        raise LinkGone
    session_id = select(AudienceMember.booking_id).where(AudienceMember.id == told[0]).scalar_subquery()
    db.session.execute(select(Booking.id).where(Booking.id == session_id).with_for_update(key_share=True))
    held = _whole().with_for_update(key_share=True, of=AudienceMember)
    return _found(token, held.execution_options(populate_existing=True))


def _whole() -> Select[AudienceMember]:
    return (
        select(AudienceMember)
        .join(AudienceMember.booking)
        .join(Event, Event.id == Booking.event_id)
        .where(AudienceMember.erased_at.is_(None))
        .options(
            contains_eager(AudienceMember.booking)
            .contains_eager(Booking.event)
            .joinedload(Event.organisation),
            contains_eager(AudienceMember.booking).joinedload(Booking.host),
            joinedload(AudienceMember.letter),
        )
    )


def _found(token: str, members: Select[AudienceMember]) -> AudienceMember:
    told = _opened(token)
    if told is None:
        raise LinkGone
    found = db.session.scalar(
        members.where(AudienceMember.id == told[0], AudienceMember.link_number == told[1])
    )
    if found is None:
        raise LinkGone
    return found


def _opened(token: str) -> tuple[int, int] | None:
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    told, mac = sealed[:TOLD_BYTES], sealed[TOLD_BYTES:]
    if len(sealed) != TOLD_BYTES + MAC_BYTES or not hmac.compare_digest(mac, _mac(told)):
        return None
    return int.from_bytes(told[:KEY_BYTES]), int.from_bytes(told[KEY_BYTES:])


def _mac(told: bytes) -> bytes:
    key = secret_key(current_app.extensions["settings"]).encode()
    return hmac.new(key, PURPOSE + told, hashlib.sha256).digest()[:MAC_BYTES]
