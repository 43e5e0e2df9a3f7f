"""Writing a wish: the form with what is alike beneath it, its preview, its pictures and its draft (WISH-1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from portal.accounts.models import Organisation
from portal.blueprints.wishes import blueprint
from portal.errors import Invalid, Refused
from portal.forms import tidy
from portal.tickets.drafts import discard_draft, draft_for, save_draft
from portal.tickets.uploads import Limits, limits
from portal.web import htmx
from portal.web.access import requires
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor
from portal.wishlist import queries, service
from portal.wishlist.forms import LONGEST_TEXT, LONGEST_TITLE
from portal.wishlist.forms_writing import WishForm
from portal.wishlist.models import Wish
from portal.wishlist.pictures import PICTURES_MOST, SAY_WHAT, Chosen, sealed, take_pictures
from portal.wishlist.service import DRAFT
from portal.wishlist.similar import similar_wishes

WISHES_A_DAY = "20 per day"
SAVES_AN_HOUR = "2000 per hour"
ALT = "alt-"


@blueprint.get("/wishes/new")
@requires("wish:add")
def new() -> Response:
    """The form, with the reader's draft.

    `?title=`, `?problem=`, `?ticket_id=` and `?organisation_id=` fill it in instead, or, with `?draft=`, the reader's
    draft of a ticket on that event.
    """
    form, kept = _begun()
    return _page(form, service.NO_PICTURES, draft_at=kept)


@blueprint.post("/wishes/new")
@requires("wish:add")
@limiter.limit(WISHES_A_DAY, key_func=by_person, deduct_when=lambda answer: _is_added(answer))
def create() -> Response:
    """Add the wish; what is alike on the list is shown first, once, with all that was typed kept."""
    form, chosen = WishForm(), _chosen()
    _offer(form)
    sound = form.validate()
    if not _is_sound(form, chosen) or not sound:
        return _page(form, chosen, status=422)
    similar = [] if form.similar_seen.data else _similar(form.title.data or "", form.described)
    if similar:
        form.similar_seen.data = "yes"
        _keep_draft(form)
        return _page(form, chosen, similar=similar)
    try:
        wish = _add(form, chosen)
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _page(form, chosen, status=422)
    except Refused:
        # What was typed waits for another day.
        _keep_draft(form)
        raise
    return htmx.done(url_for("wishes.show", wish_id=wish.id), "Thank you. A moderator reads your wish next.")


@blueprint.get("/wishes/similar")
@requires("wish:add")
def similar() -> Response:
    """What says the same as `?title=` and `?problem=`: a page of its own, and the part of the form for htmx."""
    title, problem = _asked("title", LONGEST_TITLE), _asked("problem", LONGEST_TEXT)
    found = _similar(title, problem) if title else []
    return htmx.page_or_fragment(
        "wishes/similar.html", "wishes/_similar.html", similar=found, title=title, adds_cases=True
    )


@blueprint.post("/wishes/preview")
@requires("wish:add")
@limiter.limit(SAVES_AN_HOUR, key_func=by_person)
def preview() -> Response:
    """What was typed, as others will read it; nothing is checked but the pictures."""
    form = WishForm()
    if htmx.wants_fragment():
        return make_response(render_template("wishes/_preview.html", previewed=form))
    _offer(form)
    chosen = _chosen()
    _is_sound(form, chosen)
    return _page(form, chosen, previewed=form, status=422 if chosen.problems else 200)


@blueprint.post("/wishes/pictures")
@requires("wish:add")
@limiter.limit("300 per hour", key_func=by_person)
def choose_pictures() -> Response:
    """Check pictures as soon as they are chosen; the answer is the form's part that holds them."""
    chosen = _chosen()
    page = render_template(
        "wishes/_pictures_alone.html",
        form=WishForm(formdata=None),
        problems=chosen.problems,
        **_shown(chosen),
    )
    return make_response(page, 422 if chosen.problems else 200)


@blueprint.post("/wishes/draft")
@requires("wish:add")
@limiter.limit(SAVES_AN_HOUR, key_func=by_person)
def save_draft_of_wish() -> Response:
    """Keep what is typed; the fragment says when."""
    saved_at = _keep_draft(WishForm())
    if htmx.wants_fragment():
        return make_response(render_template("tickets/_draft_saved.html", saved_at=saved_at))
    return htmx.done(
        url_for("wishes.new"),
        "Your draft is kept for 30 days." if saved_at else "There is nothing to keep yet.",
    )


@blueprint.post("/wishes/draft/deletion")
@requires("wish:add")
def discard_draft_of_wish() -> Response:
    """Throw the draft away."""
    discard_draft(current_actor(), DRAFT)
    return htmx.done(url_for("wishes.index"), "Your draft was discarded.")


def _add(form: WishForm, chosen: Chosen) -> Wish:
    return service.add_wish(
        current_actor(), title=form.title.data or "", problem=form.problem.data or "",
        affected=form.affected.data or "", frequency=form.frequency.data or None,
        workaround=form.workaround.data or "", idea=form.idea.data or "", module=form.module.data or None,
        organisation_id=form.organisation_id.data, form_key=form.key, ticket_id=form.ticket_key, pictures=chosen,
    )  # fmt: skip


def _similar(title: str, described: str) -> Sequence[Wish]:
    return similar_wishes(current_actor(), title, described)


def _chosen() -> Chosen:
    alts = {name.removeprefix(ALT): text for name, text in request.form.items() if name.startswith(ALT)}
    files, kept = request.files.getlist("files"), request.form.getlist("kept")
    return take_pictures(files, kept, alts, current_actor().id)


def _is_sound(form: WishForm, chosen: Chosen) -> bool:
    """Whether the pictures can be taken; says at their field why not."""
    unsaid = [SAY_WHAT] if any(not chosen.alt_of(picture) for picture in chosen.pictures) else []
    problems = [*chosen.problems, *unsaid]
    if problems:
        form.show_problems({"files": " ".join(problems)})
    return not problems


def _keep_draft(form: WishForm) -> datetime | None:
    return save_draft(current_actor(), DRAFT, form.typed if form.is_begun else {}, form_key=form.key)


def _begun() -> tuple[WishForm, datetime | None]:
    """A form to begin with, and when the draft in it was kept."""
    asked = _from_address()
    form = WishForm(formdata=None, **asked)
    draft = None if any(asked.values()) else draft_for(current_actor(), DRAFT)
    if draft:
        form.take_up(draft.texts)
    return form, draft.updated_at if draft else None


def _from_address() -> dict[str, str | int | None]:
    event_id = request.args.get("draft", type=int)
    draft = draft_for(current_actor(), f"new:{event_id}") if event_id else None
    texts = draft.texts if draft else {}
    customer = _asked("organisation_id", 18)
    return {
        "title": texts.get("subject") or _asked("title", LONGEST_TITLE),
        "problem": texts.get("body") or _asked("problem", LONGEST_TEXT),
        "ticket_id": _asked("ticket_id", 18),
        "organisation_id": int(customer) if customer.isascii() and customer.isdigit() else None,
    }


def _page(
    form: WishForm,
    chosen: Chosen,
    *,
    similar: Sequence[Wish] = (),
    draft_at: datetime | None = None,
    previewed: WishForm | None = None,
    status: int = 200,
) -> Response:
    customers = _offer(form)
    page = render_template(
        "wishes/new.html", form=form, customers=customers, similar=similar, adds_cases=True, draft_at=draft_at,
        previewed=previewed, **_shown(chosen),
    )  # fmt: skip
    return make_response(page, status)


def _offer(form: WishForm) -> Sequence[Organisation]:
    actor = current_actor()
    customers = queries.customers_to_speak_for(actor)
    form.organisation_id.offer(
        customers, "No customer: our own idea" if actor.is_staff else "Choose one of yours"
    )
    return customers


def _shown(chosen: Chosen) -> dict[str, Any]:
    person_id = current_actor().id
    kept = [(sealed(picture, person_id), picture, chosen.alt_of(picture)) for picture in chosen.pictures]
    return {"chosen": kept, "limits": Limits(PICTURES_MOST, limits().size)}


def _asked(name: str, longest: int) -> str:
    return (tidy(request.args.get(name, "")) or "")[:longest]


def _is_added(answer: Response) -> bool:
    return answer.status_code in (204, 303)
