"""Two who save the same article at once: one line of versions, and whoever comes second is told."""

from functools import partial

import pytest
from flask import Flask

from portal.accounts.actor import Actor
from portal.articles import writing
from portal.articles.models import Article, Version
from portal.articles.queries import visible_articles
from portal.db import db
from tests.articles.shelf import article
from tests.people import World
from tests.races.contest import at_once, kinds

AT_ONCE = 8
ROUNDS = 3


def _saved(app: Flask, world: World) -> tuple[int, dict[str, int]]:
    """The versions after everybody saved at once, and what each was answered."""
    made = article(world.agent, "One")
    key, agent = made.id, world.actor("agent")
    drafts = [
        writing.Draft("One", f"Text {number}.", made.category_id, "everyone", "Changed")
        for number in range(AT_ONCE)
    ]
    save = partial(writing.revise_article, agent, key, publish=True, seen=1)
    answers = kinds(at_once(app, [partial(save, draft) for draft in drafts]))
    return db.session.scalar(
        db.select(db.func.count(Version.id)).where(Version.article_id == key)
    ) or 0, answers


def test_one_of_those_who_save_at_once_is_taken_and_the_others_are_told(app: Flask, world: World) -> None:
    for _ in range(ROUNDS):
        assert _saved(app, world) == (2, {"Article": 1, "Invalid": AT_ONCE - 1})


def test_control_without_the_lock_only_the_constraint_is_left(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlocked(actor: Actor, article_id: int) -> Article:
        return db.session.scalars(visible_articles(actor).where(Article.id == article_id)).one()

    monkeypatch.setattr(writing, "locked_article", unlocked)
    assert any("IntegrityError" in _saved(app, world)[1] for _ in range(ROUNDS * 2))
