"""The in-app help: the guides in `docs/guides/`, so that the help and the documentation are one text."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nh3
from flask import Blueprint, render_template
from markdown_it import MarkdownIt
from markupsafe import Markup

from portal.errors import NotFound
from portal.web.access import requires

blueprint = Blueprint("guides", __name__)

FOLDER = Path(__file__).parent.parent.parent / "docs" / "guides"
NAMES = ("organisers", "technical-contacts", "agents", "moderators", "managers", "administrators")
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Guide:
    """A guide: its name in the address, its title, its first sentence, and its body."""

    name: str
    title: str
    lead: str
    body: Markup


@blueprint.get("/guide")
@requires("public")
def index() -> str:
    """Every guide, by whom it is for."""
    return render_template("guides/index.html", guides=[guide(name) for name in NAMES])


@blueprint.get("/guide/<name>")
@requires("public")
def show(name: str) -> str:
    """One guide. Raises NotFound where there is none of this name."""
    if name not in NAMES:
        raise NotFound("There is no guide of this name.")
    return render_template("guides/show.html", guide=guide(name), guides=[guide(each) for each in NAMES])


@cache
def guide(name: str) -> Guide:
    """Read a guide: its first line is the title, its first paragraph the lead."""
    title, lead, body = (FOLDER / f"{name}.md").read_text().split("\n\n", 2)
    rendered = nh3.clean(MARKDOWN.render(body))
    return Guide(name, title.removeprefix("# "), " ".join(lead.split()), Markup(rendered))  # noqa: S704 - sanitised above
