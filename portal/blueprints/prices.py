"""The price list: what each edition of the policy charges. Prices are changed in a draft of the next one (POL-1)."""

from flask import Blueprint, render_template

from portal.clock import now
from portal.editions.drafts import open_drafts
from portal.editions.forms import BeginForm
from portal.editions.queries import editions
from portal.policy.edition import edition_in_force
from portal.web.access import requires
from portal.web.signed_in import current_actor

blueprint = Blueprint("prices", __name__)


@blueprint.get("/staff/prices")
@requires("policy:publish")
def index() -> str:
    """The prices of every edition, the one in force marked, and the way to change them."""
    every, form = editions(), BeginForm(formdata=None, part="prices")
    return render_template(
        "prices/index.html", editions=every, current=edition_in_force(every, now()), form=form,
        drafts=open_drafts(current_actor()),
    )  # fmt: skip
