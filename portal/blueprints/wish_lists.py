"""The wish list from other sides: what is coming, what was done, the reader's own, and as a feed."""

import re
from datetime import UTC, datetime

from flask import Blueprint, Response, make_response, render_template, request

from portal.web.access import requires
from portal.web.open_reading import OPEN_WISHES
from portal.web.paging import addressed
from portal.web.signed_in import current_actor
from portal.wishlist import lists
from portal.wishlist.lists import Mine
from portal.wishlist.standing import standings

blueprint = Blueprint("wish_lists", __name__)

IN_FEED = 40
# What XML 1.0 cannot hold, however it is written.
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@blueprint.get("/wishes/roadmap")
@requires("wish:read", open_by=OPEN_WISHES)
def roadmap() -> str:
    """What management has decided to do or is thinking about, by how far it is (WISH-3)."""
    stages = lists.coming_wishes(current_actor())
    made = lists.latest_decisions([wish for wishes in stages.values() for wish in wishes])
    return render_template("wish_lists/roadmap.html", stages=stages, most=lists.IN_A_COLUMN, decisions=made)


@blueprint.get("/wishes/changelog")
@requires("wish:read", open_by=OPEN_WISHES)
def changelog() -> str:
    """What was done, the latest first, with the answer that says how (WISH-3)."""
    page = lists.done_wishes_page(current_actor(), request.args.get("cursor"))
    made = lists.latest_decisions(page.items)
    return render_template("wish_lists/changelog.html", page=addressed(page), decisions=made)


@blueprint.get("/wishes/mine")
@requires("wish:read")
def mine() -> str:
    """The reader's own wishes: written, followed or answered, as `?of=` says; also those that wait (WISH-1)."""
    asked = request.args.get("of", "")
    kind = Mine(asked) if asked in set(Mine) else Mine.WRITTEN
    page = lists.own_wishes_page(current_actor(), kind, request.args.get("cursor"))
    told = standings(current_actor(), page.items)
    return render_template("wish_lists/mine.html", kind=kind, page=addressed(page), standings=told)


@blueprint.get("/wishes/feed.atom")
@requires("wish:read", open_by=OPEN_WISHES)
def feed() -> Response:
    """What came on the list and what was decided, as an Atom feed (RFC 4287)."""
    news = lists.lately_changed(current_actor(), IN_FEED)
    updated = news[0].at if news else datetime(2020, 1, 1, tzinfo=UTC)
    text = render_template("wish_lists/feed.xml", news=news, updated=updated)
    answer = make_response(NO_XML.sub("", text))
    answer.mimetype = "application/atom+xml"
    return answer
