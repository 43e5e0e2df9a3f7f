"""Looking after the help articles: all of them with their figures, and their categories."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.articles import queries, shelves
from portal.articles.figures import STATES, figures_of, written_articles
from portal.articles.forms import CategoryForm
from portal.errors import Invalid
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

blueprint = Blueprint("shelves", __name__)
resolves("category_id", queries.category_scope)


@blueprint.get("/staff/articles")
@requires("article:write")
def index() -> str:
    """The articles in one state, `?state=`, with whom they helped and what they spared."""
    state = request.args.get("state", "")
    state = state if state in STATES else STATES[0]
    page = written_articles(current_actor(), state, request.args.get("cursor"))
    figures = figures_of([article.id for article in page.items])
    return render_template("shelves/index.html", page=addressed(page), figures=figures, state=state)


@blueprint.get("/staff/articles/categories")
@requires("article:write")
def categories() -> Response:
    """The categories in their order."""
    return _page(CategoryForm(formdata=None))


@blueprint.post("/staff/articles/categories")
@requires("article:write")
def create() -> Response:
    """Add a category after the others."""
    form = CategoryForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        category = shelves.add_category(current_actor(), _tidied(form))
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page(form, 422)
    return done(url_for("shelves.categories"), f"“{category.name}” is added.")


@blueprint.route("/staff/articles/categories/<int:category_id>/name", methods=["GET", "POST"])
@requires("article:write")
def rename(category_id: int) -> Response:
    """Give a category another name."""
    category = queries.category_for(category_id)
    form = CategoryForm(name=category.name)
    if form.validate_on_submit():
        try:
            shelves.rename_category(current_actor(), category_id, _tidied(form))
            return done(url_for("shelves.categories"), "The category has its new name.")
        except Invalid as problem:
            form.show_problems(problem.fields)
    page = render_template("shelves/rename.html", form=form, category=category)
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.post("/staff/articles/categories/<int:category_id>/position")
@requires("article:write")
def move(category_id: int) -> Response:
    """Move a category one place `up`, or down."""
    category = shelves.move_category(current_actor(), category_id, up=request.form.get("to") == "up")
    return done(url_for("shelves.categories"), f"“{category.name}” is moved.")


@blueprint.post("/staff/articles/categories/<int:category_id>/removal")
@requires("article:write")
def remove(category_id: int) -> Response:
    """Remove an empty category."""
    name = shelves.remove_category(current_actor(), category_id)
    return done(url_for("shelves.categories"), f"“{name}” is removed.")


def _page(form: CategoryForm, status: int = 200) -> Response:
    listed = queries.counted_categories()
    return make_response(render_template("shelves/categories.html", form=form, categories=listed), status)


def _tidied(form: CategoryForm) -> str:
    return " ".join((form.name.data or "").split())
