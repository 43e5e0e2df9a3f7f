"""Errors that carry their status, the rule that made the decision, and the ways on.

Services raise them; `portal.web.error_pages` is the one module that renders them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.policy.decision import Decision


@dataclass(frozen=True)
class Link:
    """A way on: what it does and where it leads, as an endpoint and its values."""

    label: str
    endpoint: str
    values: Mapping[str, Any]


class PortalError(Exception):
    """Something the person should be told. Never holds what they may not see."""

    status = 500
    title = "Something went wrong"

    def __init__(self, message: str, *, rule: str | None = None, links: tuple[Link, ...] = ()) -> None:
        super().__init__(message)
        self.message, self.rule, self.links = message, rule, links


class NotFound(PortalError):
    """There is no such thing, or none that this person may know of."""

    status, title = 404, "Page not found"

    def __init__(self, message: str = "There is nothing at this address that you can see.") -> None:
        super().__init__(message)


class Forbidden(PortalError):
    """The person sees the thing but may not do this."""

    status, title = 403, "Not allowed"


class Conflict(PortalError):
    """Somebody else was first: the thing is no longer in the state this write expected."""

    status, title = 409, "Somebody was quicker"


class Unavailable(PortalError):
    """A part that the portal leans on cannot be reached now; the same may work in a few minutes."""

    status, title = 503, "Back in a moment"


class Refused(PortalError):
    """The support policy says no; carries its rule and the ways on."""

    status, title = 422, "The support policy does not allow this"

    def __init__(self, decision: Decision, *, links: tuple[Link, ...] = ()) -> None:
        super().__init__(decision.reason, rule=decision.rule, links=links)
        self.decision = decision


class Invalid(PortalError):
    """What was typed cannot be taken. `fields` holds a message for each form field, by its name."""

    status, title = 422, "Please check what you entered"

    def __init__(self, **fields: str) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields
