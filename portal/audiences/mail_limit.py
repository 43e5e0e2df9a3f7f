"""How much mail customers can cause to one address: nobody on a list asked to be on it."""

from collections.abc import Collection
from datetime import timedelta

from flask import current_app
from sqlalchemy import Select, func, select

from portal.clock import now
from portal.db import db
from portal.mail.models import OutboundMail

A_DAY = timedelta(days=1)


def may_be_written_to(addresses: Collection[str]) -> frozenset[str]:
    """Those of `addresses` that may get one more mail today, of whatever event; others who write wait meanwhile.

    What says that a session moves or is off is counted, and never held back: it puts right what was said.
    """
    # In one order, so that two lists with people in common never wait for each other.
    for address in sorted(set(addresses)):
        db.session.execute(one_at_a_time(address))
    sent = (
        select(OutboundMail.address, func.count())
        .where(
            OutboundMail.address.in_(addresses), OutboundMail.audience_member_id.is_not(None),
            OutboundMail.queued_at > now() - A_DAY,
        )
        .group_by(OutboundMail.address)
    )  # fmt: skip
    counts = dict(db.session.execute(sent).all()) if addresses else {}
    most: int = current_app.extensions["settings"].audience_mails_a_day
    return frozenset(address for address in addresses if counts.get(address, 0) < most)


def one_at_a_time(address: str) -> Select[object]:
    """What lets one of several that write to an address go on, until its transaction closes."""
    return select(func.pg_advisory_xact_lock(func.hashtextextended(address, 1)))
