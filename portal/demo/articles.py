"""Writing the help articles with their versions, what readers said, and the tickets they spared."""

import random
from datetime import datetime, timedelta
from typing import Any

from portal.articles.models import Article, Category, Sparing, Verdict, Version
from portal.demo import content
from portal.demo.customers import Customer
from portal.demo.dice import dice
from portal.demo.frame import Frame, Someone, note
from portal.demo.moments import moment_on
from portal.demo.plans import ArticlePlan


def write_articles(frame: Frame, customers: list[Customer]) -> None:
    """Write the categories and articles once, however many customers there are."""
    shelves: dict[str, int] = {}
    for place, name in enumerate(content.article_categories(), start=1):
        shelves[name] = frame.rows.add(Category, name=name, position=place)
    readers = [who for customer in customers if customer.is_first for who in customer.people]
    for plan in content.articles():
        _write_article(frame, plan, shelves[plan.category], readers)


def _write_article(frame: Frame, plan: ArticlePlan, shelf: int, readers: list[Someone]) -> None:
    chance = dice("article", plan.title)
    author = frame.team.agents[plan.by % len(frame.team.agents)]
    moments = [_moment(frame, version.days_ago, author, chance) for version in plan.versions]
    last, newest = len(plan.versions), plan.versions[-1]
    key = frame.rows.add(
        Article, category_id=shelf, audience=plan.audience, state=plan.state, title=plan.title, body=newest.body,
        number=last, latest_number=last, created_at=moments[0],
        published_at=None if plan.state == "draft" else moments[-1],
        retired_at=_retired(moments[-1]) if plan.state == "retired" else None,
    )  # fmt: skip
    for number, (version, at) in enumerate(zip(plan.versions, moments, strict=True), start=1):
        written = frame.rows.add(
            Version, article_id=key, number=number, title=plan.title, body=version.body, reason=version.reason,
            author_id=author.id, written_at=at,
        )  # fmt: skip
        _note_version(frame, plan, key, author, number, at, shelf)
    if plan.state == "retired":
        before, after = {"state": "published"}, {"state": "retired"}
        note(
            frame, _retired(moments[-1]), author, "article.retired", Article, key, before=before, after=after
        )
    _write_readers(frame, plan, written, moments[-1], readers, chance)


def _note_version(
    frame: Frame, plan: ArticlePlan, key: int, author: Someone, number: int, at: datetime, shelf: int
) -> None:
    facts: dict[str, Any] = {
        "title": plan.title,
        "audience": plan.audience,
        "category_id": shelf,
        "newest": number,
    }
    if number == 1:
        note(frame, at, author, "article.written", Article, key, after=facts)
    else:
        note(frame, at, author, "article.revised", Article, key, before={"newest": number - 1}, after=facts)
    if plan.state != "draft":
        before = {"state": "draft" if number == 1 else "published", "version": max(1, number - 1)}
        after = {"state": "published", "version": number}
        note(frame, at, author, "article.published", Article, key, before=before, after=after)


def _write_readers(
    frame: Frame,
    plan: ArticlePlan,
    version: int,
    since: datetime,
    readers: list[Someone],
    chance: random.Random,
) -> None:
    """What readers said, some of them with words, and the tickets that were not sent, spread over the time since."""
    answers = [True] * plan.helped + [False] * plan.not_helped
    chance.shuffle(answers)
    for number, helped in enumerate(answers):
        words = plan.words[number] if number < len(plan.words) else ""
        frame.rows.add(
            Verdict, version_id=version, reader=f"browser:demo-{number}", helped=helped, words=words,
            given_at=_later(frame, since, chance),
        )  # fmt: skip
    for number in range(plan.spared):
        who = chance.choice(readers)
        frame.rows.add(
            Sparing, version_id=version, person_id=who.id, spared_at=_later(frame, since, chance),
            form_key=f"{who.id}:demo-{version}-{number}",
        )  # fmt: skip


def _moment(frame: Frame, days_ago: int, author: Someone, chance: random.Random) -> datetime:
    return moment_on(frame.today - timedelta(days=days_ago), author.zone, chance)


def _later(frame: Frame, since: datetime, chance: random.Random) -> datetime:
    return since + (frame.now - since) * chance.random()


def _retired(published: datetime) -> datetime:
    return published + timedelta(days=300)
