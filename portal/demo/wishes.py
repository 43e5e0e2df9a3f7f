"""Writing the wish list: ideas in every state, and the customers that find them useful."""

import random
from datetime import datetime, timedelta

from portal.demo import content
from portal.demo.customers import Customer
from portal.demo.dice import dice
from portal.demo.frame import Frame, Place, Someone, note
from portal.demo.moments import moment_on
from portal.demo.plans import WishPlan
from portal.policy.hours import add_business_minutes
from portal.wishlist.models import Vote, Wish

PUBLISHED = frozenset({"published", "planned", "done"})
MODERATED_AFTER = (60, 900)
ANSWERED_AFTER_DAYS = (12, 70)
OUTSIDER = "fenland"


def write_wishes(frame: Frame, customers: list[Customer]) -> None:
    """Write every wish once, however many customers there are; each customer votes for some of them."""
    first = [customer for customer in customers if customer.is_first]
    for number, plan in enumerate(sorted(content.wishes(), key=lambda plan: -plan.days_ago)):
        _write_wish(frame, plan, first, customers, dice("wish", number, plan.title))


def _write_wish(
    frame: Frame, plan: WishPlan, first: list[Customer], customers: list[Customer], chance: random.Random
) -> None:
    author, customer = _author(frame, plan, first, chance)
    submitted = moment_on(frame.today - timedelta(days=plan.days_ago), author.zone, chance)
    moderated = _moderated_at(frame, plan, submitted, chance)
    answered = _answered_at(frame, plan, moderated, chance)
    moderator = frame.team.moderators[0] if moderated else None
    answerer = (moderator if plan.state == "declined" else frame.team.managers[0]) if answered else None
    voters = _voters(plan, author, customer, customers, chance)
    key = frame.rows.add(
        Wish,
        title=plan.title,
        problem=plan.problem,
        idea=plan.idea,
        state=plan.state,
        author_id=author.id,
        organisation_id=customer and customer.id,
        submitted_at=submitted,
        published_at=moderated if plan.state in PUBLISHED else None,
        moderated_by_id=moderator and moderator.id,
        answer=plan.answer,
        answered_at=answered,
        answered_by_id=answerer and answerer.id,
        votes=len(voters),
    )
    _write_votes(frame, key, voters, moderated, chance)
    _note_course(frame, plan, key, (author, submitted), (moderator, moderated), (answerer, answered))


def _author(
    frame: Frame, plan: WishPlan, first: list[Customer], chance: random.Random
) -> tuple[Someone, Customer | None]:
    if plan.by == "agent":
        return frame.team.agents[0], None
    if plan.by == "outsider":
        customer = next(each for each in first if each.plan.key == OUTSIDER)
        return customer.organisers[0], customer
    customer = chance.choice(first)
    return chance.choice(customer.organisers if plan.by == "organiser" else customer.people), customer


def _moderated_at(
    frame: Frame, plan: WishPlan, submitted: datetime, chance: random.Random
) -> datetime | None:
    if plan.state == "submitted":
        return None
    return add_business_minutes(submitted, chance.randint(*MODERATED_AFTER), frame.edition.hours)


def _answered_at(
    frame: Frame, plan: WishPlan, moderated: datetime | None, chance: random.Random
) -> datetime | None:
    if not plan.answer or moderated is None:
        return None
    if plan.state == "declined":
        return moderated
    later = moderated + timedelta(days=chance.randint(*ANSWERED_AFTER_DAYS))
    return add_business_minutes(later, chance.randint(10, 300), frame.edition.hours)


def _voters(
    plan: WishPlan,
    author: Someone,
    customer: Customer | None,
    customers: list[Customer],
    chance: random.Random,
) -> dict[int, Someone]:
    """Who votes for each customer: the author for their own, somebody for those to whom it appeals."""
    if plan.state not in PUBLISHED:
        return {}
    voters = {each.id: chance.choice(each.everybody) for each in customers if chance.random() < plan.appeal}
    return voters | ({customer.id: author} if customer else {})


def _write_votes(
    frame: Frame, wish: int, voters: dict[int, Someone], since: datetime | None, chance: random.Random
) -> None:
    for organisation, voter in voters.items():
        assert since is not None  # only what is published has voters
        cast = since + (frame.now - since) * (chance.random() ** 2)
        frame.rows.add(Vote, wish_id=wish, organisation_id=organisation, person_id=voter.id, cast_at=cast)


def _note_course(
    frame: Frame,
    plan: WishPlan,
    wish: int,
    submitted: tuple[Someone, datetime],
    moderated: tuple[Someone | None, datetime | None],
    answered: tuple[Someone | None, datetime | None],
) -> None:
    author, at = submitted
    note(frame, at, author, "wish.submitted", Wish, wish, after={"title": plan.title})
    first = "declined" if plan.state == "declined" else "published"
    if moderated[1]:
        before, after = {"state": "submitted"}, {"state": first}
        note(frame, moderated[1], moderated[0], f"wish.{first}", Wish, wish, Place(), before, after)
    if answered[1] and plan.state in ("planned", "done"):
        before, after = {"state": "published"}, {"state": plan.state}
        note(frame, answered[1], answered[0], f"wish.{plan.state}", Wish, wish, Place(), before, after)
