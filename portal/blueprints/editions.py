"""The public policy page, rendered from the policy's own functions, and withdrawing an edition to come (POL-1)."""

from flask import Blueprint, Response, current_app, make_response, render_template, url_for

from portal.clock import now
from portal.editions.forms import WithdrawForm
from portal.editions.queries import edition_in_force, publications
from portal.editions.reading import Posting, posting
from portal.editions.service import withdraw_edition
from portal.errors import NotFound
from portal.policy.edition import Edition
from portal.tickets.reply_figures import reply_figures
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("editions", __name__)


@blueprint.get("/policies")
@requires("public")
def show() -> Response:
    """The edition in force, those to come, and what changed from one edition to the next."""
    return _page(edition_in_force())


@blueprint.get("/policies/<int:number>")
@requires("public")
def edition(number: int) -> Response:
    """One edition, in force or not. Raises NotFound where none has this number."""
    return _page(_numbered(number))


@blueprint.post("/policies/<int:number>/withdrawal")
@requires("policy:publish")
def withdraw(number: int) -> Response:
    """Withdraw an edition that is to come."""
    form = WithdrawForm()
    if not form.validate():
        return _page(_numbered(number), form, 422)
    withdraw_edition(current_actor(), number, reason=form.reason.data or "")
    return done(url_for("editions.show"), f"Edition {number} is withdrawn. It will not come into force.")


def _numbered(number: int) -> Edition:
    found = next((each.edition for each in publications() if each.edition.number == number), None)
    if found is None:
        raise NotFound("No edition of the support policy has this number.")
    return found


def _page(shown: Edition, form: WithdrawForm | None = None, status: int = 200) -> Response:
    read: Posting = posting(shown, publications(), now())
    page = render_template(
        "editions/show.html", posting=read, phone=current_app.extensions["settings"].support_phone,
        figures=reply_figures(shown) if read.in_force else None, is_publisher=current_actor().may("policy:publish"),
        form=form or WithdrawForm(formdata=None),
    )  # fmt: skip
    return make_response(page, status)
