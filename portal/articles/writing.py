"""Writing help articles: new versions, publishing them, and taking articles back."""

from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.articles.models import Article, Category, Version
from portal.articles.queries import AUDIENCES, locked_article, visible_articles
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid
from portal.tickets.queries import ticket_for


@dataclass(frozen=True)
class Draft:
    """What somebody wrote: the text, for whom it is and on which shelf, and why it was written."""

    title: str
    body: str
    category_id: int | None
    audience: str
    reason: str


@use_case
def create_article(
    actor: Actor, draft: Draft, *, publish: bool, form_key: str, ticket_id: int | None = None
) -> Article:
    """Begin an article with its first version, for readers at once where `publish` says so.

    The same form sent twice gives the same article. `ticket_id` is what it was written out of. Raises
    Invalid (fields `category_id`, `audience`), NotFound for a ticket that the actor cannot see.
    """
    actor.require("article:write")
    key = actor.own_key(form_key)
    begun = db.session.scalar(visible_articles(actor).where(Article.form_key == key))
    if begun is not None:
        return begun
    article = Article(
        title=draft.title, body=draft.body, category_id=_shelf(draft), audience=_audience(draft), form_key=key,
        ticket_id=ticket_for(actor, ticket_id).id if ticket_id else None, number=1, latest_number=1,
    )  # fmt: skip
    db.session.add(article)
    db.session.flush()
    _keep_version(actor, article, draft)
    record(actor, "article.written", article, after=_facts(article))
    if publish:
        _publish(actor, article)
    return article


@use_case
def revise_article(actor: Actor, article_id: int, draft: Draft, *, publish: bool, seen: int) -> Article:
    """Write the next version, of which readers learn when it is published; `seen` is the one it began from.

    Shelf and audience change at once. Raises Invalid (fields `category_id`, `audience`, and `body` when
    somebody wrote a newer version meanwhile), NotFound.
    """
    article = _held(actor, article_id)
    if article.latest_number != seen:
        raise Invalid(body=_overtaken(article))
    before = _facts(article)
    article.latest_number += 1
    article.category_id, article.audience = _shelf(draft), _audience(draft)
    _keep_version(actor, article, draft)
    if article.state == "draft":
        _show_latest(article, draft.title, draft.body)
    db.session.flush()
    record(actor, "article.revised", article, before=before, after=_facts(article))
    if publish:
        _publish(actor, article)
    return article


@use_case
def publish_article(actor: Actor, article_id: int, *, seen: int) -> Article:
    """Give readers the newest version, which `seen` names. Raises Conflict when there is a newer one, NotFound."""
    article = _held(actor, article_id)
    if article.latest_number != seen:
        raise Conflict(
            f"Somebody wrote version {article.latest_number} meanwhile: read that one before publishing it."
        )
    if article.state == "published" and not article.has_newer:
        raise Conflict(f"“{article.title}” is published already.")
    _publish(actor, article)
    return article


@use_case
def retire_article(actor: Actor, article_id: int) -> Article:
    """Take an article from its readers; it can be published again. Raises Conflict when it is retired, NotFound."""
    article = _held(actor, article_id)
    if article.state == "retired":
        raise Conflict(f"“{article.title}” is retired already.")
    before = _facts(article)
    article.state, article.retired_at = "retired", now()
    db.session.flush()
    record(actor, "article.retired", article, before=before, after=_facts(article))
    return article


def _held(actor: Actor, article_id: int) -> Article:
    article = locked_article(actor, article_id)
    actor.require("article:write")
    return article


def _publish(actor: Actor, article: Article) -> None:
    before = _facts(article)
    newest = select(Version).where(Version.article_id == article.id, Version.number == article.latest_number)
    version = db.session.scalars(newest).one()
    _show_latest(article, version.title, version.body)
    article.state, article.retired_at, article.published_at = "published", None, now()
    db.session.flush()
    record(actor, "article.published", article, before=before, after=_facts(article))


def _show_latest(article: Article, title: str, body: str) -> None:
    article.number, article.title, article.body = article.latest_number, title, body


def _keep_version(actor: Actor, article: Article, draft: Draft) -> None:
    db.session.add(
        Version(
            article_id=article.id,
            number=article.latest_number,
            title=draft.title,
            body=draft.body,
            reason=draft.reason,
            author_id=actor.id,
        )
    )
    db.session.flush()


def _shelf(draft: Draft) -> int:
    if draft.category_id is None or db.session.get(Category, draft.category_id) is None:
        raise Invalid(category_id="Choose a category from the list.")
    return draft.category_id


def _audience(draft: Draft) -> str:
    if draft.audience not in AUDIENCES:
        raise Invalid(audience="Choose for whom it is.")
    return draft.audience


def _facts(article: Article) -> dict[str, object]:
    return {
        "title": article.title, "state": article.state, "version": article.number,
        "newest": article.latest_number, "audience": article.audience, "category_id": article.category_id,
    }  # fmt: skip


def _overtaken(article: Article) -> str:
    return (
        f"Somebody wrote version {article.latest_number} meanwhile. What you typed is kept here: compare it with"
        " that version, and save again to put yours after it."
    )
