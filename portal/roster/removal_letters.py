"""Mail about requests to remove or replace a contact (WHO-6). Takes part in the caller's transaction."""

from typing import Any

from portal.accounts.models import Person
from portal.accounts.permissions import Role
from portal.accounts.queries import staff_with
from portal.mail.post import post
from portal.mail.withhold import withhold
from portal.roster.handover import Handover
from portal.roster.models import Removal
from portal.roster.queries import organisers_of

REMINDERS = ("removal_half_time", "removal_late")


def tell_of_request(removal: Removal) -> None:
    """Tell the managers that there is something to decide, and whoever asked by when it is (WHO-6)."""
    for manager in staff_with(Role.MANAGER):
        _post(manager, "removal_requested", removal, permission="roster:decide")
    _post(removal.requested_by, "removal_received", removal, permission="removal:read")


def remind(removal: Removal, template: str) -> None:
    """Remind the managers of a request that waits: one of REMINDERS."""
    for manager in staff_with(Role.MANAGER):
        _post(manager, template, removal, permission="roster:decide")


def tell_of_withdrawal(removal: Removal) -> None:
    """Tell the managers that there is nothing left to decide; reminders still in the queue are kept back."""
    _keep_reminders(removal)
    for manager in staff_with(Role.MANAGER):
        _post(manager, "removal_withdrawn", removal, permission="roster:decide")


def tell_of_decision(removal: Removal, handover: Handover | None) -> None:
    """Tell whoever asked, the organisers, and once it is approved the one who is out."""
    _keep_reminders(removal)
    if removal.state == "approved":
        _post(removal.contact.person, "removal_done", removal, permission=None)
    concerned = {person.id: person for person in organisers_of(removal.event.organisation_id)}
    concerned[removal.requested_by_id] = removal.requested_by
    for person in concerned.values():
        _post(person, "removal_decided", removal, permission="removal:read", handover=handover)


def _keep_reminders(removal: Removal) -> None:
    for template in REMINDERS:
        withhold(_cause(template, removal))


def _post(to: Person, template: str, removal: Removal, *, permission: str | None, **context: Any) -> None:
    post(
        to, template, cause=_cause(template, removal), permission=permission, scope=removal.event.scope,
        removal=removal, **context,
    )  # fmt: skip


def _cause(template: str, removal: Removal) -> str:
    return f"{template.replace('_', '-')}:{removal.id}"
