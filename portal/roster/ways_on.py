"""Where a refusal about contacts leads, for whoever reads it: never to a page that would refuse them."""

from portal.accounts.actor import Actor
from portal.errors import Link
from portal.events.models import Event
from portal.policy.decision import WAY_ON_LABELS, Decision, WayOn

# The page behind each way on, the permission it asks for, and values besides the event's.
PAGES: dict[WayOn, tuple[str, str, dict[str, str]]] = {
    WayOn.REMOVE_CONTACT: ("roster.index", "roster:remove", {"_anchor": "now"}),
    WayOn.BUY_SEAT: ("orders.new", "order:place", {}),
    WayOn.REGISTER_CONTACT: ("roster.new", "roster:add", {"who": "me"}),
    WayOn.ASK_CONTACTS: ("roster.index", "roster:read", {}),
}


def ways_on(actor: Actor, decision: Decision, event: Event) -> tuple[Link, ...]:
    """The links that lead on from a decision about an event's contacts, of those the actor may follow."""
    return tuple(
        Link(WAY_ON_LABELS[way], endpoint, {"event_id": event.id, **values})
        for way in decision.ways_on
        if way in PAGES
        for endpoint, permission, values in (PAGES[way],)
        if actor.may(permission, event.scope)
    )
