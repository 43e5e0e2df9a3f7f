"""Reading help articles: every reading starts from what the actor may see."""

from collections.abc import Sequence

from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.orm import contains_eager, defer, joinedload
from sqlalchemy.sql.elements import ColumnElement

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.articles.models import Article, Category, Version
from portal.db import db
from portal.errors import NotFound
from portal.search.stems import ASKED, shared_with

AUDIENCES = ("everyone", "contacts", "organisers", "staff")
ENGLISH: ColumnElement[str] = literal_column("'english'")
READ_WORDS = 2_000
LISTED_MOST = 500
FOUND_MOST = 50

_SHARED = shared_with("article.words")
_IN_TITLE = shared_with("article.words", "A")
_ENOUGH: ColumnElement[int] = literal_column("greatest(2, cardinality(asked.stems) / 6)")
_ENOUGH_IN_TITLE: ColumnElement[int] = literal_column(
    "CASE WHEN cardinality(asked.stems) > 8 THEN 2 ELSE 1 END"
)


def audiences_of(actor: Actor) -> frozenset[str]:
    """For whom the articles are that `actor` reads: staff read those for anybody."""
    if actor.is_staff or actor.is_system:
        return frozenset(AUDIENCES)
    held = {"contacts": actor.contact_event_ids, "organisers": actor.organisation_ids}
    return frozenset({"everyone", *(audience for audience, places in held.items() if places)})


def readable_articles(actor: Actor) -> Select[Article]:
    """The published articles for the actor: what readers find, whoever they are."""
    return select(Article).where(Article.state == "published", Article.audience.in_(audiences_of(actor)))


def visible_articles(actor: Actor) -> Select[Article]:
    """The articles `actor` may know of: whoever writes them sees drafts and retired ones too."""
    return select(Article) if actor.may("article:write", NOWHERE) else readable_articles(actor)


def article_scope(actor: Actor, article_id: int) -> Scope | None:
    """Where the actor's rights over an article hold: in no place in particular; None when they may not know of it."""
    visible = visible_articles(actor).with_only_columns(Article.id)
    return NOWHERE if db.session.scalar(visible.where(Article.id == article_id)) else None


def article_for(actor: Actor, article_id: int) -> Article:
    """An article with its category. Raises NotFound when the actor may not know of it."""
    visible = visible_articles(actor).where(Article.id == article_id)
    return _found(db.session.scalar(visible.options(joinedload(Article.category))))


def locked_article(actor: Actor, article_id: int) -> Article:
    """An article as it is now, held until the transaction closes. Raises NotFound when it cannot be seen."""
    held = visible_articles(actor).where(Article.id == article_id).with_for_update(key_share=True)
    return _found(db.session.scalar(held.execution_options(populate_existing=True)))


def readable_by_category(actor: Actor) -> list[tuple[Category, list[Article]]]:
    """What the actor can read, shelf by shelf in the staff's order, each by title. One query."""
    listed = readable_articles(actor).join(Article.category)
    listed = listed.options(contains_eager(Article.category), defer(Article.body, raiseload=True))
    ordered = listed.order_by(Category.position, Category.id, Article.title, Article.id).limit(LISTED_MOST)
    shelves: dict[Category, list[Article]] = {}
    for article in db.session.scalars(ordered):
        shelves.setdefault(article.category, []).append(article)
    return list(shelves.items())


def neighbours(actor: Actor, article: Article) -> Sequence[Article]:
    """The other articles on the same shelf that the actor can read, by title; a dozen at most."""
    beside = readable_articles(actor).where(
        Article.category_id == article.category_id, Article.id != article.id
    )
    listed = beside.options(defer(Article.body, raiseload=True)).order_by(Article.title, Article.id)
    return db.session.scalars(listed.limit(12)).all()


def articles_with(actor: Actor, words: str) -> Sequence[Article]:
    """What the actor can read that has all of `words`, as people type them into a search; the best first."""
    query = func.websearch_to_tsquery(ENGLISH, readable_words(words))
    found = readable_articles(actor).where(Article.words.op("@@", is_comparison=True)(query))
    best = found.order_by(func.ts_rank(Article.words, query).desc(), Article.id).limit(FOUND_MOST)
    return db.session.scalars(best.options(joinedload(Article.category))).all()


def suggested_articles(actor: Actor, words: str, limit: int = 3) -> Sequence[Article]:
    """Articles for the actor that may answer what they typed, closest first; none for no words. One query.

    An article counts when it shares two words with what was typed (more of a long text), or one with its title.
    """
    near = readable_articles(actor).join(ASKED, Article.words.op("@@", is_comparison=True)(ASKED.c.query))
    close = near.where((_IN_TITLE >= _ENOUGH_IN_TITLE) | (_SHARED >= _ENOUGH))
    closest = func.ts_rank(Article.words, ASKED.c.query).desc()
    ranked = close.order_by(_IN_TITLE.desc(), closest, Article.id).limit(limit)
    return db.session.scalars(ranked.params(typed=readable_words(words))).all()


def version_of(article: Article, number: int) -> Version:
    """A version of an article that was found to be visible, with its author. Raises NotFound for no such number."""
    versions = select(Version).where(Version.article_id == article.id, Version.number == number)
    found = db.session.scalar(versions.options(joinedload(Version.author)))
    if found is None:
        raise NotFound
    return found


def versions_of(article: Article) -> Sequence[Version]:
    """Every version of an article that was found to be visible, the newest first, with their authors."""
    versions = select(Version).where(Version.article_id == article.id).order_by(Version.number.desc())
    return db.session.scalars(versions.options(joinedload(Version.author))).all()


def categories() -> Sequence[Category]:
    """The shelves, in the staff's order."""
    return db.session.scalars(select(Category).order_by(Category.position, Category.id)).all()


def counted_categories() -> Sequence[tuple[Category, int]]:
    """The shelves, in the staff's order, each with how many articles it holds in whatever state."""
    held = select(func.count(Article.id)).where(Article.category_id == Category.id).scalar_subquery()
    ordered = select(Category, held).order_by(Category.position, Category.id)
    return [(category, count) for category, count in db.session.execute(ordered)]


def category_scope(actor: Actor, category_id: int) -> Scope | None:
    """Where rights over a shelf hold: in no place in particular; None for who does not write articles."""
    if not actor.may("article:write", NOWHERE):
        return None
    return NOWHERE if db.session.get(Category, category_id) else None


def category_for(category_id: int) -> Category:
    """A shelf. Raises NotFound for an unknown one."""
    found = db.session.get(Category, category_id)
    if found is None:
        raise NotFound
    return found


def readable_words(words: str) -> str:
    """As much of what was typed as is looked for, without what PostgreSQL cannot hold."""
    return words.replace("\x00", " ")[:READ_WORDS]


def _found(article: Article | None) -> Article:
    if article is None:
        raise NotFound
    return article
