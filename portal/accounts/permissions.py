"""Who may do what: the table that routes, services, pages and tests all read.

A permission is `thing:verb`. A role in it holds within its scope: an organiser within an
organisation, a contact within an event, staff everywhere.
"""

from enum import StrEnum


class Role(StrEnum):
    """A part that a person plays. One person may hold several, at several events."""

    ORGANISER = "organiser"
    CONTACT = "contact"
    AGENT = "agent"
    MODERATOR = "moderator"
    MANAGER = "manager"
    ADMIN = "admin"


STAFF = frozenset({Role.AGENT, Role.MODERATOR, Role.MANAGER, Role.ADMIN})
CUSTOMERS = frozenset({Role.ORGANISER, Role.CONTACT})
EVERYONE = STAFF | CUSTOMERS

PUBLIC = "public"
SIGNED_IN = "signed-in"

PERMISSIONS: dict[str, frozenset[Role]] = {
    "event:read": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER, Role.ADMIN}),
    "event:write": frozenset({Role.AGENT, Role.MANAGER}),
    "roster:read": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "roster:overview": frozenset({Role.ORGANISER, Role.AGENT, Role.MANAGER}),
    "roster:add": frozenset({Role.ORGANISER, Role.AGENT, Role.MANAGER}),
    "roster:remove": frozenset({Role.ORGANISER, Role.AGENT}),
    "roster:decide": frozenset({Role.MANAGER}),
    "removal:read": frozenset({Role.ORGANISER, Role.AGENT, Role.MANAGER}),
    "ticket:read": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "ticket:open": frozenset({Role.CONTACT}),
    "ticket:reply": frozenset({Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "ticket:work": frozenset({Role.AGENT, Role.MANAGER}),
    "call:log": frozenset({Role.AGENT, Role.MANAGER}),
    "reply:manage": frozenset({Role.AGENT, Role.MANAGER}),
    "ticket:close": frozenset({Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "question:read": frozenset({Role.CONTACT}),
    "question:answer": frozenset({Role.CONTACT}),
    "help:manage": frozenset({Role.ORGANISER, Role.CONTACT}),
    "report:read": frozenset({Role.AGENT, Role.MANAGER}),
    "booking:read": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "booking:create": frozenset({Role.ORGANISER, Role.CONTACT}),
    "booking:cancel": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "booking:move": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "booking:assign": frozenset({Role.AGENT, Role.MANAGER}),
    "booking:place": frozenset({Role.AGENT, Role.MANAGER}),
    "booking:close": frozenset({Role.AGENT, Role.MANAGER}),
    "booking:join-link": frozenset({Role.AGENT, Role.MANAGER}),
    "audience:read": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "audience:edit": CUSTOMERS,
    "attendance:note": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "session:note": frozenset({Role.AGENT, Role.MANAGER}),
    "feedback:give": CUSTOMERS,
    "feedback:read": frozenset({Role.AGENT, Role.MANAGER}),
    "recording:read": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "recording:ask": CUSTOMERS,
    "recording:decide": frozenset({Role.AGENT, Role.MANAGER}),
    "recording:pass_on": CUSTOMERS,
    "recording:withdraw": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "material:read": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "material:write": frozenset({Role.AGENT, Role.MANAGER}),
    "availability:publish": frozenset({Role.AGENT, Role.MANAGER}),
    "order:read": frozenset({Role.ORGANISER, Role.AGENT, Role.MANAGER}),
    "order:place": frozenset({Role.ORGANISER}),
    "order:cancel": frozenset({Role.ORGANISER, Role.MANAGER}),
    "order:pay": frozenset({Role.ORGANISER, Role.MANAGER}),
    "order:grant": frozenset({Role.AGENT, Role.MANAGER}),
    "order:settle": frozenset({Role.MANAGER}),
    "order:refund": frozenset({Role.MANAGER}),
    "after_hours:read": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "after_hours:ask": CUSTOMERS,
    "after_hours:order": frozenset({Role.ORGANISER}),
    "after_hours:cancel": frozenset({Role.ORGANISER, Role.MANAGER}),
    "after_hours:hold": frozenset({Role.AGENT, Role.MANAGER}),
    "quote:read": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "quote:ask": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "quote:write": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "quote:withdraw": CUSTOMERS,
    "quote:accept": frozenset({Role.ORGANISER}),
    "quote:decline": frozenset({Role.ORGANISER}),
    "quote:draft": frozenset({Role.AGENT, Role.MANAGER}),
    "quote:send": frozenset({Role.MANAGER}),
    "statement:read": frozenset({Role.ORGANISER, Role.MANAGER}),
    "mail:sort": frozenset({Role.AGENT, Role.MANAGER}),
    "duty:edit": frozenset({Role.AGENT, Role.MANAGER}),
    "duty:manage": frozenset({Role.MANAGER}),
    "management:read": frozenset({Role.MANAGER}),
    "usage:read": frozenset({Role.ORGANISER, Role.CONTACT, Role.AGENT, Role.MANAGER}),
    "usage:answer": frozenset({Role.ORGANISER}),
    "usage:all": frozenset({Role.AGENT, Role.MANAGER}),
    "usage:notify": frozenset({Role.AGENT, Role.MANAGER}),
    "usage:decide": frozenset({Role.MANAGER}),
    "wish:read": EVERYONE,
    "wish:add": EVERYONE,
    "wish:stand": CUSTOMERS | {Role.AGENT, Role.MODERATOR, Role.MANAGER},
    "wish:choose": frozenset({Role.ORGANISER}),
    "wish:comment": CUSTOMERS | {Role.AGENT, Role.MODERATOR, Role.MANAGER},
    "wish:evaluate": frozenset({Role.AGENT, Role.MODERATOR, Role.MANAGER}),
    "wish:moderate": frozenset({Role.MODERATOR, Role.MANAGER}),
    "wish:decide": frozenset({Role.MANAGER}),
    "article:write": frozenset({Role.AGENT, Role.MODERATOR, Role.MANAGER}),
    "policy:publish": frozenset({Role.MANAGER}),
    "staff:read": STAFF,
    "people:manage": frozenset({Role.ADMIN}),
    "organisation:manage": frozenset({Role.ADMIN, Role.MANAGER}),
    "audit:read": frozenset({Role.MANAGER, Role.ADMIN}),
}
