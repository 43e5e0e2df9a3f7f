"""Taking mail in: kept as it came first, and only then acknowledged to whoever brought it."""

import hashlib
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.clock import now
from portal.db import db, in_transaction
from portal.inbound.models import InboundMail
from portal.jobs.queue import enqueue
from portal.tickets.storage import store


def receive(
    raw: bytes,
    *,
    door: str,
    envelope_from: str = "",
    envelope_to: Sequence[str] = (),
    source_key: str | None = None,
    is_whole: bool = True,
) -> int:
    """Keep a mail and queue its filing, if it is the whole of it; its key. Once this returns, whoever brought it may forget it.

    The same bytes on the same day (in UTC), or from the same place in a mailbox, are one mail, however often
    they are brought. Raises what the store or the database raise: then nothing was taken.
    """
    digest, day = hashlib.sha256(raw).hexdigest(), now().date()
    known = in_transaction(lambda: _known(digest, day, source_key))
    if known is not None:
        return known
    name = store().put(raw)
    values: dict[str, object] = {
        "door": door, "source_key": source_key, "envelope_from": _plain(envelope_from).strip("<>"),
        "envelope_to": [_plain(address) for address in envelope_to], "storage_name": name, "size": len(raw),
        "sha256": digest, "received_at": now(), "received_on": day,
    }  # fmt: skip
    # A file without its row is cleared away in time. After an error nobody knows whether the row is there.
    taken = in_transaction(lambda: _noted(values, is_whole))
    return taken if taken is not None else in_transaction(lambda: _known(digest, day, source_key)) or 0


def _known(digest: str, day: date, source_key: str | None) -> int | None:
    same = (InboundMail.sha256 == digest) & (InboundMail.received_on == day)
    if source_key is not None:
        same |= InboundMail.source_key == source_key
    return db.session.scalar(select(InboundMail.id).where(same).limit(1))


def _noted(values: dict[str, object], is_whole: bool) -> int | None:
    once = insert(InboundMail).values(values).on_conflict_do_nothing().returning(InboundMail.id)
    mail_id = db.session.scalar(once)
    if mail_id is not None and is_whole:
        enqueue("file_mail", queue="mail", mail_id=mail_id)
    return mail_id


def _plain(text: str) -> str:
    """What PostgreSQL can hold: no NUL, no half characters; and no more than an address may have."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")[:320]
