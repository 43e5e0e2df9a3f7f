"""The price list, kept by managers: each change is an edition of the policy with its day in force (POL-1)."""

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.clock import now
from portal.editions.forms import CHANNELS, TIMES, PricesForm, rate_name
from portal.editions.queries import editions
from portal.editions.service import publish_prices
from portal.errors import Invalid
from portal.policy.edition import edition_in_force
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("prices", __name__)


@blueprint.get("/staff/prices")
@requires("policy:publish")
def index() -> str:
    """The prices of every edition, the one in force marked."""
    every = editions()
    return render_template("prices/index.html", editions=every, current=edition_in_force(every, now()))


@blueprint.get("/staff/prices/new")
@requires("policy:publish")
def new() -> Response:
    """The form for new prices, beginning with the newest ones."""
    form = PricesForm()
    form.fill(editions()[0])
    return _form_page(form, 200)


@blueprint.post("/staff/prices/new")
@requires("policy:publish")
def create() -> Response:
    """Publish new prices from a day to come."""
    form = PricesForm()
    if not form.validate_on_submit():
        return _form_page(form, 422)
    try:
        edition = publish_prices(
            current_actor(),
            valid_from=form.first_day,
            summary=form.summary.data or "",
            extra_contact_cents=form.extra_contact_cents,
            after_hours=form.after_hours,
        )
    except Invalid as error:
        form.show_problems(error.fields)
        return _form_page(form, 422)
    return done(url_for("prices.index"), f"Edition {edition.number} is published.")


def _form_page(form: PricesForm, status: int) -> Response:
    rates = [(by, [form[rate_name(channel, when)] for when in TIMES]) for channel, by in CHANNELS.items()]
    return make_response(render_template("prices/new.html", form=form, rates=rates), status)
