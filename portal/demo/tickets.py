"""Which tickets an event has had: those placed by hand, and two years of others drawn by chance."""

from collections.abc import Iterator
from datetime import date, timedelta

from portal.demo import content
from portal.demo.conversation import Draft
from portal.demo.course import natural_course, placed_course, placed_minutes
from portal.demo.customers import Stage
from portal.demo.dice import dice
from portal.demo.frame import HISTORY, Frame, Someone
from portal.demo.moments import business_before, clock_changes, moment_on, zone_of
from portal.demo.plans import ScenePlan, ThreadPlan
from portal.demo.words import Words

FEWEST = 24
ATTENDEES_PER_TICKET = 40
SETTLING_IN = timedelta(days=2)
JUST_CHANGED = timedelta(days=3)


def tickets_of(frame: Frame, stage: Stage) -> Iterator[Draft]:
    """The tickets of an event, not yet written. No conversation happens twice at the same event."""
    chance = dice("tickets", stage.event.slug)
    words = Words(stage, chance)
    placed = [plan for plan in content.scenes() if stage.customer.is_first and plan.event == stage.plan.key]
    for plan in placed:
        yield _placed(frame, words, plan)
    told = {plan.thread for plan in placed}
    fitting = [each for each in content.threads() if each.suits(stage.plan) and each.key not in told]
    timely = [(thread, days) for thread in fitting if (days := _days_for(frame, stage, thread))]
    wanted = FEWEST + stage.plan.attendees // ATTENDEES_PER_TICKET
    for thread, (first, last) in chance.sample(timely, min(wanted, len(timely))):
        yield _drawn(frame, words, thread, first + timedelta(days=chance.randint(0, (last - first).days)))


def _days_for(frame: Frame, stage: Stage, thread: ThreadPlan) -> tuple[date, date] | None:
    """The days on which such a conversation can have begun; None when all of them are out of reach."""
    origin = stage.opened_at.date() if thread.from_opening else stage.starts_on
    settled = (stage.opened_at + SETTLING_IN).date()
    first = max(origin + timedelta(days=thread.when[0]), settled, frame.today - HISTORY)
    last = min(origin + timedelta(days=thread.when[1]), frame.today - timedelta(days=1))
    if first > last or not thread.after_clock_change:
        return (first, last) if first <= last else None
    changes = clock_changes(first, last, zone_of(stage.plan.zone))
    return (changes[-1], min(changes[-1] + JUST_CHANGED, last)) if changes else None


def _drawn(frame: Frame, words: Words, thread: ThreadPlan, day: date) -> Draft:
    stage = words.stage
    chance = dice("ticket", stage.event.slug, thread.key)
    opened_at = moment_on(day, stage.plan.zone, chance)
    course = natural_course(frame, thread, opened_at, stage.plan.zone, chance)
    known = [each.who for each in stage.contacts if each.since < opened_at]
    author = chance.choice(known)
    others = [who for who in known if who is not author]
    colleague = chance.choice(others) if others else None
    return Draft(words, thread, course, author, colleague, chance.choice(stage.agents), chance)


def _placed(frame: Frame, words: Words, plan: ScenePlan) -> Draft:
    hours = frame.edition.hours
    thread = next(each for each in content.threads() if each.key == plan.thread)
    ends_at = business_before(frame.now, plan.ago, hours)
    before = placed_minutes(thread, plan.shown)
    opened_at = business_before(ends_at, before, hours) if before else ends_at
    claimed, contacts = plan.agent is not None, [each.who for each in words.stage.contacts]
    course = placed_course(
        frame,
        thread,
        plan.shown,
        ends_at,
        opened_at,
        claimed=claimed,
        closed=plan.closed,
        by_load=plan.by_load,
    )
    chance = dice("scene", plan.event, plan.thread)
    author = frame.people[plan.author] if plan.author else chance.choice(_not_of_the_cast(contacts))
    colleague = next((who for who in contacts if who is not author), None)
    agent = frame.people[plan.agent] if plan.agent else words.stage.agents[0]
    return Draft(words, thread, course, author, colleague, agent, chance, plan)


def _not_of_the_cast(contacts: list[Someone]) -> list[Someone]:
    return [who for who in contacts if "@demo." not in who.email]
