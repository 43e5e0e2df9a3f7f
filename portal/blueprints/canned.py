"""Canned replies: the list that support keeps, and putting one into an answer."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.blueprints.ticket_pages import thread_page
from portal.blueprints.tickets import taken_from
from portal.errors import Invalid
from portal.policy.coverage import TOPIC_LABELS
from portal.tickets import canned
from portal.tickets.forms import ReplyForm
from portal.tickets.forms_work import CannedReplyForm
from portal.tickets.models_work import CannedReply
from portal.tickets.queries import ticket_for
from portal.tickets.sides import require_support
from portal.web.access import requires, resolves
from portal.web.formats import eastern_time, local_time
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("canned", __name__)
resolves("reply_id", canned.canned_reply_scope)


@blueprint.get("/staff/replies")
@requires("reply:manage")
def index() -> str:
    """The replies in use, or with `?archived=yes` those that are not any more."""
    archived = request.args.get("archived") == "yes"
    found = canned.canned_replies(current_actor(), archived=archived)
    return render_template("canned/index.html", replies=found, archived=archived, topics=TOPIC_LABELS)


@blueprint.get("/staff/replies/new")
@requires("reply:manage")
def new() -> Response:
    """The form of a new reply."""
    return _form_page(CannedReplyForm(formdata=None))


@blueprint.post("/staff/replies/new")
@requires("reply:manage")
def create() -> Response:
    """Keep a new reply."""
    form = CannedReplyForm()
    if not form.validate():
        return _form_page(form)
    try:
        canned.add_canned_reply(current_actor(), **_typed(form), form_key=form.key)
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _form_page(form)
    return done(url_for("canned.index"), "The reply is kept.")


@blueprint.get("/staff/replies/<int:reply_id>")
@requires("reply:manage")
def edit(reply_id: int) -> Response:
    """One reply, to be reworded or archived."""
    reply = canned.canned_reply_for(current_actor(), reply_id)
    form = CannedReplyForm(formdata=None, title=reply.title, topic=reply.topic or "", body=reply.body)
    return _form_page(form, reply)


@blueprint.post("/staff/replies/<int:reply_id>")
@requires("reply:manage")
def update(reply_id: int) -> Response:
    """Reword a reply."""
    form, actor = CannedReplyForm(), current_actor()
    if not form.validate():
        return _form_page(form, canned.canned_reply_for(actor, reply_id))
    try:
        canned.change_canned_reply(actor, reply_id, **_typed(form))
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _form_page(form, canned.canned_reply_for(actor, reply_id))
    return done(url_for("canned.index"), "The reply is changed.")


@blueprint.post("/staff/replies/<int:reply_id>/archive")
@requires("reply:manage")
def archive(reply_id: int) -> Response:
    """Take a reply out of use; with `archived=no`, back into use."""
    archived = request.form.get("archived") != "no"
    canned.archive_canned_reply(current_actor(), reply_id, archived=archived)
    return done(
        url_for("canned.index"), "The reply is archived." if archived else "The reply is in use again."
    )


@blueprint.post("/tickets/<int:ticket_id>/canned")
@requires("ticket:work")
def insert(ticket_id: int) -> Response:
    """Put the chosen reply under what is typed so far; nothing is sent."""
    form, actor = ReplyForm(), current_actor()
    ticket = ticket_for(actor, ticket_id)
    require_support(actor, ticket.scope)
    chosen = request.form.get("canned", "")
    if chosen.isdecimal() and len(chosen) < 19:
        reply = canned.canned_reply_for(actor, int(chosen))
        zone = (ticket.handed_to or ticket.opened_by).time_zone
        at = ticket.reply_due_at
        due = f"{local_time(at, zone)} ({eastern_time(at)})" if at else None
        form.body.data = "\n\n".join(
            filter(None, [form.body.data, canned.filled(reply, ticket, actor.name, due)])
        )
    _, taken = taken_from(form)
    return thread_page(ticket_id, form, taken)


def _typed(form: CannedReplyForm) -> dict[str, str]:
    return {"title": form.title.data or "", "topic": form.topic.data or "", "body": form.body.data or ""}


def _form_page(form: CannedReplyForm, reply: CannedReply | None = None) -> Response:
    page = render_template("canned/edit.html", form=form, reply=reply, placeholders=canned.PLACEHOLDERS)
    return make_response(page, 422 if form.errors else 200)
