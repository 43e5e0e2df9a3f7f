"""Writing customers and their events. Every customer after the first five is a relative of one of them."""

import random
import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from portal.accounts.models import Organisation
from portal.accounts.permissions import Role
from portal.demo import content
from portal.demo.cast import ACCOUNTS
from portal.demo.dice import dice
from portal.demo.frame import Frame, Place, Someone, note
from portal.demo.moments import at_local
from portal.demo.people import give_role, invent, plain, settle_account
from portal.demo.plans import EventPlan, OrganisationPlan
from portal.events.models import Event
from portal.policy.contacts import size_band

QUARTERS = ("", "North ", "South ", "East ", "West ", "Upper ", "Lower ")
LARGEST_SHIFT_DAYS = 45


@dataclass(frozen=True, slots=True)
class Seated:
    """A technical contact on a seat of an event."""

    contact_id: int
    who: Someone
    since: datetime


@dataclass(slots=True)
class Stage:
    """An event that has been written, with what its tickets, sessions and orders need to know."""

    id: int
    plan: EventPlan
    customer: "Customer"
    event: Event
    name: str
    starts_on: date
    opened_at: datetime
    contacts: list["Seated"] = field(default_factory=list)
    agents: list[Someone] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """Where its audit rows belong."""
        return Place(self.customer.id, self.id)


@dataclass(slots=True)
class Customer:
    """An organisation that has been written. The first of each kind is the one in organisations.toml."""

    id: int
    plan: OrganisationPlan
    name: str
    domain: str
    generation: int
    organisers: list[Someone] = field(default_factory=list)
    people: list[Someone] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)

    @property
    def is_first(self) -> bool:
        """Whether the hand-placed tickets, orders and removals happen here."""
        return self.generation == 0

    @property
    def everybody(self) -> list[Someone]:
        """Organisers and contacts, each once."""
        return [*self.organisers, *self.people]


def write_customer(frame: Frame, plan: OrganisationPlan, generation: int) -> Customer:
    """Write an organisation with its organisers and events. Contacts come after, with the roster."""
    chance = dice("customer", plan.key, generation)
    name, domain = _identity(plan, generation)
    since = _since(frame, plan)
    key = frame.rows.add(
        Organisation,
        name=name,
        billing_address=plan.street if generation == 0 else f"{name}\nAccounts payable",
        billing_email=f"accounts@{domain}",
        created_at=since,
    )
    customer = Customer(key, plan, name, domain, generation)
    note(
        frame,
        since,
        frame.team.admins[0],
        "organisation.created",
        Organisation,
        key,
        Place(key),
        after={"name": name},
    )
    _write_organisers(frame, customer, chance, since)
    shift = timedelta(days=chance.randint(-LARGEST_SHIFT_DAYS, LARGEST_SHIFT_DAYS) if generation else 0)
    for each in content.events():
        if each.organisation == plan.key:
            customer.stages.append(_write_event(frame, customer, each, shift, chance))
    return customer


def _identity(plan: OrganisationPlan, generation: int) -> tuple[str, str]:
    if generation == 0:
        return plan.name, plan.domain
    round_, index = divmod(generation - 1, len(plan.places))
    again, quarter = divmod(round_, len(QUARTERS))
    place = f"{QUARTERS[quarter]}{plan.places[index]}" + (f" {again + 1}" if again else "")
    slug = plain(place).replace(".", "-") + (f"-{again + 1}" if again else "")
    return plan.kin.format(place=place), plan.domain_kin.format(place=slug)


def _since(frame: Frame, plan: OrganisationPlan) -> datetime:
    first = min(each.starts - each.opened for each in content.events() if each.organisation == plan.key)
    return frame.now + timedelta(days=first - LARGEST_SHIFT_DAYS - 10)


def _write_organisers(frame: Frame, customer: Customer, chance: random.Random, since: datetime) -> None:
    zone = next(each.zone for each in content.events() if each.organisation == customer.plan.key)
    for account in ACCOUNTS:
        if customer.is_first and account.organisation == customer.plan.key:
            customer.organisers.append(settle_account(frame, account, since))
    customer.organisers.append(invent(frame, customer.plan, customer.domain, zone, chance, since))
    for organiser in customer.organisers:
        give_role(frame, organiser, Role.ORGANISER, since, frame.team.admins[0], Place(customer.id))


def _write_event(
    frame: Frame, customer: Customer, plan: EventPlan, shift: timedelta, chance: random.Random
) -> Stage:
    plan = plan if customer.is_first else replace(plan, attendees=_alike(plan.attendees, chance))
    starts = _on_weekday(frame.today + timedelta(days=plan.starts) + shift, plan.weekday)
    opened = starts - timedelta(days=plan.opened)
    opened_at = at_local(opened, "America/New_York", 10, chance.randrange(60))
    event = _event(customer, plan, starts, opened, opened_at)
    values = {name: value for name, value in vars(event).items() if not name.startswith("_")}
    key = frame.rows.add(Event, **values)
    stage = Stage(key, plan, customer, event, event.name, starts, opened_at)
    stage.agents = chance.sample(frame.team.agents, 3)
    manager = chance.choice(frame.team.managers)
    facts = {name: str(value) if isinstance(value, date) else value for name, value in values.items()}
    facts["attendees"] = plan.shrunk_from or plan.attendees
    note(frame, opened_at, manager, "event.created", Event, key, stage.place, after=facts)
    if plan.shrunk_from:
        was, now = {"attendees": plan.shrunk_from}, {"attendees": plan.attendees}
        changed = frame.now - timedelta(days=12)
        note(frame, changed, manager, "event.changed", Event, key, stage.place, before=was, after=now)
    return stage


def _event(customer: Customer, plan: EventPlan, starts: date, opened: date, opened_at: datetime) -> Event:
    return Event(
        organisation_id=customer.id,
        slug=_slug(f"{customer.domain.split('.')[0]} {plan.short} {starts.year}"),
        name=plan.name.format(year=starts.year),
        starts_on=starts,
        ends_on=starts + timedelta(days=plan.days - 1),
        place=", ".join(filter(None, (plan.venue, plan.city))),
        in_person=plan.in_person,
        time_zone=plan.zone,
        attendees=plan.attendees,
        licence=plan.licence,
        virtual_event_package="virtual" in plan.packages,
        exhibitor_package="exhibitor" in plan.packages,
        records_attendance=plan.scans_sessions,
        account_opened_on=opened,
        created_at=opened_at,
        version=1,
    )


def _on_weekday(day: date, weekday: int | None) -> date:
    return day if weekday is None else day + timedelta(days=(weekday - day.weekday()) % 7)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _alike(attendees: int, chance: random.Random) -> int:
    """A number of attendees near that one, in the same size band (WHO-3)."""
    other = max(1, round(attendees * chance.uniform(0.85, 1.15)))
    return other if size_band(other) == size_band(attendees) else attendees
