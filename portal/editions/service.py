"""Publishing an edition of the policy (POL-1)."""

from dataclasses import replace
from datetime import date

from sqlalchemy import text

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.editions.models import PolicyEdition
from portal.editions.queries import editions
from portal.errors import Invalid
from portal.policy.edition import Edition, HourlyRate, changes, to_json
from portal.policy.instants import eastern

# One publisher at a time: the next number is taken from the newest edition.
PUBLISHING_LOCK = 7_203_921


@use_case
def publish_prices(
    actor: Actor,
    *,
    valid_from: date,
    summary: str,
    extra_contact_cents: int,
    after_hours: tuple[HourlyRate, ...],
) -> Edition:
    """Publish prices, in cents, as a new edition in force from the start of a day in US Eastern (POL-1).

    What was sold before keeps its price: it stands on the order. Raises Invalid for a day that is past or not
    after the newest edition's, and when no price differs.
    """
    actor.require("policy:publish")
    db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": PUBLISHING_LOCK})
    newest = editions()[0]
    prices = replace(newest.prices, extra_contact_cents=extra_contact_cents, after_hours=after_hours)
    begins = eastern(valid_from)
    if begins <= max(now(), newest.in_force_from):
        raise Invalid(valid_from="Choose a day to come, after the newest price list begins.")
    edition = replace(newest, number=newest.number + 1, in_force_from=begins, summary=summary, prices=prices)
    if not changes(newest, edition):
        raise Invalid(extra_contact="These are the prices that hold already. Change at least one.")
    _publish(actor, newest, edition)
    return edition


def _publish(actor: Actor, before: Edition, edition: Edition) -> None:
    published = PolicyEdition(
        number=edition.number, in_force_from=edition.in_force_from, summary=edition.summary,
        parameters=to_json(edition),
    )  # fmt: skip
    db.session.add(published)
    db.session.flush()
    record(
        actor, "edition.published", published,
        before={"edition": before.number}, after={"changes": list(changes(before, edition))},
    )  # fmt: skip
