"""What a price quote can be asked for, and how long one stands (OUT-1 to OUT-6, COV-5 to COV-7)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.policy.coverage import Topic, coverage
from portal.policy.decision import Decision, WayOn, granted, refused
from portal.policy.instants import EASTERN, eastern, in_utc

DAYS_A_QUOTE_STANDS = 30
REMINDER_DAYS = 3


class QuoteSubject(StrEnum):
    """What a quote is for: the topics outside support's cover, and a session beyond the entitlement."""

    DO_IT_FOR_US = "do_it_for_us"
    AUDIO_VIDEO = "audio_video"
    CHANGE_OR_FEATURE = "change_or_feature"
    OTHER_PEOPLE = "other_people"
    ON_SITE = "on_site"
    FURTHER_SESSION = "further_session"


SUBJECT_LABELS: dict[QuoteSubject, str] = {
    QuoteSubject.DO_IT_FOR_US: "Doing work in the system for us",
    QuoteSubject.AUDIO_VIDEO: "Recording, editing or moving audio and video",
    QuoteSubject.CHANGE_OR_FEATURE: "A change to the system, or a new feature",
    QuoteSubject.OTHER_PEOPLE: "Support for people who are not Technical Contacts",
    QuoteSubject.ON_SITE: "Support at our venue",
    QuoteSubject.FURTHER_SESSION: "A further live session",
}
_RULES: dict[QuoteSubject, str] = {QuoteSubject.FURTHER_SESSION: "COV-5"}


def quote_rule(subject: QuoteSubject) -> str:
    """OUT-1 to OUT-6: the rule by which something is quoted for: OUT-1, OUT-3 to OUT-6, or COV-5 for a further session."""
    return _RULES.get(subject) or coverage(Topic(subject.value)).rule


def may_be_quoted(topic: str) -> Decision:
    """OUT-1 to OUT-6: whether a price can be named for a topic. OUT-2 is the provider's own; the rest is covered."""
    if topic in set(QuoteSubject):
        return granted(quote_rule(QuoteSubject(topic)), "A price quote can cover it.")
    cover = coverage(Topic(topic))
    if cover.covered:
        return refused(
            cover.rule, "Support covers this: ask in a ticket, free of charge.", WayOn.ASK_IN_TICKET
        )
    return refused(cover.rule, cover.explanation, *cover.ways_on)


def quote_ends(last_day: date) -> datetime:
    """OUT-1: the instant, in UTC, at which a quote that stands until an Eastern day is over: that day's midnight."""
    return eastern(last_day + timedelta(days=1))


def usual_last_day(at: datetime) -> date:
    """OUT-1: the Eastern day until which a quote sent now stands, where nobody says otherwise."""
    return (in_utc(at, "OUT-1").astimezone(EASTERN) + timedelta(days=DAYS_A_QUOTE_STANDS)).date()
