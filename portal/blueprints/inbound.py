"""Mail that came in and belongs to no ticket yet: looked at, released, or put away."""

from flask import Blueprint, Response, make_response, render_template, request, send_file, url_for

from portal.errors import Invalid, NotFound
from portal.inbound import queries, service
from portal.inbound.forms import DiscardForm, ReleaseForm
from portal.inbound.models import InboundMail
from portal.inbound.reasons import SENTENCES
from portal.mail.addresses import event_address
from portal.tickets.storage import store
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

blueprint = Blueprint("inbound", __name__)
resolves("mail_id", queries.mail_scope)
blueprint.add_app_template_global(event_address)

LABELS = {"waiting": "To sort", "filed": "Filed", "ignored": "Asks for nothing", "discarded": "Put away"}


@blueprint.get("/staff/mail")
@requires("mail:sort")
def index() -> str:
    """The mail of one view, the newest first."""
    wanted = request.args.get("view", "waiting")
    view = wanted if wanted in queries.VIEWS else "waiting"
    page = queries.mail_page(current_actor(), view, request.args.get("cursor"))
    return render_template(
        "inbound/index.html", view=view, labels=LABELS, page=addressed(page), sentences=SENTENCES,
        waiting=queries.waiting_mail_count(current_actor()),
    )  # fmt: skip


@blueprint.get("/staff/mail/<int:mail_id>")
@requires("mail:sort")
def show(mail_id: int) -> Response:
    """One mail as plain text, with what can be done about it."""
    mail = queries.mail_for(current_actor(), mail_id)
    return _page(mail, _release_form(mail), DiscardForm(formdata=None))


@blueprint.get("/staff/mail/<int:mail_id>/original.eml")
@requires("mail:sort")
def original(mail_id: int) -> Response:
    """The mail as it came, to be saved: never shown in place."""
    mail = queries.mail_for(current_actor(), mail_id)
    try:
        content = store().open(mail.storage_name)
    except FileNotFoundError:
        raise NotFound("This mail is no longer in the store.") from None
    response = send_file(
        content, "application/octet-stream", as_attachment=True, download_name=f"{mail.id}.eml"
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.content_length = mail.size
    return response


@blueprint.post("/staff/mail/<int:mail_id>/release")
@requires("mail:sort")
def release(mail_id: int) -> Response:
    """Have the mail filed where staff decided, in the name of who wrote it."""
    actor = current_actor()
    form = ReleaseForm(events=queries.events_to_choose(actor))
    if not form.validate():
        return _page(queries.mail_for(actor, mail_id), form, DiscardForm(formdata=None), 422)
    try:
        service.release_mail(
            actor, mail_id, author=form.author.data or "", ticket_id=form.ticket_id, event_id=form.event_id
        )
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page(queries.mail_for(actor, mail_id), form, DiscardForm(formdata=None), 422)
    return done(url_for("inbound.index"), "The mail is on its way to its ticket.")


@blueprint.post("/staff/mail/<int:mail_id>/disposal")
@requires("mail:sort")
def discard(mail_id: int) -> Response:
    """Put the mail away."""
    actor, form = current_actor(), DiscardForm()
    if not form.validate():
        mail = queries.mail_for(actor, mail_id)
        return _page(mail, _release_form(mail), form, 422)
    service.discard_mail(actor, mail_id, reason=form.reason.data or "")
    return done(url_for("inbound.index"), "The mail was put away.")


def _release_form(mail: InboundMail) -> ReleaseForm:
    return ReleaseForm(
        formdata=None, events=queries.events_to_choose(current_actor()), author=mail.sender,
        ticket=str(mail.ticket_id or ""), event=str(mail.event_id or ""),
    )  # fmt: skip


def _page(
    mail: InboundMail, release_form: ReleaseForm, discard_form: DiscardForm, status: int = 200
) -> Response:
    page = render_template(
        "inbound/show.html", mail=mail, sentence=SENTENCES.get(mail.reason, ""), releasing=release_form,
        discarding=discard_form, form=discard_form if discard_form.errors else release_form,
        waits=mail.state in queries.VIEWS["waiting"], is_whole=mail.reason not in service.NOT_WHOLE,
    )  # fmt: skip
    return make_response(page, status)
