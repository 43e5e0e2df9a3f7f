"""What the header offers, by what the person may do."""

from dataclasses import dataclass

from flask import request, url_for

from portal.accounts.actor import Actor


@dataclass(frozen=True)
class Place:
    """A place in the navigation: its permission, and the blueprints that count as being there."""

    label: str
    endpoint: str
    permission: str
    blueprints: frozenset[str]


@dataclass(frozen=True)
class NavigationItem:
    """A link in the header."""

    label: str
    href: str
    current: bool
    count: int | None = None


# An event's tickets and removals are of the event to whoever has no place of all of them.
EVENT_PAGES = frozenset({"events", "questions", "after_event", "roster", "imports", "bookings", "tickets", "promises", "removals"})

PLACES = (
    Place("Today", "staff.index", "staff:read", frozenset({"staff"})),
    Place("Management", "management.index", "management:read", frozenset({"management"})),
    Place("Tickets", "queue.index", "ticket:work", frozenset({"queue", "tickets", "promises", "canned", "calls", "ticket_work", "leading_on", "merging", "bulk", "keyboard", "duty", "assignment"})),
    Place("Mail", "inbound.index", "mail:sort", frozenset({"inbound"})),
    Place("Reports", "reports.index", "report:read", frozenset({"reports"})),
    Place("Events", "events.index", "event:read", EVENT_PAGES),
    Place("Contacts", "rosters.index", "roster:overview", frozenset({"rosters"})),
    Place("Removals", "removals.index", "roster:decide", frozenset({"removals"})),
    Place("Availability", "availability.index", "availability:publish", frozenset({"availability"})),
    Place("Orders", "orders.index", "order:read", frozenset({"orders", "documents"})),
    Place("Quotes", "quotes.index", "quote:read", frozenset({"quotes", "quote_drafts"})),
    Place("Usage", "usage.index", "usage:all", frozenset({"usage"})),
    Place("Prices", "prices.index", "policy:publish", frozenset({"prices"})),
    Place("Wish list", "wishes.index", "wish:read", frozenset({"wishes"})),
    Place("Moderation", "moderation.index", "wish:moderate", frozenset({"moderation"})),
    Place("Help articles", "shelves.index", "article:write", frozenset({"shelves", "articles"})),
    Place("People", "people.index", "people:manage", frozenset({"people"})),
    Place("Organisations", "organisations.index", "organisation:manage", frozenset({"organisations"})),
    Place("Audit", "audit.index", "audit:read", frozenset({"audit"})),
)


def navigation(actor: Actor) -> list[NavigationItem]:
    """The links that lead `actor` to what they may do."""
    if not actor.is_signed_in:
        return []
    places = [place for place in PLACES if actor.may(place.permission)]
    around = [place for place in places if request.blueprint in place.blueprints]
    here = min(around, key=lambda place: (place.blueprints is EVENT_PAGES, len(place.blueprints)), default=None)
    return [NavigationItem(place.label, url_for(place.endpoint), place is here) for place in places]
