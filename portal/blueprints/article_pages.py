"""What the pages of help articles share: showing one, and the form in which one is written."""

from flask import Response, make_response, redirect, render_template, url_for

from portal.articles import queries, writing
from portal.articles.forms import ArticleForm, VerdictForm
from portal.articles.models import Article
from portal.articles.rendering import rendered
from portal.web.htmx import done
from portal.web.signed_in import current_actor


def article_page(article: Article, form: VerdictForm, status: int = 200) -> Response:
    """An article as its reader gets it, with the others on its shelf."""
    body = rendered(article.body, _rule_address)
    others = queries.neighbours(current_actor(), article)
    page = render_template("articles/show.html", article=article, body=body, form=form, others=others)
    return make_response(page, status)


def form_of(article: Article) -> ArticleForm:
    """The form of an article's next version, filled in with the newest one."""
    newest = queries.version_of(article, article.latest_number)
    form = ArticleForm(
        title=newest.title, body=newest.body, category_id=article.category_id, audience=article.audience,
        seen=str(article.latest_number),
    )  # fmt: skip
    form.offer(queries.categories())
    return form


def form_page(form: ArticleForm, article: Article | None) -> Response:
    """The page on which an article is written; `article` is None for a new one."""
    page = render_template("articles/form.html", form=form, article=article)
    return make_response(page, 422 if form.is_submitted() else 200)


def draft_of(form: ArticleForm) -> writing.Draft:
    """What was typed, as the service takes it."""
    return writing.Draft(
        title=" ".join((form.title.data or "").split()), body=form.body.data or "",
        category_id=form.category_id.data, audience=form.audience.data or "", reason=form.reason.data or "",
    )  # fmt: skip


def saved(article: Article) -> Response:
    """The answer to a version that was saved: to the article, saying whether readers have it."""
    waits = article.has_newer or article.state != "published"
    told = "It is saved, and not published yet." if waits else f"Version {article.number} is published."
    return done(address_of(article), told)


def address_of(article: Article) -> str:
    """The readable address of an article."""
    return url_for("articles.show", article_id=article.id, slug=article.slug)


def to_own_address(article: Article) -> Response:
    """Lead on to the address that the article has now."""
    return make_response(redirect(address_of(article), code=302))


def _rule_address(rule: str) -> str:
    return url_for("editions.show") + f"#{rule}"
