"""Finding what is no ticket: help articles, wishes and events, each as far as the searcher may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.actor import Actor
from portal.accounts.models import Organisation
from portal.articles.models import Article
from portal.articles.queries import readable_articles
from portal.db import db
from portal.events.models import Event
from portal.events.queries import visible_events
from portal.search.words import BEST_PART, ENGLISH, WHOLE_TEXT, any_of, holds, wanted
from portal.wishlist.models import Wish
from portal.wishlist.models_words import WishWords
from portal.wishlist.queries import WORDS, listed_with, unlisted_with, visible_wishes

SNIPPET_FROM = 4_000
RANKED_MOST = 500


@dataclass(frozen=True)
class FoundArticle:
    """A help article, its title and the best part of its text with the words marked."""

    article: Article
    title: str
    part: str


@dataclass(frozen=True)
class FoundWish:
    """A wish, its title and the best part of its text with the words marked."""

    wish: Wish
    title: str
    part: str


def found_articles(actor: Actor, words: str, limit: int, offset: int) -> list[FoundArticle]:
    """The articles for the actor that match, the best first. One query."""
    query = wanted(words)
    plain = func.regexp_replace(func.left(Article.body, SNIPPET_FROM), "[#*_`|>]+", " ", "g")
    matching = (
        readable_articles(actor).where(holds(Article.words, query)).options(joinedload(Article.category))
    )
    shown = matching.add_columns(
        func.ts_headline(ENGLISH, Article.title, any_of(words), WHOLE_TEXT),
        func.ts_headline(ENGLISH, plain, any_of(words), BEST_PART),
    )
    best = shown.order_by(func.ts_rank(Article.words, query).desc(), Article.id)
    return [FoundArticle(*row) for row in db.session.execute(best.limit(limit).offset(offset))]


def found_wishes(actor: Actor, words: str, limit: int, offset: int) -> list[FoundWish]:
    """The wishes that the actor may know of and that match, the best of the RANKED_MOST most useful first. One query.

    None without the right.
    """
    if not actor.may("wish:read"):
        return []
    query = wanted(words)
    matching = visible_wishes(actor).where(or_(listed_with(query), unlisted_with(query)))
    most_useful = matching.order_by(Wish.score.desc(), Wish.id).limit(RANKED_MOST).with_only_columns(Wish.id)
    shown = (
        select(Wish)
        .where(Wish.id.in_(most_useful))
        .outerjoin(WishWords, WishWords.wish_id == Wish.id)
        .add_columns(
            func.ts_headline(ENGLISH, Wish.title, any_of(words), WHOLE_TEXT),
            func.ts_headline(ENGLISH, func.left(Wish.problem, SNIPPET_FROM), any_of(words), BEST_PART),
        )
    )
    rank = func.ts_rank(func.coalesce(WishWords.words, WORDS), query)
    best = shown.order_by(rank.desc(), Wish.score.desc(), Wish.id)
    return [FoundWish(*row) for row in db.session.execute(best.limit(limit).offset(offset))]


def found_events(actor: Actor, words: str, limit: int, offset: int) -> Sequence[Event]:
    """The visible events with all of `words` in their name, place or organisation's name, the latest first. One query."""
    columns = (Event.name, Event.place, Organisation.name)
    named = [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words.split()]
    matching = visible_events(actor).join(Event.organisation).options(contains_eager(Event.organisation))
    ordered = matching.where(and_(*named)).order_by(Event.starts_on.desc(), Event.id)
    return db.session.scalars(ordered.limit(limit).offset(offset)).all() if named else []
