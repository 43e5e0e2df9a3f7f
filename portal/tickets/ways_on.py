"""Where what support does not cover, or who it does not cover, can go instead (OUT-1 to OUT-6, WHO-1)."""

from portal.accounts.actor import Actor
from portal.errors import Forbidden, Link
from portal.events.models import Event
from portal.policy.contacts import may_open_ticket
from portal.policy.coverage import Coverage
from portal.policy.decision import WAY_ON_LABELS, WayOn

CARRIED_MOST = 2_000


def ways_on(coverage: Coverage, actor: Actor, event: Event, subject: str = "", body: str = "") -> list[Link]:
    """The pages that a topic's ways on lead to; what has no page of its own goes by ticket.

    What was typed so far travels to the wish list: whole with the draft, else as far as an address can carry it.
    """
    typed = {"title": subject or None, "problem": body[:CARRIED_MOST] or None, "draft": event.id}
    places = {
        WayOn.BOOK_SESSION: Link(WAY_ON_LABELS[WayOn.BOOK_SESSION], "bookings.index", {"event_id": event.id}),
        WayOn.WISH_LIST: Link(WAY_ON_LABELS[WayOn.WISH_LIST], "wishes.new", typed),
        WayOn.REGISTER_CONTACT: _registering(actor, event),
    }
    return [places[way] for way in coverage.ways_on if way in places]


def offers_quote(coverage: Coverage) -> bool:
    """Whether support can name a price for what it does not cover: for all but OUT-2."""
    return WayOn.REQUEST_QUOTE in coverage.ways_on


def not_a_contact(actor: Actor, event: Event) -> Forbidden:
    """Why somebody who sees an event cannot open a ticket on it, and what they can do (WHO-1)."""
    organises = event.organisation_id in actor.organisation_ids
    decision = may_open_ticket(False, is_organiser=organises)
    myself = Link(WAY_ON_LABELS[WayOn.REGISTER_CONTACT], "roster.new", {"event_id": event.id, "who": "me"})
    registering = myself if organises else _registering(actor, event)
    links = (registering, Link("Read its tickets", "tickets.index", {"event_id": event.id}))
    shown = links if actor.may("ticket:read", event.scope) else ()
    return Forbidden(decision.reason, rule=decision.rule, links=shown)


def _registering(actor: Actor, event: Event) -> Link:
    if actor.may("roster:add", event.scope):
        return Link("Register a Technical Contact", "roster.new", {"event_id": event.id})
    return Link("See the event's Technical Contacts", "roster.index", {"event_id": event.id})
