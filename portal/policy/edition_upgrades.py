"""Editions stored before the policy's parameters were as they are now, in today's form (POL-1).

What was published is final, so it is never rewritten: it is brought up each time that it is read.
"""

from __future__ import annotations

from typing import Any

from portal.policy.edition_checks import annotated_fields
from portal.policy.parameters import SessionTimes, TrainingRules

_FIRST = {times.kind.value: times for times in TrainingRules().sessions}


def brought_up(stored: Any) -> Any:
    """POL-1: an edition, or parts of one, in its stored form, with each parameter where it is kept now.

    What has another form altogether is given back as it is, for the reading to refuse.
    """
    if not isinstance(stored, dict) or not isinstance(stored.get("training"), dict):
        return stored
    return {**stored, "training": _training(stored["training"])}


def _training(training: dict[str, Any]) -> dict[str, Any]:
    """HOW-5: the cut-off was one for all kinds; now each kind has its own, and its capacity."""
    if not isinstance(training.get("sessions"), list):
        return training
    kept = {name: value for name, value in training.items() if name != "cut_off_minutes"}
    for_all = {"cut_off_minutes": training["cut_off_minutes"]} if "cut_off_minutes" in training else {}
    return {**kept, "sessions": [_session(session, for_all) for session in training["sessions"]]}


def _session(session: Any, for_all: dict[str, Any]) -> Any:
    if not isinstance(session, dict) or str(session.get("kind")) not in _FIRST:
        return session
    first = _FIRST[str(session["kind"])]
    newer = {
        name: getattr(first, name)
        for name, _, _ in annotated_fields(SessionTimes)
        if name in ("cut_off_minutes", "capacity")
    }
    return newer | for_all | session
