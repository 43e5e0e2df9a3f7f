"""What support covers and what it does not, by what a ticket is about (COV-1 to COV-8, OUT-1 to OUT-6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from portal.policy.decision import WayOn

__all__ = ["TOPIC_LABELS", "Coverage", "Topic", "coverage", "topic_choices"]


class Topic(StrEnum):
    """What a ticket is about: one for each rule of COV and OUT."""

    USING_THE_SYSTEM = "using_the_system"
    HOW_TO = "how_to"
    PROBLEM = "problem"
    CONTACT_TRAINING = "contact_training"
    PRESENTER_TRAINING = "presenter_training"
    EXHIBITOR_TRAINING = "exhibitor_training"
    OPERATOR_TRAINING = "operator_training"
    AFTER_THE_EVENT = "after_the_event"
    DO_IT_FOR_US = "do_it_for_us"
    THIRD_PARTY = "third_party"
    AUDIO_VIDEO = "audio_video"
    CHANGE_OR_FEATURE = "change_or_feature"
    OTHER_PEOPLE = "other_people"
    ON_SITE = "on_site"


TOPIC_LABELS: dict[Topic, str] = {
    Topic.USING_THE_SYSTEM: "A question on a feature",
    Topic.HOW_TO: "How to do a task, such as printing badges",
    Topic.PROBLEM: "Something does not work",
    Topic.CONTACT_TRAINING: "Training for us, the Technical Contacts",
    Topic.PRESENTER_TRAINING: "Training for our presenters",
    Topic.EXHIBITOR_TRAINING: "Training for our exhibitors",
    Topic.OPERATOR_TRAINING: "Training for those who scan attendees into sessions",
    Topic.AFTER_THE_EVENT: "After the event: attendance data, certificates, exports",
    Topic.DO_IT_FOR_US: "Doing work in the system for us",
    Topic.THIRD_PARTY: "Hardware or software from someone else",
    Topic.AUDIO_VIDEO: "Recording, editing or moving audio and video",
    Topic.CHANGE_OR_FEATURE: "A change to the system, or a new feature",
    Topic.OTHER_PEOPLE: "Support for people who are not Technical Contacts",
    Topic.ON_SITE: "Support at our venue",
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """COV, OUT: whether a topic is covered, by which rule, in plain words, and which ways lead on."""

    covered: bool
    rule: str
    explanation: str
    ways_on: tuple[WayOn, ...] = ()


def _in(rule: str, explanation: str, *ways_on: WayOn) -> Coverage:
    return Coverage(True, rule, explanation, ways_on)


def _out(rule: str, explanation: str, *ways_on: WayOn) -> Coverage:
    return Coverage(False, rule, explanation, ways_on)


_COVERAGE: dict[Topic, Coverage] = {
    Topic.CONTACT_TRAINING: _in(
        "COV-1",
        "Support trains your Technical Contacts on using the system, in live sessions that you book.",
        WayOn.BOOK_SESSION,
    ),
    Topic.USING_THE_SYSTEM: _in("COV-2", "Support answers your questions on the features that exist."),
    Topic.HOW_TO: _in("COV-3", "Support explains how to do a task; you carry it out yourself."),
    Topic.PROBLEM: _in("COV-4", "Support looks into problems that you report and helps to solve them."),
    Topic.PRESENTER_TRAINING: _in(
        "COV-5",
        "With the Virtual Event package, your presenters have one live training session; "
        "ask for its recording to pass on.",
        WayOn.BOOK_SESSION,
        WayOn.ASK_FOR_RECORDING,
    ),
    Topic.EXHIBITOR_TRAINING: _in(
        "COV-6",
        "With the Exhibitor package, your exhibitors have one live training session; "
        "ask for its recording to pass on.",
        WayOn.BOOK_SESSION,
        WayOn.ASK_FOR_RECORDING,
    ),
    Topic.OPERATOR_TRAINING: _in(
        "COV-7",
        "For an in-person event that records session attendance with the app, those who scan have one "
        "live training session; ask for its recording to pass on.",
        WayOn.BOOK_SESSION,
        WayOn.ASK_FOR_RECORDING,
    ),
    Topic.AFTER_THE_EVENT: _in(
        "COV-8",
        "After the event, support helps you to clean up attendance data, to design and send attendance "
        "certificates, and to export any data.",
    ),
    Topic.DO_IT_FOR_US: _out(
        "OUT-1",
        "Support shows you how, but does not do the work in the system for you. "
        "A price quote can cover it; how to do it yourself is free to ask.",
        WayOn.REQUEST_QUOTE,
        WayOn.ASK_IN_TICKET,
    ),
    Topic.THIRD_PARTY: _out(
        "OUT-2",
        "Hardware and software from others are outside support: whoever provides them can help you.",
        WayOn.ASK_PROVIDER,
    ),
    Topic.AUDIO_VIDEO: _out(
        "OUT-3",
        "Recording, editing, uploading and downloading audio or video are outside support. "
        "A price quote can cover them.",
        WayOn.REQUEST_QUOTE,
    ),
    Topic.CHANGE_OR_FEATURE: _out(
        "OUT-4",
        "Changes and new features are outside support. Put the idea on the wish list; "
        "some changes can be quoted for.",
        WayOn.WISH_LIST,
        WayOn.REQUEST_QUOTE,
    ),
    Topic.OTHER_PEOPLE: _out(
        "OUT-5",
        "Support answers registered Technical Contacts only. Register the people who need it, "
        "or ask for a price quote to extend support to them.",
        WayOn.REGISTER_CONTACT,
        WayOn.REQUEST_QUOTE,
    ),
    Topic.ON_SITE: _out(
        "OUT-6",
        "Support does not include coming to your venue. A price quote can cover it.",
        WayOn.REQUEST_QUOTE,
    ),
}


def coverage(topic: Topic) -> Coverage:
    """COV-1 to COV-8, OUT-1 to OUT-6: whether support covers a topic, why, and the ways on.

    Only OUT-2 offers no quote. Raises ValueError for a text that is no topic.
    """
    return _COVERAGE[Topic(topic)]


def topic_choices() -> tuple[tuple[str, str], ...]:
    """COV-1 to COV-8, OUT-1 to OUT-6: value and label of each topic, for a list to choose from."""
    return tuple((topic.value, TOPIC_LABELS[topic]) for topic in Topic)
