"""Help articles for tests, written straight to the tables."""

from typing import Any

from portal.accounts.models import Person
from portal.articles.models import Article, Category, Version
from portal.clock import now
from portal.db import db


def article(author: Person, title: str, body: str = "Text.", **changes: Any) -> Article:
    """A published article for everyone, on the first shelf; `changes` make it another."""
    shelf = db.session.scalar(db.select(Category)) or Category(name="Badges", position=1)
    db.session.add(shelf)
    db.session.flush()
    state = changes.get("state", "published")
    values: dict[str, Any] = {
        "category_id": shelf.id, "audience": "everyone", "state": state,
        "published_at": now() if state == "published" else None, "retired_at": now() if state == "retired" else None,
    }  # fmt: skip
    made = Article(title=title, body=body, **values | changes)
    db.session.add(made)
    db.session.flush()
    db.session.add(
        Version(article_id=made.id, number=1, title=title, body=body, reason="First", author_id=author.id)
    )
    db.session.commit()
    return made
