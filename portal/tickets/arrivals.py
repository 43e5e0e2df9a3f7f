"""How a turn came in, where it was not written on a page of the portal."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.tickets.models import Message


def _nothing_more(_message: Message) -> None:
    """A page waits for nothing that happens with its message."""


@dataclass(frozen=True)
class Arrival:
    """The door, what the message repeats of earlier ones, and what support is told of how it came.

    `filed` is called with the message inside the transaction that writes it, before anybody is told of it.
    """

    channel: str = "page"
    quoted: str = ""
    remarks: str = ""
    filed: Callable[[Message], None] = _nothing_more


BY_PAGE = Arrival()
