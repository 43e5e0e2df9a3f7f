"""The list of a session's people, kept by the event's organisers and contacts, and who of them came."""

from collections.abc import Iterator

from flask import Response, make_response, render_template, url_for

from portal.audiences import queries
from portal.audiences.attendance import note_attendance
from portal.audiences.forms import AttendanceForm, ConfirmListForm, ListForm, PersonForm
from portal.audiences.listing import list_people, take_off, wanted
from portal.audiences.reading import Plan, people_in, plan_of
from portal.blueprints.audiences import blueprint
from portal.bookings.models import Booking
from portal.clock import now
from portal.editions.queries import edition_in_force
from portal.errors import Invalid, Refused
from portal.policy.audiences import capacity, has_audience
from portal.roster.imports.sheet import MOST_BYTES, Unreadable
from portal.web.access import requires
from portal.web.csv_files import csv_answer
from portal.web.formats import local_time
from portal.web.htmx import done
from portal.web.links import hrefs
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor

# Reading a long list takes a second of a processor.
often_enough = limiter.shared_limit("60 per hour", scope="audience-lists", key_func=by_person)


@blueprint.get("/bookings/<int:audience_id>/audience")
@requires("audience:read")
def index(audience_id: int) -> Response:
    """Who is on the list, who is invited, comes, and came."""
    return _list_page(audience_id, PersonForm(formdata=None))


@blueprint.post("/bookings/<int:audience_id>/audience")
@requires("audience:edit")
def add(audience_id: int) -> Response:
    """Put one person on the list; who is on it already stays as they are."""
    form = PersonForm()
    try:
        if form.validate():
            person = wanted(form.name.data or "", form.email.data or "")
            added = list_people(current_actor(), audience_id, [person])
            said = f"{person.name} is on the list." if added else f"{person.email} is on the list already."
            return done(_to_list(audience_id), said)
    except Invalid as problem:
        form.show_problems(problem.fields)
    except Refused as refusal:
        return _list_page(audience_id, form, refusal=refusal)
    return _list_page(audience_id, form, status=422)


@blueprint.get("/bookings/<int:audience_id>/audience/import")
@requires("audience:edit")
def new_list(audience_id: int) -> Response:
    """Where a list is chosen or pasted."""
    return _form_page(audience_id, ListForm(formdata=None))


@blueprint.post("/bookings/<int:audience_id>/audience/import")
@requires("audience:edit")
@often_enough
def preview_list(audience_id: int) -> Response:
    """What the list comes to, line by line; nobody is listed."""
    form = ListForm()
    if not form.validate():
        return _form_page(audience_id, form, 422)
    try:
        content = _content(form)
        plan = _plan(audience_id, content)
    except Unreadable as unreadable:
        form.show_problems({"file" if form.file.data else "text": str(unreadable)})
        return _form_page(audience_id, form, 422)
    return _preview(audience_id, plan)


@blueprint.post("/bookings/<int:audience_id>/audience/import/confirmation")
@requires("audience:edit")
@often_enough
def confirm_list(audience_id: int) -> Response:
    """Put everybody on the list whom the preview called new."""
    form = ConfirmListForm()
    if not form.validate():
        return _form_page(audience_id, ListForm(formdata=None, text=form.text.data), 422)
    try:
        plan = _plan(audience_id, (form.text.data or "").encode())
        added = list_people(current_actor(), audience_id, plan.new)
    except Unreadable as unreadable:
        form.show_problems({"text": str(unreadable)})
        return _form_page(audience_id, ListForm(formdata=None, text=form.text.data), 422)
    except Refused as refusal:
        return _preview(audience_id, plan, refusal)
    return done(
        _to_list(audience_id), f"{_people(len(added))} put on the list. Nobody has been written to yet."
    )


@blueprint.get("/bookings/<int:audience_id>/audience.csv")
@requires("audience:read")
def export(audience_id: int) -> Response:
    """The list as a file; times in the reader's zone."""
    booking = queries.session_with_audience(current_actor(), audience_id)
    header = ("Name", "E-mail address", "Invited", "Comes", "Came")
    return csv_answer(f"audience-{booking.id}.csv", header, _rows(booking))


@blueprint.post("/audience/<int:member_id>/removal")
@requires("audience:edit")
def remove(member_id: int) -> Response:
    """Take somebody off the list."""
    booking = take_off(current_actor(), member_id)
    return done(_to_list(booking.id), "They are off the list.")


@blueprint.get("/bookings/<int:audience_id>/attendance")
@requires("attendance:note")
def attendance(audience_id: int) -> Response:
    """Where it is ticked who came."""
    return _attendance_page(audience_id, None)


@blueprint.post("/bookings/<int:audience_id>/attendance")
@requires("attendance:note")
def note(audience_id: int) -> Response:
    """Note who came; the rest of the list missed it."""
    form = AttendanceForm()
    try:
        if form.validate():
            note_attendance(current_actor(), audience_id, form.keys, others=form.others.data or 0)
            return done(_to_list(audience_id), "Who came is noted.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _attendance_page(audience_id, form, 422)


def _list_page(
    audience_id: int, form: PersonForm, *, refusal: Refused | None = None, status: int = 200
) -> Response:
    booking = queries.session_with_audience(current_actor(), audience_id)
    allowed = has_audience(booking.session_kind)
    page = render_template(
        "audiences/index.html", booking=booking, event=booking.event, people=queries.people_of(booking), form=form,
        numbers=queries.numbers_of(booking.id), noted=queries.record_of(booking.id), now=now(), refusal=refusal,
        links=hrefs(refusal.links) if refusal else [], allowed=allowed,
        capacity=capacity(booking.session_kind, edition_in_force()),
    )  # fmt: skip
    return make_response(page, refusal.status if refusal else status)


def _form_page(audience_id: int, form: ListForm, status: int = 200) -> Response:
    booking = queries.session_with_audience(current_actor(), audience_id)
    page = render_template(
        "audiences/import.html", booking=booking, event=booking.event, form=form,
        numbers=queries.numbers_of(booking.id), capacity=capacity(booking.session_kind, edition_in_force()),
    )  # fmt: skip
    return make_response(page, status)


def _preview(audience_id: int, plan: Plan, refusal: Refused | None = None) -> Response:
    booking = queries.session_with_audience(current_actor(), audience_id)
    corrected = "\n".join(_line(each.row.name, each.row.email) for each in plan.judged)
    page = render_template(
        "audiences/preview.html", booking=booking, event=booking.event, plan=plan, corrected=corrected,
        listed=_as_text(plan), capacity=capacity(booking.session_kind, edition_in_force()), refusal=refusal,
        links=hrefs(refusal.links) if refusal else [],
    )  # fmt: skip
    return make_response(page, refusal.status if refusal else 200)


def _attendance_page(audience_id: int, form: AttendanceForm | None, status: int = 200) -> Response:
    booking = queries.session_with_audience(current_actor(), audience_id)
    noted, people = queries.record_of(booking.id), queries.members_of(booking.id)
    ticked = form.keys if form else [member.id for member in people if member.attended]
    form = form or AttendanceForm(formdata=None, others=noted.others_came if noted else 0)
    page = render_template(
        "audiences/attendance.html", booking=booking, event=booking.event, people=people, noted=noted, form=form,
        ticked=ticked, now=now(),
    )  # fmt: skip
    return make_response(page, status)


def _content(form: ListForm) -> bytes:
    file = form.file.data
    content: bytes = file.stream.read(MOST_BYTES + 1) if file else (form.text.data or "").encode()
    return content


def _plan(audience_id: int, content: bytes) -> Plan:
    booking = queries.session_with_audience(current_actor(), audience_id)
    listed = {member.email for member in queries.members_of(booking.id)}
    free = capacity(booking.session_kind, edition_in_force()) - queries.numbers_of(booking.id).placed
    return plan_of(people_in(content), listed, max(0, free))


def _as_text(plan: Plan) -> str:
    return "\n".join(_line(person.name, person.email) for person in plan.new)


def _line(name: str, email: str) -> str:
    return f"{name} <{email}>"


def _rows(booking: Booking) -> Iterator[tuple[str, ...]]:
    said = {"yes": "Yes", "no": "No", None: ""}
    for member in queries.members_of(booking.id):
        came = {True: "Yes", False: "No", None: ""}[member.attended]
        invited = local_time(member.invited_at) if member.invited_at else ""
        yield member.name, member.email, invited, said[member.reply], came


def _people(count: int) -> str:
    return "1 person was" if count == 1 else f"{count:,} people were"


def _to_list(audience_id: int) -> str:
    return url_for("audiences.index", audience_id=audience_id)
