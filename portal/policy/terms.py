"""The policy's own words for who, what and how, as closed lists."""

from __future__ import annotations

from enum import StrEnum


class Licence(StrEnum):
    """The two licences an event can have (WHO-3)."""

    BASIC = "basic"
    PREMIUM = "premium"


class Role(StrEnum):
    """Who is asking; one person may hold several (WISH-1, WISH-3, USE-3, WHO-6)."""

    ATTENDEE = "attendee"
    CONTACT = "contact"
    ORGANISER = "organiser"
    AGENT = "agent"
    MODERATOR = "moderator"
    MANAGER = "manager"
    ADMIN = "admin"


class RequestChannel(StrEnum):
    """How a request reaches support (HOW-1)."""

    TICKET = "ticket"
    EMAIL = "email"
    PHONE = "phone"


class Audience(StrEnum):
    """Who a live training session is for (COV-1, COV-5, COV-6, COV-7)."""

    CONTACTS = "contacts"
    PRESENTERS = "presenters"
    EXHIBITORS = "exhibitors"
    OPERATORS = "operators"


class SessionKind(StrEnum):
    """What a live session is; each kind has its own length, buffers and notice (HOW-5)."""

    CONTACT_TRAINING = "contact_training"
    PRESENTER_TRAINING = "presenter_training"
    EXHIBITOR_TRAINING = "exhibitor_training"
    OPERATOR_TRAINING = "operator_training"
    LIVE_ASSISTANCE = "live_assistance"


class Channel(StrEnum):
    """How support outside business hours is given (AFT-1)."""

    PHONE = "phone"
    EMAIL = "email"
    LIVE_SESSION = "live_session"


class RateTime(StrEnum):
    """The times that have a price of their own (AFT-1)."""

    WEEKDAY_EVENING = "weekday_evening"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


IN_WORDS: dict[StrEnum, str] = {
    Licence.BASIC: "Basic",
    Licence.PREMIUM: "Premium",
    Audience.CONTACTS: "Technical Contacts",
    Audience.PRESENTERS: "presenters",
    Audience.EXHIBITORS: "exhibitors",
    Audience.OPERATORS: "operators",
    SessionKind.CONTACT_TRAINING: "training for Technical Contacts",
    SessionKind.PRESENTER_TRAINING: "training for presenters",
    SessionKind.EXHIBITOR_TRAINING: "training for exhibitors",
    SessionKind.OPERATOR_TRAINING: "training for operators",
    SessionKind.LIVE_ASSISTANCE: "live assistance",
    Channel.PHONE: "by phone",
    Channel.EMAIL: "by e-mail",
    Channel.LIVE_SESSION: "by live remote session",
    RateTime.WEEKDAY_EVENING: "weekday outside business hours",
    RateTime.WEEKEND: "weekend",
    RateTime.HOLIDAY: "holiday",
}


def in_words(term: StrEnum) -> str:
    """The term as it is shown to people; a term without words of its own shows its value."""
    return IN_WORDS.get(term, term.value.replace("_", " "))
