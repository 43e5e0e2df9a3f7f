"""Writing the requests to remove a contact (WHO-6), in each of their states."""

from datetime import datetime, timedelta

from portal.demo import content
from portal.demo.customers import Stage
from portal.demo.dice import dice
from portal.demo.frame import Frame, Someone, note
from portal.demo.moments import business_before
from portal.demo.people import invent
from portal.demo.plans import RemovalPlan
from portal.demo.roster import seat_contact
from portal.policy.contacts import removal_due
from portal.policy.hours import add_business_minutes
from portal.roster.models import Removal


def write_removals(frame: Frame, stage: Stage) -> None:
    """Write the removals placed by hand for an event."""
    for plan in content.removals():
        if plan.event == stage.plan.key:
            _write_removal(frame, stage, plan)


def _write_removal(frame: Frame, stage: Stage, plan: RemovalPlan) -> None:
    hours = frame.edition.hours
    asked = business_before(frame.now, plan.asked_ago, hours)
    due, decided = removal_due(asked, frame.edition), None
    if plan.decided_after is not None:
        decided = add_business_minutes(asked, plan.decided_after, hours)
    organiser = stage.customer.organisers[0]
    decider = organiser if plan.state == "withdrawn" else frame.team.managers[0]
    contact = (
        _leaver(frame, stage, plan, decided)
        if plan.contact is None
        else stage.contacts[plan.contact - 1].contact_id
    )
    key = frame.rows.add(
        Removal,
        event_id=stage.id,
        contact_id=contact,
        state=plan.state,
        reason=plan.reason,
        requested_by_id=organiser.id,
        requested_at=asked,
        due_at=due,
        decided_by_id=decider.id if decided else None,
        decided_at=decided,
        decision_reason=plan.decision_reason,
        policy_edition=frame.edition_at(asked),
    )
    note(
        frame,
        asked,
        organiser,
        "removal.requested",
        Removal,
        key,
        stage.place,
        after={"reason": plan.reason, "due_at": due.isoformat()},
    )
    if decided:
        _note_decision(frame, stage, plan, decided, decider, key)


def _note_decision(
    frame: Frame, stage: Stage, plan: RemovalPlan, at: datetime, decider: Someone, key: int
) -> None:
    before, after = {"state": "pending"}, {"state": plan.state, "reason": plan.decision_reason}
    note(frame, at, decider, f"removal.{plan.state}", Removal, key, stage.place, before=before, after=after)


def _leaver(frame: Frame, stage: Stage, plan: RemovalPlan, left: datetime | None) -> int:
    """Somebody who was a contact until the approval, and is not any more."""
    chance = dice("leaver", stage.event.slug)
    assert left is not None and plan.former_days is not None  # noqa: PT018 - dealings.toml gives both
    since = max(left - timedelta(days=plan.former_days), stage.opened_at)
    who = invent(frame, stage.customer.plan, stage.customer.domain, stage.plan.zone, chance, since)
    return seat_contact(frame, stage, who, len(stage.contacts), since, None, chance, until=left)
