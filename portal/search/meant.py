"""What was perhaps meant, where nothing was found: known words that are spelled nearly like what was typed."""

import re
from difflib import get_close_matches

from sqlalchemy import func, select, union_all

from portal.accounts.actor import Actor
from portal.articles.models import Article
from portal.articles.queries import readable_articles
from portal.db import db
from portal.search.asked import Asked
from portal.search.words import SIMPLE
from portal.wishlist.models import LISTED, Wish
from portal.wishlist.queries import visible_wishes

PLAIN = re.compile(r"[\w\s]+")
SHORTEST, MOST = 4, 8
NEAR = 0.8
READ_FROM = 300


def perhaps_meant(actor: Actor, asked: Asked) -> str | None:
    """The same words with each unknown one put right, where a known one is near; None where there is none. One query.

    Known are the words of help articles and published wishes, as far as the actor may read them.
    """
    typed = asked.words.lower().split()
    if asked.narrows_tickets or not PLAIN.fullmatch(asked.words) or len(typed) > MOST:
        return None
    known = _known_words(actor)
    right = [word if len(word) < SHORTEST or word in known else _near(word, known) for word in typed]
    return " ".join(right) if right != typed else None


def _near(word: str, known: set[str]) -> str:
    return next(iter(get_close_matches(word, known, n=1, cutoff=NEAR)), word)


def _known_words(actor: Actor) -> set[str]:
    articles = readable_articles(actor).with_only_columns((Article.title + " " + Article.body).label("text"))
    wishes = visible_wishes(actor).where(Wish.state.in_(LISTED)) if actor.may("wish:read") else None
    texts = [articles.order_by(Article.id.desc()).limit(READ_FROM)]
    if wishes is not None:
        listed = wishes.with_only_columns((Wish.title + " " + Wish.problem).label("text"))
        texts.append(listed.order_by(Wish.score.desc()).limit(READ_FROM))
    read = union_all(*[select(text.subquery()) for text in texts]).subquery()
    words = func.unnest(func.tsvector_to_array(func.to_tsvector(SIMPLE, func.left(read.c.text, 20_000))))
    return set(db.session.scalars(select(words).distinct()))
