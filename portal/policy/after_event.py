"""Help after the event (COV-8): its three kinds, and from when it can be asked for."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from portal.policy.decision import Decision, WayOn, granted, refused

__all__ = ["AFTER_HELP_LABELS", "AfterHelp", "may_ask_after_event"]


class AfterHelp(StrEnum):
    """COV-8: what support helps with once an event is over."""

    ATTENDANCE = "attendance"
    CERTIFICATES = "certificates"
    EXPORT = "export"


AFTER_HELP_LABELS: dict[AfterHelp, str] = {
    AfterHelp.ATTENDANCE: "Cleaning up attendance data",
    AfterHelp.CERTIFICATES: "Designing and sending attendance certificates",
    AfterHelp.EXPORT: "Exporting data",
}


def may_ask_after_event(today: date, ends_on: date) -> Decision:
    """COV-8: whether help after the event can be asked for: from its last day on, in the event's own zone."""
    if today >= ends_on:
        return granted("COV-8", "The event is over: support helps with what comes after it.")
    reason = f"This help is for after the event, from its last day on, {ends_on:%d %B %Y}."
    return refused("COV-8", reason, WayOn.ASK_IN_TICKET)
