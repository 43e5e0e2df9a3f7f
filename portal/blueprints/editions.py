"""The public policy page, rendered from the policy's own functions (POL-1)."""

from flask import Blueprint, current_app, render_template

from portal.clock import now
from portal.editions.queries import edition_in_force, editions
from portal.editions.reading import Posting, posting
from portal.errors import NotFound
from portal.policy.edition import Edition
from portal.tickets.reply_figures import reply_figures
from portal.web.access import requires

blueprint = Blueprint("editions", __name__)


@blueprint.get("/policies")
@requires("public")
def show() -> str:
    """The edition in force, and what changed from one edition to the next."""
    return _page(edition_in_force())


@blueprint.get("/policies/<int:number>")
@requires("public")
def edition(number: int) -> str:
    """One edition, in force or not. Raises NotFound where none has this number."""
    found = next((each for each in editions() if each.number == number), None)
    if found is None:
        raise NotFound("No edition of the support policy has this number.")
    return _page(found)


def _page(shown: Edition) -> str:
    read: Posting = posting(shown, editions(), now())
    phone = current_app.extensions["settings"].support_phone
    figures = reply_figures(shown) if read.in_force else None
    return render_template("editions/show.html", posting=read, phone=phone, figures=figures)
