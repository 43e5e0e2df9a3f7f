"""The wish list: reading it. Writing is in `wish_writing`."""

from flask import Blueprint, Response, render_template, request, send_file, url_for
from markupsafe import Markup

from portal.articles.rendering import in_plain_words, rendered_within
from portal.blueprints.tickets import INERT, stored
from portal.blueprints.wish_around import around, moved
from portal.forms import tidy
from portal.policy.wishes import WishDecision, WishModule
from portal.tickets.previews import SHOWN_AS
from portal.tickets.queries import ticket_scope
from portal.web.access import requires, resolves
from portal.web.htmx import done
from portal.web.open_reading import OPEN_WISHES
from portal.web.paging import addressed
from portal.web.signed_in import current_actor
from portal.wishlist import lists, queries
from portal.wishlist.deciding import decisions_on
from portal.wishlist.forms import StandForm
from portal.wishlist.lists import Order, Wanted
from portal.wishlist.models import Wish
from portal.wishlist.pictures import image_for, image_scope, remove_picture
from portal.wishlist.standing import own_customers, standing_of, standings

blueprint = Blueprint("wishes", __name__)
blueprint.add_app_template_filter(in_plain_words)
resolves("wish_id", queries.wish_scope)
resolves("image_id", image_scope)

LONGEST_SEARCH = 200


@blueprint.get("/wishes")
@requires("wish:read", open_by=OPEN_WISHES)
def index() -> str:
    """The wishes of the list: `?order=` useful, trending or newest, `?decision=`, `?module=`, `?words=` in them."""
    wanted = _wanted()
    page = lists.wishes_page(current_actor(), wanted, request.args.get("cursor"))
    told = standings(current_actor(), page.items)
    return render_template("wishes/index.html", wanted=wanted, page=addressed(page), standings=told)


@blueprint.get("/wishes/<int:wish_id>")
@requires("wish:read", open_by=OPEN_WISHES)
def show(wish_id: int) -> Response | str:
    """One wish: its text, whom it is useful to, what was answered and decided."""
    wish = queries.wish_for(current_actor(), wish_id)
    return moved(wish) or wish_page(wish, StandForm(formdata=None))


@blueprint.get("/wishes/pictures/<int:image_id>")
@requires("wish:read", open_by=OPEN_WISHES)
def picture(image_id: int) -> Response:
    """A picture of a wish: pixels and nothing else of the file that was sent."""
    image = image_for(current_actor(), image_id)
    response = send_file(stored(image.storage_name, image.id), SHOWN_AS)
    response.headers.update(INERT)
    return response


@blueprint.post("/wishes/pictures/<int:image_id>/removal")
@requires("wish:moderate")
def remove_image(image_id: int) -> Response:
    """Take a picture away from a wish."""
    wish = remove_picture(current_actor(), image_id)
    return done(url_for("moderation.show", wish_id=wish.id), "The picture is gone.")


@blueprint.app_template_filter()
def in_markdown(text: str) -> Markup:
    """What somebody wrote on the wish list as HTML; the id of a rule leads to it."""
    return rendered_within(text, _rule_address)


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


def _asked(name: str, longest: int) -> str:
    return (tidy(request.args.get(name, "")) or "")[:longest]


def _wanted() -> Wanted:
    order, decision, module = (_asked(name, 30) for name in ("order", "decision", "module"))
    return Wanted(
        order=Order(order) if order in set(Order) else Order.USEFUL,
        decision=WishDecision(decision) if decision in set(WishDecision) else None,
        module=WishModule(module) if module in set(WishModule) else None,
        words=_asked("words", LONGEST_SEARCH),
    )


def _rule_address(rule: str) -> str:
    return url_for("editions.show") + f"#{rule}"


from portal.blueprints import wish_writing  # noqa: E402

__all__ = ["blueprint", "wish_page", "wish_writing"]
