"""What became of mail, for the pages of what it was about."""

from typing import Any

from sqlalchemy import ScalarSelect, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from portal.mail.models import OutboundMail


def deliveries(of: InstrumentedAttribute[int]) -> ScalarSelect[Any]:
    """The mails that carried the turn `of`: a JSON list with address, state and reason of each, the first first."""
    told = func.jsonb_build_object(
        "address", OutboundMail.address, "state", OutboundMail.state,
        "reason", func.coalesce(func.nullif(OutboundMail.bounce_reason, ""), OutboundMail.last_error),
    )  # fmt: skip
    listed = func.jsonb_agg(aggregate_order_by(told, OutboundMail.id))
    mails = select(func.coalesce(listed, text("'[]'::jsonb"))).where(OutboundMail.ticket_message_id == of)
    return mails.correlate_except(OutboundMail).scalar_subquery()
