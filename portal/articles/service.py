"""Readers of help articles: what they say of them, and the tickets they did not need to send."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.actor import Actor
from portal.articles.models import Article, Sparing, Verdict, Version
from portal.articles.queries import readable_articles
from portal.clock import now
from portal.db import db, use_case
from portal.errors import NotFound


@use_case
def note_spared(actor: Actor, article_id: int, *, form_key: str) -> bool:
    """Note that an article answered what would have been a ticket; `form_key` is that of the ticket's form.

    A form spares one ticket, whatever is clicked how often: False when that was noted before. Raises
    NotFound when the actor cannot read the article, Forbidden when nobody has signed in.
    """
    version = _read(actor, article_id)
    noted = insert(Sparing).values(
        version_id=version, person_id=actor.id, form_key=actor.own_key(form_key), spared_at=now()
    )
    once = noted.on_conflict_do_nothing(index_elements=[Sparing.form_key]).returning(Sparing.id)
    return db.session.scalar(once) is not None


@use_case
def judge_article(actor: Actor, article_id: int, *, helped: bool, words: str, reader: str) -> bool:
    """Take a reader's answer to "Did this help?", with what they say of it.

    `reader` stands for the browser of somebody who has not signed in. A person, or a browser, answers once
    for each version: False when they had. Raises NotFound when the actor cannot read the article.
    """
    version = _read(actor, article_id)
    who = f"person:{actor.person_id}" if actor.is_signed_in else f"browser:{reader}"
    given = insert(Verdict).values(version_id=version, reader=who, helped=helped, words=words, given_at=now())
    once = given.on_conflict_do_nothing(index_elements=[Verdict.version_id, Verdict.reader])
    return db.session.scalar(once.returning(Verdict.id)) is not None


def _read(actor: Actor, article_id: int) -> int:
    shown = select(Version.id).join(
        Article, (Article.id == Version.article_id) & (Article.number == Version.number)
    )
    readable = readable_articles(actor).with_only_columns(Article.id)
    found = db.session.scalar(shown.where(Article.id == article_id, Article.id.in_(readable)))
    if found is None:
        raise NotFound
    return found
