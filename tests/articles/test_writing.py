"""Versions, publishing and retiring: the services."""

from typing import Any

import pytest
from sqlalchemy import Select, text
from sqlalchemy.exc import DBAPIError

from portal.articles.changes import changed_lines
from portal.articles.models import Article, Category, Version
from portal.articles.queries import readable_articles, visible_articles
from portal.articles.shelves import add_category, move_category, remove_category, rename_category
from portal.articles.writing import Draft, create_article, publish_article, retire_article, revise_article
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from tests.articles.shelf import article
from tests.people import World


@pytest.fixture
def shelf(world: World) -> Category:
    return add_category(world.actor("agent"), "Badges")


def draft(shelf: Category, **changes: Any) -> Draft:
    values = {"title": "Print badges", "body": "First.", "audience": "everyone", "reason": "Asked often"}
    return Draft(**values | {"category_id": shelf.id} | changes)


def begun(world: World, shelf: Category, *, publish: bool = True) -> Article:
    return create_article(world.actor("agent"), draft(shelf), publish=publish, form_key="k")


def keys(articles: Select[Article]) -> list[int]:
    return [found.id for found in db.session.scalars(articles)]


def audited(subject: Article) -> list[str]:
    own = db.select(AuditEntry.action).where(
        AuditEntry.subject_type == "article", AuditEntry.subject_id == subject.id
    )
    return list(db.session.scalars(own.order_by(AuditEntry.id)))


def test_a_draft_is_for_writers_until_it_is_published(world: World, shelf: Category) -> None:
    made = begun(world, shelf, publish=False)
    assert keys(readable_articles(world.actor("agent"))) == []
    assert keys(visible_articles(world.actor("moderator"))) == [made.id]
    assert keys(visible_articles(world.actor("admin"))) == []
    publish_article(world.actor("moderator"), made.id, seen=1)
    assert keys(readable_articles(world.actor("nobody"))) == [made.id]
    assert audited(made) == ["article.written", "article.published"]


def test_the_same_form_sent_twice_gives_one_article(world: World, shelf: Category) -> None:
    assert begun(world, shelf).id == begun(world, shelf).id
    assert db.session.scalar(db.select(db.func.count(Version.id))) == 1


def test_readers_keep_the_published_version_until_the_next_is_published(
    world: World, shelf: Category
) -> None:
    made = begun(world, shelf)
    revised = revise_article(
        world.actor("agent"), made.id, draft(shelf, title="Now", body="Second."), publish=False, seen=1
    )
    assert (revised.title, revised.body, revised.number, revised.has_newer) == (
        "Print badges",
        "First.",
        1,
        True,
    )
    shown = publish_article(world.actor("manager"), made.id, seen=2)
    assert (shown.title, shown.body, shown.number, shown.has_newer) == ("Now", "Second.", 2, False)
    reasons = db.session.scalars(db.select(Version.reason).order_by(Version.number)).all()
    assert reasons == ["Asked often", "Asked often"]


def test_two_who_edit_at_once_do_not_lose_each_others_text(world: World, shelf: Category) -> None:
    made = begun(world, shelf)
    revise_article(world.actor("agent"), made.id, draft(shelf, body="Mine."), publish=True, seen=1)
    with pytest.raises(Invalid) as refused:
        revise_article(world.actor("manager"), made.id, draft(shelf, body="Theirs."), publish=True, seen=1)
    assert "version 2" in refused.value.fields["body"]
    with pytest.raises(Conflict):
        publish_article(world.actor("manager"), made.id, seen=1)


def test_a_retired_article_is_gone_for_readers_and_can_come_back(world: World, shelf: Category) -> None:
    made = begun(world, shelf)
    retire_article(world.actor("agent"), made.id)
    assert keys(readable_articles(world.actor("agent"))) == []
    with pytest.raises(Conflict):
        retire_article(world.actor("agent"), made.id)
    publish_article(world.actor("agent"), made.id, seen=1)
    assert keys(readable_articles(world.actor("nobody"))) == [made.id]
    with pytest.raises(Conflict):
        publish_article(world.actor("agent"), made.id, seen=1)


@pytest.mark.parametrize(
    "statement", ["UPDATE article_version SET body = 'x'", "DELETE FROM article_version"]
)
def test_the_database_refuses_to_change_a_version(world: World, statement: str) -> None:
    article(world.agent, "One")
    with pytest.raises(DBAPIError):
        db.session.execute(text(statement))
    db.session.rollback()


@pytest.mark.parametrize(
    "changes", [{"audience": "the press"}, {"category_id": None}, {"category_id": 10**12}]
)
def test_what_is_no_choice_is_refused(world: World, shelf: Category, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        create_article(world.actor("agent"), draft(shelf, **changes), publish=False, form_key="x")


@pytest.mark.parametrize("who", ["contact", "organiser", "admin"])
def test_only_writers_write(world: World, shelf: Category, who: str) -> None:
    made = begun(world, shelf)
    actor = world.actor(who)
    with pytest.raises(Forbidden):
        create_article(actor, draft(shelf), publish=False, form_key="mine")
    with pytest.raises(Forbidden):
        revise_article(actor, made.id, draft(shelf), publish=False, seen=1)
    with pytest.raises(Forbidden):
        retire_article(actor, made.id)
    with pytest.raises(Forbidden):
        add_category(actor, "Mine")


def test_an_article_is_not_written_out_of_a_ticket_that_is_not_there(world: World, shelf: Category) -> None:
    with pytest.raises(NotFound):
        create_article(world.actor("agent"), draft(shelf), publish=False, form_key="x", ticket_id=10**9)


def test_categories_keep_the_order_that_staff_give_them(world: World, shelf: Category) -> None:
    agent = world.actor("agent")
    for name in ("Imports", "Certificates"):
        add_category(agent, name)
    last = db.session.scalars(db.select(Category).where(Category.name == "Certificates")).one()
    move_category(agent, last.id, up=True)
    move_category(agent, shelf.id, up=True)
    assert order() == ["Badges", "Certificates", "Imports"]
    move_category(agent, shelf.id, up=False)
    assert order() == ["Certificates", "Badges", "Imports"]
    with pytest.raises(Invalid):
        rename_category(agent, shelf.id, "imports")
    rename_category(agent, shelf.id, "Labels")
    begun(world, shelf)
    with pytest.raises(Conflict):
        remove_category(agent, shelf.id)
    assert remove_category(agent, last.id) == "Certificates"
    assert order() == ["Labels", "Imports"]


def order() -> list[str]:
    db.session.expire_all()
    return list(db.session.scalars(db.select(Category.name).order_by(Category.position)))


def test_changes_are_told_line_by_line_and_word_by_word() -> None:
    lines = changed_lines("Kept.\nOne two three.\nGone.", "Kept.\nOne 2 three.\nGone.\nNew.")
    assert [line.kind for line in lines] == ["kept", "changed", "kept", "new"]
    assert [(piece.kind, piece.text) for piece in lines[1].pieces] == [
        ("kept", "One "), ("gone", "two"), ("new", "2"), ("kept", " three."),
    ]  # fmt: skip
    assert changed_lines("", "") == []
    assert [line.kind for line in changed_lines("a", "")] == ["gone"]


def test_texts_of_any_size_are_compared_in_a_moment() -> None:
    assert changed_lines("x\n" * 15_000, "y\n" * 15_000)
    assert changed_lines("a b " * 7_000, "b a " * 7_000)
