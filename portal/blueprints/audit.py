"""The record of every change, for those who answer for it."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.audit import queries
from portal.forms import tidy
from portal.web.access import requires
from portal.web.csv_files import csv_answer
from portal.web.htmx import page_or_fragment
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

blueprint = Blueprint("audit", __name__)

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


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
        file_address=url_for("audit.download", **_asked()),
        about=queries.person_name(wanted.person_id) if wanted.person_id else None,
    )


@blueprint.get("/staff/audit.csv")
@requires("audit:read")
def download() -> Response:
    """The same entries as a CSV file, the newest first."""
    rows = queries.file_rows(current_actor(), _filter())
    return csv_answer("Record of changes.csv", queries.FILE_HEADER, rows)


def _filter() -> queries.Filter:
    typed = {name: (tidy(request.args.get(name)) or "")[:100] for name in ("who", "action", "event")}
    person = request.args.get("person", "")
    return queries.Filter(
        person_id=int(person) if person.isdecimal() and len(person) < 19 else None, since=_day("since"),
        until=_day("until"), **typed,
    )  # fmt: skip


def _asked() -> dict[str, Any]:
    known = ("who", "action", "event", "person", "since", "until")
    return {name: request.args[name] for name in known if request.args.get(name)}


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None
