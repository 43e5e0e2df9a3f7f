"""The wish list: reading it, and adding to it."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.blueprints.wish_around import around, moved
from portal.errors import Invalid
from portal.forms import tidy
from portal.policy.wishes import WishDecision
from portal.tickets.drafts import draft_for
from portal.tickets.queries import ticket_scope
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.paging import addressed
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor
from portal.wishlist import queries, service
from portal.wishlist.deciding import decisions_on
from portal.wishlist.forms import LONGEST_TEXT, LONGEST_TITLE, StandForm, WishForm
from portal.wishlist.models import Wish
from portal.wishlist.similar import similar_wishes
from portal.wishlist.standing import own_customers, standing_of, standings

blueprint = Blueprint("wishes", __name__)
resolves("wish_id", queries.wish_scope)

WISHES_A_DAY = "20 per day"
TABS = {"all": (), "planned": (WishDecision.PLANNED,), "done": (WishDecision.DONE,)}
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
def show(wish_id: int) -> Response | str:
    """One wish: its text, whom it is useful to, what was answered and decided."""
    wish = queries.wish_for(current_actor(), wish_id)
    return moved(wish) or wish_page(wish, StandForm(formdata=None))


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


def wish_page(wish: Wish, form: StandForm) -> str:
    """The page of a wish, with `form` as the reader sent it where it could not be taken."""
    actor = current_actor()
    own = own_customers(actor, wish)
    context = {
        "standing": standing_of(wish, own),
        "own_customers": own,
        "history": decisions_on(wish) if wish.decided_at else [],
        **around(wish),
        "from_ticket": wish.ticket_id if wish.ticket_id and ticket_scope(actor, wish.ticket_id) else None,
    }
    return render_template("wishes/show.html", wish=wish, form=form, **context)


def _customer() -> int | None:
    asked = _asked("organisation_id", 18)
    return int(asked) if asked.isascii() and asked.isdigit() else None


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
