"""What happens to a wish: who has it, when it is moderated, answered and decided, and who votes for it."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.demo.customers import Customer
from portal.demo.frame import Frame, Someone
from portal.demo.moments import moment_on
from portal.demo.plans import WishPlan
from portal.policy.hours import add_business_minutes

DECIDED = frozenset({"planned", "done"})
PUBLISHED = DECIDED | {"published"}
MODERATED_AFTER = (60, 900)
ANSWERED_AFTER_DAYS = (8, 60)


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote in the name of a customer (WISH-2)."""

    customer_id: int
    voter: Someone
    cast_at: datetime


@dataclass(frozen=True, slots=True)
class Life:
    """Who did what to a wish, and when."""

    plan: WishPlan
    author: Someone
    customer: Customer | None
    submitted_at: datetime
    moderated_at: datetime | None = None
    answered_at: datetime | None = None
    answered_by: Someone | None = None

    @property
    def published_at(self) -> datetime | None:
        """Since when everybody sees it."""
        return self.moderated_at if self.plan.state in PUBLISHED else None

    @property
    def decided_at(self) -> datetime | None:
        """When it was planned or done (WISH-3)."""
        return self.answered_at if self.plan.state in DECIDED else None


def life_of(frame: Frame, plan: WishPlan, first: list[Customer], chance: random.Random) -> Life:
    """How a wish of one of the `first` customers has gone so far."""
    day = frame.today - timedelta(days=plan.days_ago)
    author, customer = _author(frame, plan, day, first, chance)
    begun = (plan, author, customer, moment_on(day, author.zone, chance))
    if plan.state == "submitted":
        return Life(*begun)
    hours = frame.edition.hours
    moderated = add_business_minutes(begun[3], chance.randint(*MODERATED_AFTER), hours)
    if plan.state == "declined":
        return Life(*begun, moderated, moderated, frame.team.moderators[0])
    if not plan.answer:
        return Life(*begun, moderated)
    later = moderated + timedelta(days=chance.randint(*ANSWERED_AFTER_DAYS))
    answered = add_business_minutes(later, chance.randint(10, 300), hours)
    return Life(*begun, moderated, answered, frame.team.managers[0])


def _author(
    frame: Frame, plan: WishPlan, day: date, first: list[Customer], chance: random.Random
) -> tuple[Someone, Customer | None]:
    if plan.by == "agent":
        return frame.team.agents[0], None
    known = [
        (who, customer)
        for customer in first
        if plan.organisation in (None, customer.plan.key)
        for who in (customer.people if plan.by == "contact" else customer.organisers)
        if who.since.date() < day
    ]
    return chance.choice(known)


def ballots(frame: Frame, life: Life, customers: list[Customer], chance: random.Random) -> list[Ballot]:
    """The votes for a wish in the order of time: its author's at once, others' while it takes votes."""
    cast = [Ballot(life.customer.id, life.author, life.submitted_at)] if life.customer else []
    if life.published_at is None:
        return cast
    ends = life.decided_at if life.plan.state == "done" and life.decided_at else frame.now
    for customer in customers:
        voter = chance.choice(customer.everybody)
        begins = max(life.published_at, voter.since)
        if customer is not life.customer and chance.random() < life.plan.appeal and begins < ends:
            cast.append(Ballot(customer.id, voter, begins + (ends - begins) * chance.random() ** 2))
    return sorted(cast, key=lambda ballot: ballot.cast_at)
