"""The page of somebody in an audience, reached by the link in their mail alone. Opening it uses nothing up."""

from flask import Response, make_response, render_template, request, send_file, url_for

from portal.accounts.actor import Actor
from portal.audiences import answering
from portal.audiences.feedback import Said, answer_feedback_by_link, feedback_from, may_answer
from portal.audiences.forms import FeedbackForm, ZoneForm
from portal.audiences.letters import entry_of
from portal.audiences.links import LinkGone, member_behind
from portal.audiences.models import AudienceMember, SessionFeedback
from portal.audiences.refusals import refusing
from portal.blueprints.audiences import blueprint
from portal.blueprints.tickets import INERT, stored
from portal.clock import now
from portal.errors import Invalid, NotFound, Refused
from portal.recordings.files import SERVED
from portal.recordings.models import Recording
from portal.recordings.passing import open_by_link
from portal.recordings.queries import material_at, materials_of, recording_of, was_passed_to
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.private_links import counted_by_link, private_page
from portal.web.rate_limits import limiter

VISITOR = Actor(person_id=None, name="Somebody in the audience")
FROM_AN_ADDRESS = "120 per hour"
ON_ONE_LINK = "60 per hour"

often_enough = (
    limiter.shared_limit(FROM_AN_ADDRESS, scope="attending"),
    limiter.shared_limit(ON_ONE_LINK, scope="attending", key_func=counted_by_link("attending")),
)


private = private_page(LinkGone, "audiences/link_gone.html")


@blueprint.get("/attending/<token>")
@requires("public")
@private
def attend(token: str) -> Response:
    """When and how to join, whether one comes, materials, the recording, and how it was."""
    return _page(token, member_behind(token))


@blueprint.post("/attending/<token>/reply")
@requires("public")
@often_enough[0]
@often_enough[1]
@private
def reply(token: str) -> Response:
    """Say yes or no."""
    try:
        member = answering.answer_by_link(VISITOR, token, request.form.get("reply", ""))
    except Refused as full:
        return _page(token, member_behind(token), refusal=full)
    said = "You come: thank you." if member.reply == "yes" else "You do not come. Thank you for saying so."
    return done(_to_page(token), said)


@blueprint.post("/attending/<token>/time-zone")
@requires("public")
@often_enough[0]
@private
def choose_zone(token: str) -> Response:
    """Keep the time zone in which times are shown."""
    form = ZoneForm()
    if not form.validate():
        return _page(token, member_behind(token), zone_form=form, status=422)
    answering.choose_zone(VISITOR, token, form.time_zone.data)
    return done(_to_page(token), "Times are shown in your time zone.")


@blueprint.get("/attending/<token>/invitation.ics")
@requires("public")
@private
def calendar(token: str) -> Response:
    """The session for one's own calendar."""
    member = member_behind(token)
    entry = entry_of(member, struck_out=member.booking.state == "cancelled" or not member.is_listed)
    answer = make_response(entry.content)
    answer.headers["Content-Type"] = f"text/calendar; charset=utf-8; method={entry.method}"
    answer.headers["Content-Disposition"] = 'attachment; filename="session.ics"'
    return answer


@blueprint.post("/attending/<token>/feedback")
@requires("public")
@often_enough[0]
@often_enough[1]
@private
def rate(token: str) -> Response:
    """Say how it was."""
    form = FeedbackForm()
    try:
        if form.validate():
            answer_feedback_by_link(VISITOR, token, Said(int(form.score.data), form.words.data or ""))
            return done(_to_page(token), "Thank you: your answer was kept.")
    except Invalid as problem:
        form.show_problems(problem.fields)
    return _page(token, member_behind(token), feedback_form=form, status=422)


@blueprint.post("/attending/<token>/recording")
@requires("public")
@often_enough[0]
@often_enough[1]
@private
def open_recording(token: str) -> Response:
    """Get the recording that was passed on: its file, or the way to its link. That it was opened is written down."""
    return recording_answer(open_by_link(VISITOR, token), back=_to_page(token))


@blueprint.get("/attending/<token>/materials/<int:number>")
@requires("public")
@private
def material(token: str, number: int) -> Response:
    """A file put beside the session, for those who take part."""
    member = member_behind(token)
    if not takes_part(member):
        raise NotFound
    found = material_at(member.booking_id, number)
    if found.storage_name is None or found.name is None:
        raise NotFound
    return download(found.storage_name, found.name, found.media_type, found.size, found.id)


def takes_part(member: AudienceMember) -> bool:
    """Whether materials are for somebody: they are on the list, and came or have not said no."""
    return member.is_listed and (member.attended is True or member.reply != "no")


def recording_answer(recording: Recording, *, back: str) -> Response:
    """A recording's file to be saved, or a page that leads to its link."""
    if recording.link is not None:
        page = make_response(render_template("recordings/link.html", link=recording.link, back=back))
        page.headers["Referrer-Policy"] = "no-referrer"
        return page
    name = recording.name or f"recording-{recording.id}"
    return download(recording.storage_name or "", name, recording.media_type, recording.size, recording.id)


def download(storage_name: str, name: str, media_type: str | None, size: int | None, key: int) -> Response:
    """A file of the store, to be saved and never shown in place."""
    kind = media_type if media_type in SERVED else "application/octet-stream"
    response = send_file(stored(storage_name, key), kind, as_attachment=True, download_name=name)
    response.headers.update(INERT)
    if size is not None:
        response.content_length = size
    return response


def _to_page(token: str) -> str:
    return url_for("audiences.attend", token=token)


def _page(
    token: str,
    member: AudienceMember,
    *,
    zone_form: ZoneForm | None = None,
    feedback_form: FeedbackForm | None = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> Response:
    booking, asked = member.booking, feedback_from(member)
    recording = recording_of(booking.id)
    zone = member.time_zone or booking.event.time_zone
    has_recording = recording is not None and recording.may_be_had(now()) and member.is_listed
    page = render_template(
        "audiences/attend.html", token=token, member=member, booking=booking, event=booking.event, now=now(), zone=zone,
        zone_form=zone_form or ZoneForm(formdata=None, time_zone=zone),
        feedback_form=feedback_form or _feedback_form(asked), asked=asked, may_rate=may_answer(asked),
        materials=materials_of(booking.id) if takes_part(member) else [],
        recording=recording if has_recording and recording and was_passed_to(recording, member.id) else None,
        refuses=bool(refusing(booking.event_id, [member.email])), refusal=refusal,
    )  # fmt: skip
    return make_response(page, refusal.status if refusal else status)


def _feedback_form(asked: SessionFeedback | None) -> FeedbackForm:
    said = {"score": str(asked.score), "words": asked.words} if asked and asked.score else {}
    return FeedbackForm(formdata=None, **said)
