"""Who has been invited and not come in yet, and who is to replace somebody (WHO-6)."""

from datetime import datetime, timedelta

from portal.accounts.models import OneTimeLink
from portal.accounts.tokens import digest
from portal.demo.customers import Stage
from portal.demo.dice import dice, full_name
from portal.demo.frame import Frame, note
from portal.demo.moments import business_before
from portal.demo.people import invent, plain, telephone
from portal.demo.roster import seat_contact
from portal.policy.contacts import contact_limit, removal_due
from portal.roster.models import Removal

EVENT = "hanse-next"
INVITED_AGO, LINK_LASTS = timedelta(days=2, hours=3), timedelta(days=7)
ASKED_MINUTES_AGO, REPLACED = 300, 2


def write_newcomers(frame: Frame, stage: Stage, last_seat: int) -> None:
    """Write both at one event of the first customers; `last_seat` is the key of its last seat, which is free."""
    if stage.customer.is_first and stage.plan.key == EVENT:
        _write_invited(frame, stage, last_seat)
        _write_replacement(frame, stage)


def _write_invited(frame: Frame, stage: Stage, seat: int) -> None:
    chance, since, customer = dice("invited", stage.event.slug), frame.now - INVITED_AGO, stage.customer
    number = contact_limit(stage.plan.attendees, stage.event.licence_kind, edition=frame.edition).total
    who = invent(frame, customer.plan, customer.domain, stage.plan.zone, chance, since)
    seat_contact(frame, stage, who, number, since, seat, chance)
    frame.rows.add(
        OneTimeLink, token_hash=digest(f"demo {who.email}"), purpose="invitation", person_id=who.id,
        created_at=since, expires_at=since + LINK_LASTS,
    )  # fmt: skip


def _write_replacement(frame: Frame, stage: Stage) -> None:
    asked = business_before(frame.now, ASKED_MINUTES_AGO, frame.edition.hours)
    key = frame.rows.add(Removal, **_replacement(frame, stage, asked))
    after = {"replacement": _comes(stage)[1], "due_at": removal_due(asked, frame.edition).isoformat()}
    organiser = stage.customer.organisers[0]
    note(frame, asked, organiser, "replacement.requested", Removal, key, stage.place, after=after)


def _replacement(frame: Frame, stage: Stage, asked: datetime) -> dict[str, object]:
    name, email = _comes(stage)
    return {
        "event_id": stage.id, "contact_id": stage.contacts[REPLACED - 1].contact_id, "kind": "replacement",
        "reason": "Changes to the exhibition team; the successor has been here for a month.",
        "replacement_name": name, "replacement_email": email, "replacement_job_title": "Exhibition manager",
        "replacement_phone": telephone(stage.customer.plan, dice("replacement", "phone")),
        "requested_by_id": stage.customer.organisers[0].id, "requested_at": asked,
        "due_at": removal_due(asked, frame.edition), "policy_edition": frame.edition_at(asked),
    }  # fmt: skip


def _comes(stage: Stage) -> tuple[str, str]:
    name = full_name(stage.customer.plan.locale, dice("replacement", stage.event.slug))
    return name, f"{plain(name)}@{stage.customer.domain}"
