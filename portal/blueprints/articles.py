"""Help articles: reading them, saying whether they helped, and writing them."""

import secrets

from flask import Blueprint, Response, render_template, request, session

from portal.articles import queries, service, writing
from portal.articles.changes import changed_lines
from portal.articles.figures import words_on
from portal.articles.forms import LONGEST_TITLE, ArticleForm, VerdictForm
from portal.articles.models import Article
from portal.blueprints.article_pages import (
    address_of,
    article_page,
    draft_of,
    form_of,
    form_page,
    saved,
    to_own_address,
)
from portal.errors import Invalid, NotFound
from portal.forms import tidy
from portal.web.access import SignInFirst, requires, resolves
from portal.web.htmx import done
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor

blueprint = Blueprint("articles", __name__)
resolves("article_id", queries.article_scope)

LONGEST_SEARCH = 200
CARRIED_MOST = 10_000
VERDICTS_AN_HOUR = "30 per hour"
READER = "reader"


@blueprint.get("/articles")
@requires("public")
def index() -> str:
    """What the reader can read, by category; with `?words=`, what has all of them."""
    actor, words = current_actor(), _asked("words", LONGEST_SEARCH)
    found = queries.articles_with(actor, words) if words else None
    shelves = queries.readable_by_category(actor) if found is None else []
    return render_template("articles/index.html", words=words, found=found, shelves=shelves)


@blueprint.get("/articles/<int:article_id>")
@requires("public")
def lead_on(article_id: int) -> Response:
    """The short address of an article leads to its readable one."""
    return to_own_address(_readable(article_id))


@blueprint.get("/articles/<int:article_id>-<slug>")
@requires("public")
def show(article_id: int, slug: str) -> Response:
    """One article. An address with an old title leads on to the one it has now."""
    article = _readable(article_id)
    return (
        to_own_address(article) if slug != article.slug else article_page(article, VerdictForm(formdata=None))
    )


@blueprint.post("/articles/<int:article_id>/verdicts")
@requires("public")
@limiter.limit(VERDICTS_AN_HOUR, key_func=by_person)
def judge(article_id: int) -> Response:
    """Say whether the article helped."""
    form, article = VerdictForm(), _readable(article_id)
    if not form.validate_on_submit():
        return article_page(article, form, 422)
    new = service.judge_article(
        current_actor(), article_id, helped=form.helped.data == "yes", words=form.words.data or "",
        reader=_reader(),
    )  # fmt: skip
    return done(
        address_of(article), "Thank you for telling us." if new else "Thank you, we have your answer already."
    )


@blueprint.route("/articles/new", methods=["GET", "POST"])
@requires("article:write")
def new() -> Response:
    """Write an article; `?title=`, `?body=` and `?ticket_id=` fill in what it begins with."""
    form = ArticleForm(
        title=_asked("title", LONGEST_TITLE), body=_asked("body", CARRIED_MOST),
        ticket_id=_asked("ticket_id", 18), reason="First version",
    )  # fmt: skip
    form.offer(queries.categories())
    if not form.validate_on_submit():
        return form_page(form, None)
    try:
        article = writing.create_article(
            current_actor(), draft_of(form), publish=bool(form.publish.data), form_key=form.key,
            ticket_id=_number(form.ticket_id.data),
        )  # fmt: skip
    except Invalid as problem:
        form.show_problems(problem.fields)
        return form_page(form, None)
    return saved(article)


@blueprint.route("/articles/<int:article_id>/edit", methods=["GET", "POST"])
@requires("article:write")
def edit(article_id: int) -> Response:
    """Write the next version, beginning with the newest one."""
    article = queries.article_for(current_actor(), article_id)
    form = form_of(article)
    if not form.validate_on_submit():
        return form_page(form, article)
    try:
        writing.revise_article(
            current_actor(), article_id, draft_of(form), publish=bool(form.publish.data),
            seen=_number(form.seen.data) or 0,
        )  # fmt: skip
    except Invalid as problem:
        form.show_problems(problem.fields)
        form.seen.data = str(queries.article_for(current_actor(), article_id).latest_number)
        return form_page(form, article)
    return saved(queries.article_for(current_actor(), article_id))


@blueprint.post("/articles/<int:article_id>/publication")
@requires("article:write")
def publish(article_id: int) -> Response:
    """Give readers the newest version, which the page said is the one in `seen`."""
    seen = _number(request.form.get("seen")) or 0
    article = writing.publish_article(current_actor(), article_id, seen=seen)
    return done(address_of(article), f"Version {article.number} is published.")


@blueprint.post("/articles/<int:article_id>/retirement")
@requires("article:write")
def retire(article_id: int) -> Response:
    """Take the article from its readers."""
    article = writing.retire_article(current_actor(), article_id)
    return done(address_of(article), "The article is retired: readers no longer find it.")


@blueprint.get("/articles/<int:article_id>/versions")
@requires("article:write")
def versions(article_id: int) -> str:
    """Every version with who wrote it, when and why, and what readers said."""
    article = queries.article_for(current_actor(), article_id)
    written = queries.versions_of(article)
    return render_template(
        "articles/versions.html", article=article, versions=written, said=words_on(article)
    )


@blueprint.get("/articles/<int:article_id>/versions/<int:number>")
@requires("article:write")
def version(article_id: int, number: int) -> str:
    """What a version changed. Raises NotFound for a number that there is none of."""
    article = queries.article_for(current_actor(), article_id)
    chosen = queries.version_of(article, number)
    earlier = queries.version_of(article, number - 1) if number > 1 else None
    lines = changed_lines(earlier.body if earlier else "", chosen.body)
    return render_template(
        "articles/version.html", article=article, version=chosen, earlier=earlier, lines=lines
    )


def _readable(article_id: int) -> Article:
    actor = current_actor()
    try:
        return queries.article_for(actor, article_id)
    except NotFound:
        # Whether there is one that others may read is not told to somebody who has not signed in.
        if actor.is_signed_in:
            raise
        raise SignInFirst("Sign in to read this article.") from None


def _reader() -> str:
    # A browser answers once for each version; nobody is known by this.
    return str(session.setdefault(READER, secrets.token_urlsafe(16)))


def _asked(name: str, longest: int) -> str:
    return (tidy(request.args.get(name, "")) or "")[:longest]


def _number(written: str | None) -> int | None:
    text = written or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
