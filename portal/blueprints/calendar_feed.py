"""A person's private calendar address: the page that makes and ends it, and what stands behind it."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.accounts.tokens import digest
from portal.bookings.feeds import end_feed, feed_behind, feed_of, make_feed
from portal.errors import NotFound
from portal.mail.post import address_of
from portal.web.access import requires
from portal.web.htmx import done
from portal.web.rate_limits import by_person, limiter
from portal.web.signed_in import current_actor

blueprint = Blueprint("calendar_feed", __name__)

READS_OF_A_FEED = "60 per hour"
READS_FROM_AN_ADDRESS = "300 per minute"
NEW_ADDRESSES = "10 per hour"


def by_feed() -> str:
    """Counted for each feed, whichever network it is read from."""
    return f"feed:{digest(str((request.view_args or {}).get('token', '')))}"


@blueprint.get("/account/calendar")
@requires("signed-in")
def show() -> str:
    """Whether the person has a calendar address, and since when."""
    return render_template("calendar_feed/show.html", feed=feed_of(current_actor()), made=None)


@blueprint.post("/account/calendar")
@limiter.limit(NEW_ADDRESSES, key_func=by_person)
@requires("signed-in")
def create() -> Response:
    """Make a calendar address, and end the one before. It is shown in this answer and never again."""
    made = address_of("calendar_feed.read", token=make_feed(current_actor()))
    webcal = "webcal://" + made.partition("://")[2]
    page = render_template("calendar_feed/show.html", feed=feed_of(current_actor()), made=made, webcal=webcal)
    return make_response(page)


@blueprint.post("/account/calendar/end")
@requires("signed-in")
def end() -> Response:
    """End the address at once."""
    end_feed(current_actor())
    return done(url_for("calendar_feed.show"), "Your calendar address opens nothing any more.")


@blueprint.get("/calendar/<token>.ics")
@limiter.limit(READS_OF_A_FEED, key_func=by_feed)
@limiter.limit(READS_FROM_AN_ADDRESS)
@requires("public")
def read(token: str) -> Response:
    """The sessions of whoever the address belongs to, as they may see them now."""
    content = feed_behind(token)
    if content is None:
        raise NotFound
    answer = make_response(content)
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    answer.headers["Content-Disposition"] = 'inline; filename="sessions.ics"'
    # Kept by its reader alone, and asked for again each time: who was removed reads nothing more (WHO-6).
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.set_etag(digest(content))
    answer.make_conditional(request)
    return answer
