"""What is deleted by rule once it is old enough: texts of mail, and mail as it came in."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import select, update

from portal.clock import now
from portal.config import Settings
from portal.db import db, in_transaction
from portal.inbound.models import InboundMail
from portal.mail.models import OutboundMail
from portal.tickets.storage import store

log = structlog.get_logger(__name__)

EACH_TIME = 500
SETTLED = ("filed", "ignored", "discarded")


def forget_old_mail() -> tuple[int, int]:
    """Delete texts of mail that went out, and mail as it came in, by the days of the settings; how many of each."""
    settings: Settings = current_app.extensions["settings"]
    sent = _all(lambda: _forget_sent(now() - timedelta(days=settings.mail_keep_days)))
    raw = _all(lambda: _forget_raw(now() - timedelta(days=settings.raw_mail_keep_days)))
    log.info("old_mail_forgotten", sent=sent, received=raw)
    return sent, raw


def _all(some: Callable[[], int]) -> int:
    total = 0
    while forgotten := in_transaction(some):
        total += forgotten
    return total


def _forget_sent(before: datetime) -> int:
    old = select(OutboundMail.id).where(
        OutboundMail.forgotten_at.is_(None), OutboundMail.queued_at < before, OutboundMail.state != "queued"
    )
    some = old.order_by(OutboundMail.id).limit(EACH_TIME).with_for_update(skip_locked=True)
    blank = {"body_text": "", "body_html": "", "calendar": None, "forgotten_at": now()}
    gone = update(OutboundMail).where(OutboundMail.id.in_(some)).values(**blank).returning(OutboundMail.id)
    return len(db.session.execute(gone, execution_options={"synchronize_session": False}).all())


def _forget_raw(before: datetime) -> int:
    old = select(InboundMail).where(
        InboundMail.forgotten_at.is_(None), InboundMail.settled_at < before, InboundMail.state.in_(SETTLED)
    )
    found = db.session.scalars(
        old.order_by(InboundMail.id).limit(EACH_TIME).with_for_update(skip_locked=True)
    ).all()
    for mail in found:
        store().delete(mail.storage_name)
        mail.body, mail.forgotten_at = "", now()
    return len(found)
