"""Keeping the categories of help articles, and their order."""

from collections.abc import Sequence

from sqlalchemy import func, select, text

from portal.accounts.actor import Actor
from portal.articles.models import Article, Category
from portal.articles.queries import categories
from portal.audit.record import record
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, NotFound


@use_case
def add_category(actor: Actor, name: str) -> Category:
    """Add a shelf after the others. Raises Invalid (field `name`) when there is one of this name."""
    actor.require("article:write")
    _hold_order()
    _free(name)
    last = db.session.scalar(select(func.max(Category.position))) or 0
    category = Category(name=name, position=last + 1)
    db.session.add(category)
    db.session.flush()
    record(actor, "article_category.added", category, after={"name": name})
    return category


@use_case
def rename_category(actor: Actor, category_id: int, name: str) -> Category:
    """Give a shelf another name. Raises Invalid (field `name`) when another has it, NotFound."""
    category = _held(actor, category_id)
    if category.name != name:
        _free(name)
        record(
            actor, "article_category.renamed", category, before={"name": category.name}, after={"name": name}
        )
        category.name = name
    return category


@use_case
def move_category(actor: Actor, category_id: int, *, up: bool) -> Category:
    """Move a shelf by one place; the first stays first and the last last. Raises NotFound."""
    category = _held(actor, category_id)
    order = list(categories())
    here = order.index(category)
    there = max(0, here - 1) if up else min(len(order) - 1, here + 1)
    if here != there:
        order.insert(there, order.pop(here))
        _number(order)
        places = ({"place": here + 1}, {"place": there + 1})
        record(actor, "article_category.moved", category, before=places[0], after=places[1])
    return category


@use_case
def remove_category(actor: Actor, category_id: int) -> str:
    """Remove an empty shelf; its name. Raises Conflict while an article stands on it, NotFound."""
    category = _held(actor, category_id)
    if db.session.scalar(select(Article.id).where(Article.category_id == category_id).limit(1)):
        raise Conflict(f"“{category.name}” holds articles. Move them to another category first.")
    record(actor, "article_category.removed", category, before={"name": category.name})
    db.session.delete(category)
    return category.name


def _held(actor: Actor, category_id: int) -> Category:
    actor.require("article:write")
    _hold_order()
    category = db.session.get(Category, category_id)
    if category is None:
        raise NotFound
    return category


def _hold_order() -> None:
    # One at a time: the places of all shelves belong together, and there are few of them.
    db.session.execute(text("LOCK TABLE article_category IN SHARE ROW EXCLUSIVE MODE"))


def _free(name: str) -> None:
    if db.session.scalar(select(Category.id).where(func.lower(Category.name) == name.lower())):
        raise Invalid(name="There is a category of this name.")


def _number(order: Sequence[Category]) -> None:
    for place, category in enumerate(order, start=1):
        category.position = place
