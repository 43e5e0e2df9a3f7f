"""Which mail goes out about usage, and to whom. These take part in the caller's transaction."""

from portal.accounts.models import Person
from portal.accounts.permissions import Role
from portal.accounts.queries import staff_with
from portal.events.models import Event
from portal.mail.post import post
from portal.roster.queries import organisers_of
from portal.usage.models import UsageDecision, UsageNotice
from portal.usage.queries import EventUsage


def send_notice(event: Event, notice: UsageNotice, usage: EventUsage) -> None:
    """The notice itself, to the organisers (USE-2)."""
    for person in organisers_of(event.organisation_id):
        _post(person, "usage_notice", f"usage-notice:{notice.id}", event, notice=notice, usage=usage)


def pass_answer_on(event: Event, notice: UsageNotice) -> None:
    """The customer's answer, to managers."""
    for person in staff_with(Role.MANAGER):
        _post(person, "usage_answered", f"usage-answered:{notice.id}", event, notice=notice)


def tell_of_decision(event: Event, decision: UsageDecision) -> None:
    """What was decided, to the organisers (USE-3)."""
    for person in organisers_of(event.organisation_id):
        _post(person, "usage_decided", f"usage-decided:{decision.id}", event, decision=decision)


def tell_of_end(event: Event, decision: UsageDecision) -> None:
    """The measures are over, to the organisers."""
    for person in organisers_of(event.organisation_id):
        _post(person, "usage_ended", f"usage-ended:{decision.id}", event, decision=decision)


def _post(to: Person, template: str, cause: str, event: Event, **context: object) -> None:
    post(to, template, cause=cause, permission="usage:read", scope=event.scope, event=event, **context)  # type: ignore[arg-type]
