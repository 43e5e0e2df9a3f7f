"""Adding several contacts at once: from a file, from pasted text, or from other events (WHO-5)."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.editions.queries import edition_in_force
from portal.errors import Conflict, Invalid, Link, Refused
from portal.events.models import Event
from portal.events.queries import event_for
from portal.forms import tidy
from portal.roster.forms_imports import ColleaguesForm, ConfirmForm, ListForm
from portal.roster.imports import queries, service
from portal.roster.imports.models import ContactImport
from portal.roster.imports.plan import Plan, Standing
from portal.roster.imports.reading import checked_sheet, read_list, rewritten
from portal.roster.imports.sheet import LABELS, MOST_BYTES, MOST_ROWS, Unreadable
from portal.roster.queries import roster_of
from portal.roster.ways_on import ways_on
from portal.web.access import requires, resolves
from portal.web.csv_files import csv_answer
from portal.web.htmx import done
from portal.web.links import hrefs
from portal.web.paging import addressed
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor

blueprint = Blueprint("imports", __name__)
resolves("import_id", queries.import_scope)

ROWS_A_PAGE = 100
TABS = {
    None: "All", Standing.NEW: "New", Standing.WRONG: "With mistakes",
    Standing.REGISTERED: "Registered already", Standing.TWICE: "Twice in the list",
}  # fmt: skip
TEMPLATE = (
    ("Ada Byron", "ada.byron@society.example", "(+43) 1 234 5678", "Registration lead"),
    ("Charles Babbage", "charles.babbage@society.example", "(+44) 20 7946 0123", "IT coordinator"),
)

# Reading a long list takes a second of a processor.
often_enough = limiter.shared_limit("60 per hour", scope="contact-lists", key_func=by_person)


@blueprint.get("/contacts/template.csv")
@requires("roster:add")
def template() -> Response:
    """A list to fill in."""
    return csv_answer("contacts-template.csv", list(LABELS.values()), TEMPLATE)


@blueprint.get("/events/<int:event_id>/contacts/import")
@requires("roster:add")
def new(event_id: int) -> Response:
    """Where a list is chosen or pasted; with `?from=` filled in with an earlier list of the reader's own."""
    event = event_for(current_actor(), event_id)
    return _list_form(event, ListForm(data={"text": _earlier(event)}))


@blueprint.post("/events/<int:event_id>/contacts/import")
@requires("roster:add")
@often_enough
def create(event_id: int) -> Response:
    """Read a list and keep it for its preview; nobody is registered."""
    event, form = event_for(current_actor(), event_id), ListForm()
    if not form.validate_on_submit():
        return _list_form(event, form, status=422)
    try:
        kept = _kept(event, form)
    except Invalid as error:
        form.show_problems(error.fields)
        return _list_form(event, form, status=422)
    return done(url_for("imports.show", import_id=kept.id))


@blueprint.get("/contacts/imports/<int:import_id>")
@requires("roster:add")
def show(import_id: int) -> Response:
    """The preview: who would be registered, who not and why, and how many seats are free."""
    return _preview(import_id)


@blueprint.post("/contacts/imports/<int:import_id>/confirmation")
@requires("roster:add")
def confirm(import_id: int) -> Response:
    """Register whom the preview named."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _preview(import_id, form, status=422)
    try:
        kept = service.confirm_import(
            current_actor(), import_id, choice=service.Choice(form.choice.data), shown=form.numbers
        )
    except (Conflict, Invalid, Refused) as error:
        return _preview(import_id, form, status=409, problem=error.message)
    return done(url_for("roster.index", event_id=kept.event_id), _said(kept))


@blueprint.get("/events/<int:event_id>/contacts/colleagues")
@requires("roster:add")
def colleagues(event_id: int) -> Response:
    """Who is a contact of other events of the organisation, to choose from."""
    return _colleagues(event_for(current_actor(), event_id), ColleaguesForm())


@blueprint.post("/events/<int:event_id>/contacts/colleagues")
@requires("roster:add")
@often_enough
def choose(event_id: int) -> Response:
    """Take those chosen into a list, whose preview comes next."""
    actor, form = current_actor(), ColleaguesForm()
    event = event_for(actor, event_id)
    sheet = queries.chosen_colleagues(actor, event, form.person_ids)
    if not form.validate_on_submit() or not sheet.rows:
        form.show_problems({"people": "Choose at least one person."})
        return _colleagues(event, form, status=422)
    kept = service.prepare_import(
        actor, event_id, source="People of your other events", sheet=checked_sheet(sheet, event.time_zone),
        form_key=form.key,
    )  # fmt: skip
    return done(url_for("imports.show", import_id=kept.id))


def _kept(event: Event, form: ListForm) -> ContactImport:
    source, content, field = _sent(form)
    try:
        sheet = checked_sheet(read_list(content), event.time_zone)
    except Unreadable as error:
        raise Invalid(**{field: str(error)}) from None
    return service.prepare_import(current_actor(), event.id, source=source, sheet=sheet, form_key=form.key)


def _sent(form: ListForm) -> tuple[str, bytes, str]:
    chosen, typed = form.file.data, form.text.data or ""
    name = (tidy(getattr(chosen, "filename", "")) or "").replace("\\", "/").rpartition("/")[2]
    if name and typed:
        raise Invalid(file="Choose a file or paste a list, not both.")
    if name:
        return name, chosen.stream.read(MOST_BYTES + 1), "file"
    if not typed:
        raise Invalid(file="Choose a file, or paste a list below.")
    return "Pasted list", typed.encode(), "text"


def _earlier(event: Event) -> str:
    key = request.args.get("from", "")
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        return ""
    kept = queries.import_for(current_actor(), int(key))
    return rewritten(kept.read) if kept.event_id == event.id else ""


def _list_form(event: Event, form: ListForm, *, status: int = 200) -> Response:
    page = render_template(
        "imports/new.html", event=event, form=form, roster=roster_of(event, edition_in_force()),
        waiting=queries.waiting_imports(current_actor(), event.id), most_rows=MOST_ROWS,
        most_megabytes=MOST_BYTES // 1_000_000,
    )  # fmt: skip
    return make_response(page, status)


def _preview(
    import_id: int, form: ConfirmForm | None = None, *, status: int = 200, problem: str = ""
) -> Response:
    kept = queries.import_for(current_actor(), import_id)
    roster = roster_of(kept.event, edition_in_force())
    contacts = [place.contact for place in roster.places if place.contact]
    plan = queries.plan_for(kept.read, contacts, roster.limit)
    form = form or ConfirmForm()
    form.shown.data = ",".join(str(row.number) for row in plan.fitting)
    if not plan.is_whole:
        form.choice.data = service.Choice.FITTING.value
    page = render_template(
        "imports/show.html", kept=kept, event=kept.event, roster=roster, plan=plan, form=form, problem=problem,
        room_links=_links(kept.event, plan), **_table(kept, plan),
    )  # fmt: skip
    return make_response(page, status)


def _table(kept: ContactImport, plan: Plan) -> dict[str, Any]:
    wanted = request.args.get("show")
    standing = Standing(wanted) if wanted in set(Standing) else None
    found = plan.shown(standing)
    last = max(1, -(-len(found) // ROWS_A_PAGE))
    number = min(last, max(1, request.args.get("page", 1, type=int)))
    tabs = [
        {
            "label": label, "href": url_for("imports.show", import_id=kept.id, show=key),
            "current": key == standing, "count": plan.count(key) if key else len(plan.judged),
        }
        for key, label in TABS.items()
        if key is None or plan.count(key)
    ]  # fmt: skip
    pager = {
        "previous_url": _page_at(kept, standing, number - 1, last),
        "next_url": _page_at(kept, standing, number + 1, last),
        "count_label": f"Page {number} of {last}" if last > 1 else "",
    }
    rows = found[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]
    return {"rows": rows, "tabs_of_rows": tabs, "pager_of_rows": pager, "notes": kept.read.notes}


def _page_at(kept: ContactImport, standing: Standing | None, number: int, last: int) -> str | None:
    if not 1 <= number <= last:
        return None
    return url_for("imports.show", import_id=kept.id, show=standing, page=number)


def _links(event: Event, plan: Plan) -> list[dict[str, str]]:
    return hrefs(_for_all(link, len(plan.waiting)) for link in ways_on(current_actor(), plan.room, event))


def _for_all(link: Link, missing: int) -> Link:
    if link.endpoint != "orders.new" or missing < 2:
        return link
    return Link(f"Buy {missing} additional contacts", link.endpoint, {**link.values, "quantity": missing})


def _said(kept: ContactImport) -> str:
    names = [each["name"] for each in (kept.outcome or {})["registered"]]
    if len(names) == 1:
        return f"{names[0]} is a Technical Contact now."
    return f"{', '.join(names[:-1])} and {names[-1]} are Technical Contacts now."


def _colleagues(event: Event, form: ColleaguesForm, *, status: int = 200) -> Response:
    actor = current_actor()
    words = (tidy(request.args.get("q")) or "")[:100]
    page = queries.colleagues(actor, event, words, request.args.get("cursor"))
    rendered = render_template(
        "imports/colleagues.html", event=event, form=form, words=words, page=addressed(page),
        posts=queries.posts_of(actor, event, page.items), roster=roster_of(event, edition_in_force()),
    )  # fmt: skip
    return make_response(rendered, status)
