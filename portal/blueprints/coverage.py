"""The coverage guide: whether support covers something, by which rule, and what the way on is."""

from datetime import timedelta

from flask import Blueprint, Response, render_template, request, url_for

from portal.clock import now
from portal.policy.coverage import Topic, topic_choices
from portal.policy.decision import WAY_ON_LABELS, WayOn
from portal.policy.guide import ASKER_LABELS, WHEN_LABELS, Asker, Verdict, When, is_covered
from portal.tickets.asked_outside import asked_outside
from portal.web import htmx
from portal.web.access import requires
from portal.web.signed_in import current_actor

blueprint = Blueprint("coverage", __name__)

PERIOD = timedelta(days=90)
# A way on that depends on the event begins at the list of events.
PLACES = {
    WayOn.REQUEST_QUOTE: "events.index", WayOn.REGISTER_CONTACT: "events.index", WayOn.BOOK_SESSION: "events.index",
    WayOn.ASK_IN_TICKET: "events.index", WayOn.WISH_LIST: "wishes.new", WayOn.ASK_FOR_RECORDING: "events.index",
    WayOn.ORDER_AFTER_HOURS: "events.index",
}  # fmt: skip


@blueprint.get("/coverage")
@requires("public")
def show() -> Response:
    """The questions, and the answer to those that were answered."""
    asker, topic, when = (request.args.get(name, "") for name in ("who", "topic", "when"))
    known = asker in set(Asker) and topic in set(Topic) and when in set(When)
    verdict = is_covered(Asker(asker), Topic(topic), When(when)) if known else None
    return htmx.page_or_fragment(
        "coverage/show.html",
        "coverage/_verdict.html",
        askers=ASKER_LABELS, topics=topic_choices(), whens=WHEN_LABELS, verdict=verdict,
        ways=_ways(verdict) if verdict else [], chosen={"who": asker, "topic": topic, "when": when},
        incomplete=bool(request.args) and not known,
    )  # fmt: skip


@blueprint.get("/staff/coverage")
@requires("ticket:work")
def asked() -> str:
    """What people asked for in the last 90 days that support does not cover."""
    since = now() - PERIOD
    return render_template("coverage/asked.html", rows=asked_outside(current_actor(), since), since=since)


def _ways(verdict: Verdict) -> list[dict[str, str]]:
    ways = dict.fromkeys(way for decision in verdict.decisions for way in decision.ways_on)
    if verdict.covered:
        ways = dict.fromkeys([*ways, WayOn.ASK_IN_TICKET])
    return [{"label": WAY_ON_LABELS[way], "href": url_for(PLACES[way])} for way in ways if way in PLACES]
