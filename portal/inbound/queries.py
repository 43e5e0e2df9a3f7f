"""Reading mail that came in: for those who sort it, and for nobody else."""

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import defer, joinedload

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.db import db
from portal.errors import NotFound
from portal.events.models import Event
from portal.events.queries import visible_events
from portal.inbound import reasons
from portal.inbound.models import InboundMail
from portal.paging import Page, page_of

VIEWS = {
    "waiting": ("quarantined", "failed"),
    "filed": ("filed", "released", "received"),
    "ignored": ("ignored",),
    "discarded": ("discarded",),
}
EVENTS_MOST = 500


def visible_mail(actor: Actor) -> Select[InboundMail]:
    """The mail that `actor` may read: all for those who sort it, none for others."""
    # What attendees and contacts write to each other is not for staff (WHO-2).
    mails = select(InboundMail).where(InboundMail.reason != reasons.QUESTION)
    return mails if actor.may("mail:sort") else mails.where(false())


def mail_scope(actor: Actor, mail_id: int) -> Scope | None:
    """A mail belongs nowhere until it is filed; None when the actor may not know of it."""
    found = visible_mail(actor).where(InboundMail.id == mail_id).with_only_columns(InboundMail.id)
    return NOWHERE if db.session.scalar(found) else None


def mail_for(actor: Actor, mail_id: int) -> InboundMail:
    """A mail with its person, event, ticket and who decided. Raises NotFound when it cannot be seen."""
    whole = visible_mail(actor).options(
        joinedload(InboundMail.person), joinedload(InboundMail.event), joinedload(InboundMail.ticket),
        joinedload(InboundMail.decided_by),
    )  # fmt: skip
    found = db.session.scalar(whole.where(InboundMail.id == mail_id))
    if found is None:
        raise NotFound
    return found


def mail_page(actor: Actor, view: str, cursor: str | None) -> Page[InboundMail]:
    """The mails of one view, the newest first, without their texts."""
    mails = visible_mail(actor).where(InboundMail.state.in_(VIEWS[view])).options(defer(InboundMail.body))
    return page_of(mails, (InboundMail.id,), cursor, descending=True)


def waiting_mail_count(actor: Actor) -> int:
    """How many mails wait for somebody to sort them."""
    waiting = visible_mail(actor).where(InboundMail.state.in_(VIEWS["waiting"])).subquery()
    return db.session.scalar(select(func.count()).select_from(waiting)) or 0


def events_to_choose(actor: Actor) -> list[tuple[str, str]]:
    """Key and name of the events that a mail can be about, the latest first, at most 500."""
    latest = visible_events(actor).order_by(Event.ends_on.desc(), Event.id.desc()).limit(EVENTS_MOST)
    return [(str(event.id), event.name) for event in db.session.scalars(latest)]
