"""What a booker should know of a live session before booking it, in words (COV-1, COV-5 to COV-7, HOW-5)."""

from dataclasses import dataclass

from portal.events.models import Event
from portal.policy.edition import Edition
from portal.policy.training import SessionKind, entitlement_to, session_times
from portal.policy.wording import length


@dataclass(frozen=True)
class Terms:
    """The terms of a kind of session, in words; `most` is how many people may take part."""

    title: str
    length: str
    cut_off: str
    most: int
    limited: bool
    recordable: bool
    rule: str


def terms_of(event: Event, kind: SessionKind, edition: Edition) -> Terms:
    """The terms of a kind of live session for `event`, under an edition."""
    entitlement, times = entitlement_to(kind, event.facts, edition), session_times(kind, edition)
    title = entitlement.title
    return Terms(
        title=title[0].lower() + title[1:],
        length=length(times.length_minutes),
        cut_off=length(times.cut_off_minutes),
        most=times.capacity,
        limited=entitlement.sessions is not None,
        recordable=entitlement.recordable,
        rule=entitlement.rule,
    )
