"""Files and links that staff put beside a session."""

from flask import Response, current_app, make_response, redirect, render_template, url_for

from portal.blueprints.audiences.attending import download
from portal.blueprints.recordings import blueprint
from portal.bookings.queries import session_for
from portal.errors import Invalid
from portal.recordings import queries
from portal.recordings.files import Kept, material_kept
from portal.recordings.forms import MaterialForm
from portal.recordings.links import checked_link
from portal.recordings.materials import add_material, remove_material
from portal.tickets.file_kinds import ACCEPTED, LISTED
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor


@blueprint.get("/bookings/<int:booking_id>/materials")
@requires("material:read")
def materials(booking_id: int) -> Response:
    """What there is for those who take part, and, for staff, the form that adds to it."""
    return _page(booking_id, MaterialForm(formdata=None))


@blueprint.post("/bookings/<int:booking_id>/materials")
@requires("material:write")
@limiter.limit("120 per hour", key_func=by_person)
def add(booking_id: int) -> Response:
    """Add a file or a link."""
    form = MaterialForm()
    try:
        if form.validate():
            add_material(
                current_actor(),
                booking_id,
                title=form.title.data or "",
                kept=_kept(form),
                form_key=form.key,
            )
            message = "It is there for everybody who takes part."
            return done(url_for("recordings.materials", booking_id=booking_id), message)
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _page(booking_id, form, 422)


@blueprint.get("/materials/<int:material_id>")
@requires("material:read")
def material(material_id: int) -> Response:
    """A material: its file to be saved, or the way to its link."""
    found = queries.material_for(current_actor(), material_id)
    if found.link is not None:
        return make_response(redirect(found.link))
    return download(found.storage_name or "", found.name or "", found.media_type, found.size, found.id)


@blueprint.post("/materials/<int:material_id>/removal")
@requires("material:write")
def remove(material_id: int) -> Response:
    """Take a material away."""
    found = remove_material(current_actor(), material_id)
    return done(url_for("recordings.materials", booking_id=found.booking_id), "It is taken away.")


def _kept(form: MaterialForm) -> Kept:
    link, file = form.link.data or "", form.file.data
    upload = material_kept(file, current_actor().id) if file else None
    return Kept(link=checked_link(link) if link else None, upload=upload)


def _page(booking_id: int, form: MaterialForm, status: int = 200) -> Response:
    booking = session_for(current_actor(), booking_id)
    page = render_template(
        "recordings/materials.html", booking=booking, event=booking.event, form=form, accepted=ACCEPTED, listed=LISTED,
        materials=queries.materials_of(booking_id), most_bytes=current_app.extensions["settings"].attachment_max_bytes,
    )  # fmt: skip
    return make_response(page, status)
