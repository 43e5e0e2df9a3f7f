"""The record of every change, for those who answer for it."""

from flask import Blueprint, Response, request

from portal.audit import queries
from portal.forms import tidy
from portal.web.access import requires
from portal.web.htmx import page_or_fragment
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

blueprint = Blueprint("audit", __name__)


@blueprint.get("/staff/audit")
@requires("audit:read")
def index() -> Response:
    """The entries, newest first, of whom and of what is asked for."""
    wanted = _filter()
    found = queries.entries(current_actor(), wanted, request.args.get("cursor"))
    return page_or_fragment(
        "audit/index.html",
        "audit/_list.html",
        listed=addressed(found),
        names=queries.names_in(found.items),
        changes=queries.changes,
        wanted=wanted,
        about=queries.person_name(wanted.person_id) if wanted.person_id else None,
    )


def _filter() -> queries.Filter:
    typed = {name: (tidy(request.args.get(name)) or "")[:100] for name in ("who", "action", "event")}
    person = request.args.get("person", "")
    return queries.Filter(person_id=int(person) if person.isdecimal() and len(person) < 19 else None, **typed)
