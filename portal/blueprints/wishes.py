"""The wish list: reading it, adding to it, and saying what is useful."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.errors import Invalid
from portal.forms import tidy
from portal.policy.wishes import WishStatus
from portal.tickets.drafts import draft_for
from portal.tickets.queries import ticket_scope
from portal.web.access import requires, resolves
from portal.web.htmx import done, wants_fragment
from portal.web.paging import addressed
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor
from portal.wishlist import queries, service
from portal.wishlist.forms import LONGEST_TEXT, LONGEST_TITLE, VoteForm, WishForm
from portal.wishlist.models import LISTED, Wish
from portal.wishlist.similar import similar_wishes
from portal.wishlist.standing import standings, supporters

blueprint = Blueprint("wishes", __name__)
resolves("wish_id", queries.wish_scope)

WISHES_A_DAY = "20 per day"
TABS = {"all": LISTED, "planned": {WishStatus.PLANNED}, "done": {WishStatus.DONE}}
MINE = "mine"
LONGEST_SEARCH = 200


@blueprint.get("/wishes")
@requires("wish:read")
def index() -> str:
    """The published wishes, most useful first; `?show=` planned, done or mine, `?words=` in them."""
    actor, words = current_actor(), _asked("words", LONGEST_SEARCH)
    show = request.args.get("show", "all")
    cursor = request.args.get("cursor")
    if show == MINE:
        page = queries.own_wishes_page(actor, words=words, cursor=cursor)
    else:
        show = show if show in TABS else "all"
        page = queries.wishes_page(actor, TABS[show], words=words, cursor=cursor)
    context = {"page": addressed(page), "standings": standings(actor, page.items)}
    return render_template("wishes/index.html", show=show, words=words, **context)


@blueprint.route("/wishes/new", methods=["GET", "POST"])
@requires("wish:add")
@limiter.limit(
    WISHES_A_DAY, key_func=by_person, methods=["POST"], deduct_when=lambda answer: _is_added(answer)
)
def new() -> Response | str:
    """Add a wish; what is alike on the list is shown first, once (WISH-1).

    `?title=` and `?problem=` fill in, or the reader's draft of a ticket on the event that `?draft=` names.
    """
    form = WishForm(**_typed())
    customers = queries.customers_to_speak_for(current_actor())
    form.organisation_id.offer(customers, _nobody())
    if not form.validate_on_submit():
        return _form_page(form, customers, [], 422 if form.is_submitted() else 200)
    similar = [] if form.similar_seen.data else similar_wishes(current_actor(), form.title.data or "")
    if similar:
        form.similar_seen.data = "yes"
        return _form_page(form, customers, similar, 200)
    return _add(form, customers)


@blueprint.get("/wishes/<int:wish_id>")
@requires("wish:read")
def show(wish_id: int) -> str:
    """One wish: its text, whom it is useful to, what was answered and decided."""
    form = VoteForm(formdata=None)
    _offer_customers(form)
    return _wish_page(queries.wish_for(current_actor(), wish_id), form)


@blueprint.post("/wishes/<int:wish_id>/vote")
@requires("wish:vote")
def vote(wish_id: int) -> Response:
    """Say that a wish is useful, or take that back with `useful=no` (WISH-2)."""
    form, actor = VoteForm(), current_actor()
    _offer_customers(form)
    if not form.validate_on_submit():
        return make_response(_wish_page(queries.wish_for(actor, wish_id), form), 422)
    try:
        wish = _vote(wish_id, form)
    except Invalid as problem:
        form.show_problems(problem.fields)
        return make_response(_wish_page(queries.wish_for(actor, wish_id), form), 422)
    if wants_fragment():
        return make_response(render_template("wishes/_vote.html", wish=wish, standing=_standing(wish)))
    return done(
        url_for("wishes.show", wish_id=wish_id), "Your vote counts." if form.is_useful else "Vote taken back."
    )


def _vote(wish_id: int, form: VoteForm) -> Wish:
    actor, customer = current_actor(), form.organisation_id.data
    if customer is None and actor.is_staff and not queries.customer_ids(actor):
        raise Invalid(organisation_id="Choose the customer in whose name you vote.")
    if customer is None:
        cast = service.say_useful if form.is_useful else service.take_back_useful
        return cast(actor, wish_id)
    if form.is_useful:
        return service.say_useful_for(actor, wish_id, customer, note=form.note.data or "")
    return service.take_back_useful_for(actor, wish_id, customer)


def _add(form: WishForm, customers: Any) -> Response:
    try:
        wish = service.add_wish(
            current_actor(), title=form.title.data or "", problem=form.problem.data or "",
            idea=form.idea.data or "", organisation_id=form.organisation_id.data, form_key=form.key,
            ticket_id=form.ticket_key,
        )  # fmt: skip
    except Invalid as problem:
        form.show_problems(problem.fields)
        return _form_page(form, customers, [], 422)
    return done(url_for("wishes.show", wish_id=wish.id), "Thank you. A moderator reads your wish next.")


def _form_page(form: WishForm, customers: Any, similar: Any, status: int) -> Response:
    context = {"form": form, "customers": customers, "similar": similar}
    told = standings(current_actor(), similar)
    return make_response(render_template("wishes/new.html", standings=told, **context), status)


def _wish_page(wish: Wish, form: VoteForm) -> str:
    actor = current_actor()
    for_staff = {
        "supporters": supporters(actor, wish),
        "from_ticket": wish.ticket_id if wish.ticket_id and ticket_scope(actor, wish.ticket_id) else None,
        "added_by_staff": actor.is_staff and queries.is_added_by_staff(wish),
    }
    return render_template("wishes/show.html", wish=wish, form=form, standing=_standing(wish), **for_staff)


def _customer() -> int | None:
    asked = _asked("organisation_id", 18)
    return int(asked) if asked.isascii() and asked.isdigit() else None


def _offer_customers(form: VoteForm) -> None:
    actor = current_actor()
    if actor.is_staff:
        form.organisation_id.offer(queries.customers_to_speak_for(actor), "Choose a customer")


def _standing(wish: Wish) -> Any:
    return standings(current_actor(), [wish])[wish.id]


def _nobody() -> str:
    return "No customer: our own idea" if current_actor().is_staff else "Choose one of yours"


def _asked(name: str, longest: int) -> str:
    return (tidy(request.args.get(name, "")) or "")[:longest]


def _typed() -> dict[str, str | int | None]:
    event_id = request.args.get("draft", type=int)
    draft = draft_for(current_actor(), f"new:{event_id}") if event_id else None
    texts = draft.texts if draft else {}
    return {
        "title": texts.get("subject") or _asked("title", LONGEST_TITLE),
        "problem": texts.get("body") or _asked("problem", LONGEST_TEXT),
        "ticket_id": _asked("ticket_id", 18),
        "organisation_id": _customer(),
    }


def _is_added(answer: Response) -> bool:
    return answer.status_code in (204, 303)
