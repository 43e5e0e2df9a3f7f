"""What became of help articles, for those who write them: whom they helped, and the tickets they spared."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from portal.accounts.actor import Actor
from portal.articles.models import Article, Category, Sparing, Verdict, Version
from portal.articles.queries import visible_articles
from portal.db import db
from portal.paging import Page, page_of

STATES = ("published", "draft", "retired")
SHOWN_WORDS = 20


@dataclass(frozen=True)
class Figures:
    """How many readers an article helped and how many not, and how many tickets it spared: all versions together."""

    helped: int = 0
    not_helped: int = 0
    spared: int = 0

    @property
    def judged(self) -> int:
        """How many readers said whether it helped."""
        return self.helped + self.not_helped


def written_articles(actor: Actor, state: str, cursor: str | None) -> Page[Article]:
    """The articles in `state` by title, with their category. Empty for who does not write articles."""
    actor.require("article:write")
    listed = visible_articles(actor).where(Article.state == state)
    shown = listed.join(Category, Category.id == Article.category_id).options(
        contains_eager(Article.category)
    )
    return page_of(shown, [Article.title, Article.id], cursor)


def figures_of(article_ids: Collection[int]) -> dict[int, Figures]:
    """The figures of each of these articles, in one query."""
    judged = (
        select(
            Version.article_id,
            func.count().filter(Verdict.helped).label("helped"),
            func.count().filter(~Verdict.helped).label("not_helped"),
        )
        .join(Verdict, Verdict.version_id == Version.id)
        .group_by(Version.article_id)
        .subquery()
    )
    spared = (
        select(Version.article_id, func.count().label("spared"))
        .join(Sparing, Sparing.version_id == Version.id)
        .group_by(Version.article_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Article.id, judged.c.helped, judged.c.not_helped, spared.c.spared)
        .outerjoin(judged, judged.c.article_id == Article.id)
        .outerjoin(spared, spared.c.article_id == Article.id)
        .where(Article.id.in_(article_ids))
    )
    return {key: Figures(helped or 0, against or 0, saved or 0) for key, helped, against, saved in rows}


def words_on(article: Article) -> Sequence[tuple[Verdict, int]]:
    """What readers wrote with their answers, the newest first, each with the number of the version it is about."""
    said = (
        select(Verdict, Version.number)
        .join(Version, Version.id == Verdict.version_id)
        .where(Version.article_id == article.id, Verdict.words != "")
        .order_by(Verdict.id.desc())
        .limit(SHOWN_WORDS)
    )
    return [(verdict, number) for verdict, number in db.session.execute(said)]
