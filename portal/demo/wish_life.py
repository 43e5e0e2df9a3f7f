"""What happens to a wish: who has it, when it is moderated, answered and decided, and who finds it useful."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.demo.customers import Customer
from portal.demo.frame import Frame, Someone
from portal.demo.moments import moment_on
from portal.demo.plans import WishPlan
from portal.policy.hours import add_business_minutes
from portal.policy.wishes import Stand, WishDecision
from portal.wishlist.models import CLOSED

# What a plan calls its state, once management has decided.
DECIDED = {
    "under_consideration": WishDecision.UNDER_CONSIDERATION,
    "planned": WishDecision.PLANNED,
    "in_progress": WishDecision.IN_PROGRESS,
    "done": WishDecision.DONE,
    "decided_against": WishDecision.DECLINED,
}
MODERATED_AFTER = (60, 900)
ANSWERED_AFTER_DAYS = (8, 60)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of a wish for a customer (WISH-2)."""

    customer_id: int
    who: Someone
    stand: Stand
    at: datetime


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
        return self.moderated_at if self.state in ("published", "hidden", "merged") else None

    @property
    def state(self) -> str:
        """What the moderators made of it."""
        return "published" if self.plan.state in DECIDED else self.plan.state

    @property
    def decision(self) -> WishDecision:
        """What management decided."""
        return DECIDED.get(self.plan.state, WishDecision.OPEN)

    @property
    def decided_at(self) -> datetime | None:
        """When management decided on it (WISH-3)."""
        return self.answered_at if self.plan.state in DECIDED else None


def life_of(frame: Frame, plan: WishPlan, first: list[Customer], chance: random.Random) -> Life:
    """How a wish of one of the `first` customers has gone so far."""
    day = frame.today - timedelta(days=plan.days_ago)
    author, customer = _author(frame, plan, day, first, chance)
    begun = (plan, author, customer, moment_on(day, author.zone, chance))
    if plan.state in ("submitted", "asked_back"):
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
        whose = (customer for customer in first if customer.plan.key == plan.organisation)
        return frame.team.agents[0], next(whose, None)
    known = [
        (who, customer)
        for customer in first
        if plan.organisation in (None, customer.plan.key)
        for who in (customer.people if plan.by == "contact" else customer.organisers)
        if who.since.date() < day
    ]
    return chance.choice(known)


def what_was_said(frame: Frame, life: Life, customers: list[Customer], chance: random.Random) -> list[Said]:
    """What customers said of a wish in the order of time: its author's at once, others' while it takes answers."""
    said = [Said(life.customer.id, life.author, Stand.USEFUL, life.submitted_at)] if life.customer else []
    if life.published_at is None:
        return said
    ends = life.decided_at if life.decision in CLOSED and life.decided_at else frame.now
    for customer in customers:
        who = chance.choice(customer.everybody)
        begins, drawn = max(life.published_at, who.since), chance.random()
        stand = _drawn(drawn, life.plan.appeal)
        if customer is not life.customer and stand and begins < ends:
            said.append(Said(customer.id, who, stand, begins + (ends - begins) * chance.random() ** 2))
    return sorted(said, key=lambda each: each.at)


def _drawn(drawn: float, appeal: float) -> Stand | None:
    """Useful to a share of all; of the others one in three is neutral, one in six has no use for it."""
    if drawn < appeal:
        return Stand.USEFUL
    rest = (drawn - appeal) / (1 - appeal)
    return Stand.NEUTRAL if rest < 1 / 3 else Stand.NOT_FOR_US if rest < 1 / 2 else None
