"""Keeping mail back that is no longer true. Takes part in the caller's transaction."""

from sqlalchemy import select, update

from portal.db import db
from portal.mail.models import OutboundMail


def withhold(cause: str) -> None:
    """Keep back what `cause` has written to anybody and is not sent yet: it is no longer true."""
    # One that is being sent at this moment is let go rather than waited for.
    waiting = select(OutboundMail.id).where(
        OutboundMail.state == "queued", OutboundMail.cause.startswith(f"{cause}:", autoescape=True)
    )
    kept = update(OutboundMail).where(OutboundMail.id.in_(waiting.with_for_update(skip_locked=True)))
    db.session.execute(kept.values(state="withheld"), execution_options={"synchronize_session": False})
