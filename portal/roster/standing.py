"""How each contact stands: when they were last active, whether they came in, whether mail reaches them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from portal.accounts.models import OneTimeLink, Person, Session
from portal.clock import now
from portal.db import db
from portal.mail.models import OutboundMail
from portal.roster.models import Contact
from portal.tickets.models import Message, Ticket


@dataclass(frozen=True)
class Standing:
    """Of one contact. `last_active_at` is None for whoever has not been seen; `invited_until` is when the
    newest invitation stops working; `mail_fails` says that the newest mail to their address was refused or came back."""

    last_active_at: datetime | None
    has_signed_up: bool
    invited_until: datetime | None
    mail_fails: bool

    @property
    def invitation_lapsed(self) -> bool:
        """Whether the invitation works no more, or none was sent."""
        return self.invited_until is None or self.invited_until <= now()


NOT_SEEN = Standing(last_active_at=None, has_signed_up=True, invited_until=None, mail_fails=False)


def standings(event_id: int) -> Mapping[int, Standing]:
    """The standing of each contact of an event now, by the contact's key. One query.

    Active is whoever wrote something in the portal, signed in, or wrote on one of this event's tickets.
    """
    newest = func.greatest(_last_signed_in(), _last_written(event_id))
    rows = db.session.execute(
        select(Contact.id, newest, Person.password_hash.is_not(None), _invited_until(), _mail_state())
        .join(Person, Person.id == Contact.person_id)
        .where(Contact.event_id == event_id, Contact.ended_at.is_(None))
    )
    found = {
        key: Standing(seen, came, until, state in ("failed", "bounced"))
        for key, seen, came, until, state in rows
    }
    # Whoever was registered after this was read is new, not an error.
    return defaultdict(lambda: NOT_SEEN, found)


def _last_signed_in() -> ScalarSelect[datetime]:
    written = func.max(func.greatest(Session.last_write_at, Session.signed_in_at))
    return select(written).where(Session.person_id == Contact.person_id).scalar_subquery()


def _last_written(event_id: int) -> ScalarSelect[datetime]:
    mine = select(func.max(Message.sent_at)).join(Ticket, Ticket.id == Message.ticket_id)
    return mine.where(Ticket.event_id == event_id, Message.author_id == Contact.person_id).scalar_subquery()


def _invited_until() -> ScalarSelect[datetime]:
    invitations = select(func.max(OneTimeLink.expires_at)).where(
        OneTimeLink.person_id == Contact.person_id, OneTimeLink.purpose == "invitation"
    )
    return invitations.scalar_subquery()


def _mail_state() -> ColumnElement[str]:
    # An address that was corrected since is not blamed for what the old one did.
    settled = select(OutboundMail.state).where(
        OutboundMail.person_id == Contact.person_id, OutboundMail.address == Person.email,
        OutboundMail.state.in_(("sent", "failed", "bounced")),
    )  # fmt: skip
    return settled.order_by(OutboundMail.id.desc()).limit(1).correlate(Contact, Person).scalar_subquery()
