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
    group: str = ""


@dataclass(frozen=True)
class NavigationItem:
    """A link in the header. `group` is set on the first of a group, where there are many links."""

    label: str
    href: str
    current: bool
    group: str = ""


# An event's tickets and removals are of the event to whoever has no place of all of them.
EVENT_PAGES = frozenset(
    {
        "events",
        "questions",
        "after_event",
        "roster",
        "imports",
        "bookings",
        "audiences",
        "recordings",
        "tickets",
        "promises",
        "removals",
        "after_hours",
    }
)

AT_A_GLANCE = 8
PLACES = (
    Place("Today", "staff.index", "staff:read", frozenset({"staff"}), "Work"),
    Place("Management", "management.index", "management:read", frozenset({"management"}), "Work"),
    Place(
        "Tickets",
        "queue.index",
        "ticket:work",
        frozenset(
            {
                "queue",
                "tickets",
                "promises",
                "canned",
                "calls",
                "ticket_work",
                "leading_on",
                "merging",
                "bulk",
                "keyboard",
                "duty",
                "assignment",
            }
        ),
        "Work",
    ),
    Place("Mail", "inbound.index", "mail:sort", frozenset({"inbound"}), "Work"),
    Place("Reports", "reports.index", "report:read", frozenset({"reports"}), "Work"),
    Place("Events", "events.index", "event:read", EVENT_PAGES, "Customers"),
    Place("Contacts", "rosters.index", "roster:overview", frozenset({"rosters"}), "Customers"),
    Place("Removals", "removals.index", "roster:decide", frozenset({"removals"}), "Customers"),
    Place(
        "Availability", "availability.index", "availability:publish", frozenset({"availability"}), "Customers"
    ),
    Place(
        "Calendar", "staff_calendar.index", "availability:publish", frozenset({"staff_calendar"}), "Customers"
    ),
    Place(
        "After hours", "holding.index", "after_hours:hold", frozenset({"holding", "after_hours"}), "Customers"
    ),
    Place(
        "Orders",
        "orders.index",
        "order:read",
        frozenset({"orders", "documents", "hours_bought"}),
        "Customers",
    ),
    Place("Quotes", "quotes.index", "quote:read", frozenset({"quotes", "quote_drafts"}), "Customers"),
    Place("Usage", "usage.index", "usage:all", frozenset({"usage"}), "Customers"),
    Place("Prices", "prices.index", "policy:publish", frozenset({"prices", "policy_drafts"}), "Customers"),
    Place(
        "Wish list",
        "wishes.index",
        "wish:read",
        frozenset(
            {
                "wishes",
                "stands",
                "decisions",
                "wish_lists",
                "planning",
                "wish_guide",
                "wish_cases",
                "wish_edits",
                "wish_comments",
            }
        ),
        "Ideas and help",
    ),
    Place("Moderation", "moderation.index", "wish:moderate", frozenset({"moderation"}), "Ideas and help"),
    Place(
        "Help articles",
        "shelves.index",
        "article:write",
        frozenset({"shelves", "articles"}),
        "Ideas and help",
    ),
    Place("People", "people.index", "people:manage", frozenset({"people"}), "The portal"),
    Place(
        "Organisations",
        "organisations.index",
        "organisation:manage",
        frozenset({"organisations"}),
        "The portal",
    ),
    Place("Audit", "audit.index", "audit:read", frozenset({"audit"}), "The portal"),
)


def navigation(actor: Actor) -> list[NavigationItem]:
    """The links that lead `actor` to what they may do."""
    if not actor.is_signed_in:
        return []
    places = [place for place in PLACES if actor.may(place.permission)]
    around = [place for place in places if request.blueprint in place.blueprints]
    here = min(
        around, key=lambda place: (place.blueprints is EVENT_PAGES, len(place.blueprints)), default=None
    )
    return [
        NavigationItem(place.label, url_for(place.endpoint), place is here, group)
        for place, group in zip(places, _groups(places), strict=True)
    ]


def _groups(places: list[Place]) -> list[str]:
    """The group that begins with each place; none where the links can be taken in at a glance."""
    if len(places) <= AT_A_GLANCE:
        return [""] * len(places)
    before = ["", *(place.group for place in places)]
    return [place.group if place.group != last else "" for place, last in zip(places, before, strict=False)]
