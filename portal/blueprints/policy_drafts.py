"""Drafts of the next edition of the policy: written by part, looked at in its effects, published (POL-1)."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from portal.editions import drafting, drafts, service
from portal.editions.effects import effects
from portal.editions.forms import BeginForm, HeadingForm, VersionForm
from portal.editions.forms_part import PartForm, part_form
from portal.errors import Conflict, Invalid, NotFound
from portal.policy.edition import PARTS
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.signed_in import current_actor

blueprint = Blueprint("policy_drafts", __name__)
resolves("draft_id", drafts.draft_scope)


@blueprint.get("/policies/drafts")
@requires("policy:publish")
def index() -> str:
    """The drafts being written, and the way to begin one."""
    form = BeginForm(formdata=None)
    return render_template("policy_drafts/index.html", drafts=drafts.open_drafts(current_actor()), form=form)


@blueprint.post("/policies/drafts")
@requires("policy:publish")
def create() -> Response:
    """Begin a draft, and go to the part that was asked for."""
    form = BeginForm()
    draft = drafting.begin_draft(current_actor(), form_key=form.key)
    wanted = form.part.data or ""
    if wanted in PARTS:
        return done(url_for("policy_drafts.edit", draft_id=draft.id, part=wanted))
    return done(
        url_for("policy_drafts.show", draft_id=draft.id),
        "The draft is begun. Nobody else sees it but managers.",
    )


@blueprint.get("/policies/drafts/<int:draft_id>")
@requires("policy:publish")
def show(draft_id: int) -> str:
    """A draft: what it changes in each part."""
    return render_template("policy_drafts/show.html", draft=drafts.draft_for(current_actor(), draft_id))


@blueprint.get("/policies/drafts/<int:draft_id>/heading")
@requires("policy:publish")
def heading(draft_id: int) -> Response:
    """The form for its summary, its moment and its letters."""
    draft, form = drafts.draft_for(current_actor(), draft_id), HeadingForm(formdata=None)
    form.fill(draft.row)
    return _page("policy_drafts/heading.html", draft, form, 200)


@blueprint.post("/policies/drafts/<int:draft_id>/heading")
@requires("policy:publish")
def update_heading(draft_id: int) -> Response:
    """Keep its summary, its moment and its letters."""
    form, actor = HeadingForm(), current_actor()
    if not form.validate():
        return _page("policy_drafts/heading.html", drafts.draft_for(actor, draft_id), form, 422)
    try:
        drafting.save_heading(
            actor, draft_id, summary=form.summary.data or "", in_force_from=form.in_force_from,
            tell_all=bool(form.tell_all.data), tell_over_limit=bool(form.tell_over_limit.data), seen=form.seen.data or "",
        )  # fmt: skip
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page("policy_drafts/heading.html", drafts.draft_for(actor, draft_id), form, 422)
    except Conflict as conflict:
        return _overtaken("policy_drafts/heading.html", draft_id, form, conflict)
    return done(url_for("policy_drafts.show", draft_id=draft_id), "The draft is kept.")


@blueprint.get("/policies/drafts/<int:draft_id>/parts/<part>")
@requires("policy:publish")
def edit(draft_id: int, part: str) -> Response:
    """The form of one part's parameters."""
    draft, form = drafts.draft_for(current_actor(), draft_id), _form(part, fresh=True)
    form.fill(draft.stored(part))
    form.seen.data = drafts.mark(draft.row.parameters[part])
    return _page("policy_drafts/edit.html", draft, form, 200, part)


@blueprint.post("/policies/drafts/<int:draft_id>/parts/<part>")
@requires("policy:publish")
def update(draft_id: int, part: str) -> Response:
    """Keep one part's parameters; with everything that cannot stand told beside its field."""
    actor, form = current_actor(), _form(part)
    draft = drafts.draft_for(actor, draft_id)
    form.validate()
    values, behind = form.read(draft.stored(part))
    form.tell(draft.problems(part, values), behind)
    if not form.is_sound:
        return _page("policy_drafts/edit.html", draft, form, 422, part)
    try:
        sentences = drafting.save_part(actor, draft_id, part, values, seen=form.seen.data or "")
    except Conflict as conflict:
        return _overtaken("policy_drafts/edit.html", draft_id, form, conflict, part)
    told = " ".join(sentences) or "Nothing differs from what the draft had."
    return done(url_for("policy_drafts.show", draft_id=draft_id), f"The draft is kept. {told}")


@blueprint.get("/policies/drafts/<int:draft_id>/preview")
@requires("policy:publish")
def preview(draft_id: int) -> Response:
    """What would change, and for whom."""
    return _preview(draft_id, VersionForm(formdata=None), 200)


@blueprint.post("/policies/drafts/<int:draft_id>/publication")
@requires("policy:publish")
def publish(draft_id: int) -> Response:
    """Publish what was looked at."""
    form = VersionForm()
    try:
        edition = service.publish_draft(current_actor(), draft_id, version=form.number)
    except Invalid as problem:
        return _preview(draft_id, form, 422, problem.message)
    return done(url_for("editions.edition", number=edition.number), f"Edition {edition.number} is published.")


@blueprint.post("/policies/drafts/<int:draft_id>/newest")
@requires("policy:publish")
def carry_over(draft_id: int) -> Response:
    """Carry the draft over to the newest edition."""
    drafting.carry_over(current_actor(), draft_id)
    return done(
        url_for("policy_drafts.show", draft_id=draft_id), "The draft builds on the newest edition now."
    )


@blueprint.post("/policies/drafts/<int:draft_id>/closure")
@requires("policy:publish")
def discard(draft_id: int) -> Response:
    """Close the draft without publishing it."""
    drafting.discard_draft(current_actor(), draft_id)
    return done(url_for("policy_drafts.index"), "The draft is discarded.")


def _form(part: str, *, fresh: bool = False) -> PartForm:
    if part not in PARTS:
        raise NotFound
    return part_form(part)(formdata=None) if fresh else part_form(part)()


def _preview(draft_id: int, form: VersionForm, status: int, problem: str = "") -> Response:
    draft = drafts.draft_for(current_actor(), draft_id)
    found = effects(draft.newest, draft.edition, draft.begins) if draft.sentences else []
    page = render_template(
        "policy_drafts/preview.html", draft=draft, effects=found, form=form, problem=problem
    )
    return make_response(page, status)


def _overtaken(page: str, draft_id: int, form: Any, conflict: Conflict, part: str = "") -> Response:
    """Show what was typed again beside what somebody else kept meanwhile; kept again, it takes its place."""
    draft = drafts.draft_for(current_actor(), draft_id)
    if draft.row.state != "open":
        raise conflict
    form.seen.data = drafts.mark(draft.row.parameters[part] if part else drafts.heading_of(draft.row))
    return _page(page, draft, form, 409, part, overtaken=True)


def _page(
    page: str, draft: drafts.Draft, form: Any, status: int, part: str = "", *, overtaken: bool = False
) -> Response:
    if isinstance(form, PartForm):
        form.make_room()
    shown = render_template(
        page, draft=draft, form=form, part=part, title=PARTS.get(part, ""), overtaken=overtaken
    )
    return make_response(shown, status)
