"""How much mail a stranger can have sent to one address, so that a help page cannot be used to bomb someone."""

from datetime import timedelta

from flask import current_app
from sqlalchemy import Select, func, or_, select

from portal.clock import now
from portal.db import db
from portal.mail.models import OutboundMail

CONFIRMATION = "question-confirm"
LINKS = "question-links"
A_DAY = timedelta(days=1)


def may_mail(address: str) -> bool:
    """Whether one more mail that anybody can cause may go to `address` today; others who ask wait meanwhile.

    What contacts write is not counted: it answers somebody who confirmed the address.
    """
    db.session.execute(one_at_a_time(address))
    caused = or_(
        OutboundMail.cause.startswith(f"{CONFIRMATION}:"), OutboundMail.cause.startswith(f"{LINKS}:")
    )
    sent = select(func.count()).where(
        OutboundMail.address == address, OutboundMail.question_id.is_not(None), OutboundMail.person_id.is_(None),
        OutboundMail.queued_at > now() - A_DAY, caused,
    )  # fmt: skip
    most: int = current_app.extensions["settings"].help_mails_a_day
    return (db.session.scalar(sent) or 0) < most


def one_at_a_time(address: str) -> Select[object]:
    """What lets one of several that ask in an address's name go on, until its transaction closes."""
    return select(func.pg_advisory_xact_lock(func.hashtextextended(address, 0)))
