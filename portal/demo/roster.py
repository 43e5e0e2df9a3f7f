"""Writing seats and the contacts on them."""

import random
from datetime import datetime, timedelta

from portal.accounts.permissions import Role
from portal.demo import content
from portal.demo.cast import ACCOUNTS
from portal.demo.customers import Seated, Stage
from portal.demo.dice import dice
from portal.demo.frame import Frame, Someone, note
from portal.demo.moments import when_awake
from portal.demo.orders import write_orders
from portal.demo.people import give_role, invent, settle_account, telephone
from portal.demo.phrasing import phrase
from portal.policy.contacts import contact_limit
from portal.roster.models import Contact, Seat

JOBS = (
    "Conference secretary",
    "Registration lead",
    "IT coordinator",
    "Programme officer",
    "Volunteer coordinator",
    "Scientific secretary",
    "Events assistant",
    "Head of office",
    "Exhibition manager",
)


def write_roster(frame: Frame, stage: Stage) -> None:
    """Write an event's orders, its seats and the contacts on them."""
    chance = dice("roster", stage.event.slug)
    bought = write_orders(frame, stage) if stage.customer.is_first else []
    seats = _write_seats(frame, stage, bought)
    for number in range(1, stage.plan.seats_used + 1):
        who = _next_contact(frame, stage, chance)
        since = stage.opened_at + timedelta(hours=number * chance.randint(2, 20))
        since = min(when_awake(since, stage.plan.zone, chance), frame.now - timedelta(hours=number))
        seat_contact(frame, stage, who, number, since, seats[number], chance)


def _write_seats(frame: Frame, stage: Stage, bought: list[int]) -> dict[int, int]:
    plan = stage.plan
    included = contact_limit(plan.attendees, stage.event.licence_kind, edition=frame.edition).total
    once = contact_limit(
        plan.shrunk_from or plan.attendees, stage.event.licence_kind, edition=frame.edition
    ).total
    kept = max(included, min(once, plan.seats_used))
    seats = {}
    for number in range(1, kept + 1):
        seats[number] = frame.rows.add(
            Seat, event_id=stage.id, number=number, closing=number > included, opened_at=stage.opened_at
        )
    for number, line in enumerate(bought, kept + 1):
        opened = frame.now - timedelta(days=_open_days_ago(plan.key))
        seats[number] = frame.rows.add(
            Seat, event_id=stage.id, number=number, order_line_id=line, opened_at=opened
        )
    return seats


def _open_days_ago(event: str) -> int:
    opened = [each.open_days_ago for each in content.orders() if each.event == event]
    return next(days for days in opened if days is not None)


def _next_contact(frame: Frame, stage: Stage, chance: random.Random) -> Someone:
    customer, seated = stage.customer, {each.who for each in stage.contacts}
    for account in ACCOUNTS:
        if customer.is_first and stage.plan.key in account.events:
            known = frame.people.get(account.email)
            if known is None or known not in seated:
                return known or _settled(frame, stage, account.email)
    familiar = [who for who in customer.people if who not in seated and "@demo." not in who.email]
    if familiar and len(seated) < stage.plan.seats_used // 2 + 1:
        return familiar[0]
    invented = invent(frame, customer.plan, customer.domain, stage.plan.zone, chance, stage.opened_at)
    customer.people.append(invented)
    return invented


def _settled(frame: Frame, stage: Stage, email: str) -> Someone:
    account = next(each for each in ACCOUNTS if each.email == email)
    who = settle_account(frame, account, stage.opened_at)
    stage.customer.people.append(who)
    return who


def seat_contact(
    frame: Frame,
    stage: Stage,
    who: Someone,
    number: int,
    since: datetime,
    seat_id: int | None,
    chance: random.Random,
    until: datetime | None = None,
) -> int:
    """Write a contact, on a seat or, with `until`, as somebody who has left; return its key."""
    organiser = stage.customer.organisers[0]
    key = frame.rows.add(
        Contact,
        event_id=stage.id,
        person_id=who.id,
        grant_id=give_role(frame, who, Role.CONTACT, since, organiser, stage.place, until),
        seat_id=seat_id,
        seat_number=number,
        phone=telephone(stage.customer.plan, chance),
        job_title=_job(stage, number),
        registered_at=since,
        registered_by_id=organiser.id,
        ended_at=until,
    )
    note(
        frame,
        since,
        organiser,
        "contact.registered",
        Contact,
        key,
        stage.place,
        after={"person": who.email, "seat": number},
    )
    if until is None:
        stage.contacts.append(Seated(key, who, since))
    return key


def _job(stage: Stage, number: int) -> str:
    job = JOBS[(number + len(stage.event.slug)) % len(JOBS)]
    return phrase(job, american=stage.customer.plan.country == "US").filled({}, dice(job))
