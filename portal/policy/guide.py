"""Is this covered? Three plain questions, answered by the rules (WHO-1, WHO-2, COV, OUT, HOW-3, AFT-1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from portal.policy.contacts import may_open_ticket
from portal.policy.coverage import Topic, coverage
from portal.policy.decision import Decision, WayOn, granted, refused


class Asker(StrEnum):
    """Who needs the help."""

    CONTACT = "contact"
    ORGANISER = "organiser"
    ATTENDEE = "attendee"
    OTHERS = "others"


class When(StrEnum):
    """When they need it."""

    ANY_TIME = "any_time"
    OUTSIDE = "outside"


ASKER_LABELS: dict[Asker, str] = {
    Asker.CONTACT: "A registered Technical Contact of the event",
    Asker.ORGANISER: "An organiser who is not a Technical Contact",
    Asker.ATTENDEE: "An attendee",
    Asker.OTHERS: "A presenter, an exhibitor, or somebody else at the event",
}
WHEN_LABELS: dict[When, str] = {
    When.ANY_TIME: "An answer in business hours is soon enough",
    When.OUTSIDE: "In the evening, at night, on a weekend or a holiday",
}
FOR_OTHERS = frozenset({Topic.PRESENTER_TRAINING, Topic.EXHIBITOR_TRAINING, Topic.OPERATOR_TRAINING})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something is covered, with what each rule that has a say in it says, the deciding one first."""

    covered: bool
    decisions: tuple[Decision, ...]


def is_covered(asker: Asker, topic: Topic, when: When) -> Verdict:
    """WHO-1, WHO-2, COV-1 to COV-8, OUT-1 to OUT-6, AFT-1: whether support covers it, and every reason.

    What is refused stands before what is granted, so that the first decision says why not.
    """
    cover = coverage(topic)
    what = Decision(cover.covered, cover.rule, cover.explanation, cover.ways_on)
    decisions = [_who(asker, topic), what, _when(when)]
    in_order = sorted((each for each in decisions if each is not None), key=lambda each: each.allowed)
    return Verdict(all(each.allowed for each in in_order), tuple(in_order))


def _who(asker: Asker, topic: Topic) -> Decision:
    if asker is Asker.ATTENDEE:
        reason = "Support does not answer attendees: the event's help page reaches its Technical Contacts."
        return refused("WHO-2", reason, WayOn.ASK_CONTACTS)
    if asker is Asker.OTHERS and topic in FOR_OTHERS:
        return granted(
            coverage(topic).rule, "A Technical Contact or organiser of the event books it for them."
        )
    if asker is Asker.OTHERS:
        reason = "Support answers registered Technical Contacts only: register them, or ask for a quote."
        return refused("OUT-5", reason, WayOn.REGISTER_CONTACT, WayOn.REQUEST_QUOTE)
    return may_open_ticket(asker is Asker.CONTACT, is_organiser=asker is Asker.ORGANISER)


def _when(when: When) -> Decision | None:
    if when is When.ANY_TIME:
        return None
    reason = "Support outside business hours is a paid option, ordered beforehand by date and time."
    return refused("AFT-1", reason, WayOn.ORDER_AFTER_HOURS, WayOn.ASK_IN_TICKET)
