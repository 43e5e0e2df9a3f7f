"""What is held on a person: their own copy, and erasing them."""

import json
from datetime import date, datetime

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.accounts.directory import person_for
from portal.errors import Invalid
from portal.privacy.erasure import erase_person
from portal.privacy.export import own_data
from portal.privacy.forms import ErasureForm
from portal.privacy.held import HELD, Fate
from portal.web.access import requires
from portal.web.csv_files import disposition
from portal.web.htmx import done
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor

blueprint = Blueprint("privacy", __name__)


@blueprint.get("/account/data")
@requires("signed-in")
def show() -> str:
    """What is held on whoever is signed in, and the way to their own copy."""
    return render_template("privacy/show.html", held=HELD, fates=Fate)


@blueprint.post("/account/data")
@requires("signed-in")
@limiter.limit("6 per hour", key_func=by_person)
def download() -> Response:
    """Their own copy, as a JSON file."""
    copy = json.dumps(own_data(current_actor()), default=_written, ensure_ascii=False, indent=1)
    answer = make_response(copy)
    answer.mimetype = "application/json"
    answer.headers["Content-Disposition"] = disposition("Your data.json")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/staff/people/<int:person_id>/erasure")
@requires("people:manage")
def confirm(person_id: int) -> Response:
    """What erasing somebody does, before it is done."""
    return _asking(person_id, ErasureForm(formdata=None))


@blueprint.post("/staff/people/<int:person_id>/erasure")
@requires("people:manage")
def erase(person_id: int) -> Response:
    """Erase them."""
    form = ErasureForm()
    try:
        if form.validate():
            erase_person(current_actor(), person_id, confirmed_email=form.email.data or "")
            return done(url_for("people.show", person_id=person_id), "This person is erased.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _asking(person_id, form, 422)


def _asking(person_id: int, form: ErasureForm, status: int = 200) -> Response:
    person = person_for(current_actor(), person_id)
    return make_response(render_template("privacy/erasure.html", person=person, form=form), status)


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
