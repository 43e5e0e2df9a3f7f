"""How what is on record of tickets reads: labels for the policy's own words, names for people's keys."""

from collections.abc import Iterator, Mapping
from typing import Any

from portal.audit.models import AuditEntry
from portal.policy.after_event import AFTER_HELP_LABELS
from portal.policy.coverage import TOPIC_LABELS

TICKETS = frozenset({"ticket", "after_event_help", "canned_reply"})
PEOPLE_FIELDS = frozenset({"assignee", "with", "assigned_to", "offered_to"})
STATES = {"open": "Open", "waiting": "Waiting for the customer", "closed": "Closed"}
LABELS: Mapping[str, Mapping[Any, str]] = {
    "topic": TOPIC_LABELS,
    "state": STATES,
    "priority": {"low": "Low", "normal": "Normal", "high": "High", "urgent": "Urgent"},
    "channel": {"page": "By page", "mail": "By mail", "phone": "By phone"},
    "kind": AFTER_HELP_LABELS,
    "direction": {"in": "They called us", "out": "We called them"},
    "relation": {"related": "Related", "split": "Split off", "continued": "Continued"},
}


def people_in(entry: AuditEntry) -> Iterator[int]:
    """The keys of the people whom an entry of a ticket names in its fields."""
    for values in (entry.before, entry.after) if entry.subject_type in TICKETS else ():
        for name in PEOPLE_FIELDS & (values or {}).keys():
            found = values[name] if isinstance(values[name], list) else [values[name]]  # type: ignore[index]
            yield from (key for key in found if isinstance(key, int))


def worded(entry: AuditEntry, name: str, value: Any, people: Mapping[int, str]) -> Any:
    """A field's value as people say it, where it is one of a ticket's; any other as it is."""
    if entry.subject_type not in TICKETS or value is None:
        return value
    if isinstance(value, list):
        return [worded(entry, name, part, people) for part in value]
    if name in PEOPLE_FIELDS and isinstance(value, int):
        return people.get(value, f"Person {value}")
    return LABELS.get(name, {}).get(value, value)
