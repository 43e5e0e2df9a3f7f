"""Who is not to be written to about an event again. Only a keyed hash of the address is kept. Takes part in the caller's transaction."""

import hashlib
import hmac
from collections.abc import Collection

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from portal.audiences.models import AudienceRefusal
from portal.clock import now
from portal.config import secret_key
from portal.db import db


def address_hash(email: str) -> str:
    """What stands for an address: without the portal's key nobody can try addresses against it."""
    key = secret_key(current_app.extensions["settings"]).encode()
    return hmac.new(key, b"audience-refusal\0" + email.encode(), hashlib.sha256).hexdigest()


def refusing(event_id: int, emails: Collection[str]) -> set[str]:
    """Those of `emails` that are not to be written to about an event."""
    hashes = {address_hash(email): email for email in emails}
    refused = select(AudienceRefusal.address_hash).where(
        AudienceRefusal.event_id == event_id, AudienceRefusal.address_hash.in_(hashes)
    )
    return {hashes[found] for found in db.session.scalars(refused)} if hashes else set()


def refuse(event_id: int, email: str) -> bool:
    """Note that an address is not to be written to about an event; False when that was noted before."""
    noted = insert(AudienceRefusal).values(
        event_id=event_id, address_hash=address_hash(email), refused_at=now()
    )
    once = noted.on_conflict_do_nothing(index_elements=["event_id", "address_hash"])
    return db.session.scalar(once.returning(AudienceRefusal.id)) is not None


def take_back(event_id: int, email: str) -> None:
    """Forget that an address is not to be written to."""
    noted = delete(AudienceRefusal).where(
        AudienceRefusal.event_id == event_id, AudienceRefusal.address_hash == address_hash(email)
    )
    db.session.execute(noted)
