"""The month in figures, by mail to managers who want it: once for each month, on its first days."""

from datetime import timedelta

from portal.accounts.actor import Actor
from portal.accounts.permissions import Role
from portal.accounts.queries import staff_with
from portal.clock import now
from portal.db import use_case
from portal.mail.post import post
from portal.management.months import months
from portal.management.waiting import waiting
from portal.policy.instants import EASTERN

DAYS_TO_SEND = 7


@use_case
def send_monthly_report(actor: Actor) -> int:
    """Mail last month's figures to every manager; asked again, nobody gets them twice. How many managers.

    After the first week of a month it is too late for them: a portal that stood still sends no old news.
    """
    actor.require("management:read")
    today = now().astimezone(EASTERN).date()
    if today.day > DAYS_TO_SEND:
        return 0
    last, managers = months(actor)[-2], staff_with(Role.MANAGER)
    assert last.begins < today - timedelta(days=27)
    waits = [each for each in waiting(actor) if each.number]
    for manager in managers:
        post(
            manager, "management_month", cause=f"management-month:{last.begins:%Y-%m}", permission="management:read",
            month=last, waiting=waits,
        )  # fmt: skip
    return len(managers)
