"""The shape of every answer: yes or no, by which rule, why, and which ways lead on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class WayOn(StrEnum):
    """Where a refusal leads: a refusal is never a dead end."""

    REMOVE_CONTACT = "remove_contact"
    BUY_SEAT = "buy_seat"
    REGISTER_CONTACT = "register_contact"
    REQUEST_QUOTE = "request_quote"
    WISH_LIST = "wish_list"
    ASK_IN_TICKET = "ask_in_ticket"
    OTHER_SLOT = "other_slot"
    ASK_CONTACTS = "ask_contacts"
    UPGRADE_LICENCE = "upgrade_licence"
    BOOK_SESSION = "book_session"
    ASK_FOR_RECORDING = "ask_for_recording"
    ASK_PROVIDER = "ask_provider"
    ORDER_AFTER_HOURS = "order_after_hours"
    ASK_MANAGER = "ask_manager"
    WAIT = "wait"
    READ_POLICY = "read_policy"


WAY_ON_LABELS: dict[WayOn, str] = {
    WayOn.REMOVE_CONTACT: "Ask for the removal of a contact",
    WayOn.BUY_SEAT: "Buy an additional contact",
    WayOn.REGISTER_CONTACT: "Register as a Technical Contact",
    WayOn.REQUEST_QUOTE: "Ask for a price quote",
    WayOn.WISH_LIST: "Add it to the wish list",
    WayOn.ASK_IN_TICKET: "Ask in a ticket",
    WayOn.OTHER_SLOT: "Choose another time",
    WayOn.ASK_CONTACTS: "Ask the event's Technical Contacts",
    WayOn.UPGRADE_LICENCE: "Move to the Premium licence",
    WayOn.BOOK_SESSION: "Book a live session",
    WayOn.ASK_FOR_RECORDING: "Ask for the recording",
    WayOn.ASK_PROVIDER: "Ask the provider of that product",
    WayOn.ORDER_AFTER_HOURS: "Order support outside business hours",
    WayOn.ASK_MANAGER: "Ask a support manager",
    WayOn.WAIT: "Come back later",
    WayOn.READ_POLICY: "Read the support policy",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """A yes or no with its rule id, one plain sentence to show, and the ways on. True when allowed."""

    allowed: bool
    rule: str
    reason: str
    ways_on: tuple[WayOn, ...] = ()

    def __bool__(self) -> bool:
        return self.allowed


class PolicyError(ValueError):
    """A question that the policy cannot answer: carries the rule id and a plain reason."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason

    def __reduce__(self) -> tuple[type[PolicyError], tuple[str, str]]:
        # Exceptions are rebuilt from their one message otherwise, which fails between processes.
        return type(self), (self.rule, self.reason)


def granted(rule: str, reason: str) -> Decision:
    """A yes, by a rule id, for a reason fit to show."""
    return Decision(True, rule, reason)


def refused(rule: str, reason: str, *ways_on: WayOn) -> Decision:
    """A no, by a rule id, for a reason fit to show, with the ways that lead on."""
    return Decision(False, rule, reason, ways_on)
