"""Finding: one box for tickets, help articles, wishes, events and people."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from portal.policy.coverage import TOPIC_LABELS
from portal.search.asked import LAST_PAGE, Asked, asked
from portal.search.meant import perhaps_meant
from portal.search.queries import asked_person, asked_ticket, search
from portal.search.words import marked
from portal.web.access import requires
from portal.web.signed_in import current_actor

blueprint = Blueprint("search", __name__)
FILTERS = ("q", "kind", "event", "who", "state", "topic", "since", "until")


@blueprint.get("/search")
@requires("signed-in")
def index() -> Response:
    """What matches and the reader may see; a ticket's number and somebody's address lead straight there."""
    actor = current_actor()
    question, told = asked(request.args)
    straight = _straight_to(question)
    if straight:
        return make_response(redirect(straight, code=302))
    found = search(actor, question)
    meant = perhaps_meant(actor, question) if found.is_empty else None
    context = {"question": question, "told": told, "found": found, "meant": meant, "marked": marked}
    return make_response(
        render_template(
            "search/index.html", typed=_typed(), topics=TOPIC_LABELS, pages=_pages(question), **context
        )
    )


def _straight_to(question: Asked) -> str | None:
    actor = current_actor()
    if (ticket_id := asked_ticket(actor, question)) is not None:
        return url_for("tickets.show", ticket_id=ticket_id)
    if (person := asked_person(actor, question)) is None:
        return None
    if actor.may("people:manage"):
        return url_for("people.show", person_id=person.id)
    return url_for("search.index", who=person.email) if actor.may("ticket:read") else None


def _typed() -> dict[str, Any]:
    return {name: request.args[name].replace("\x00", "")[:300] for name in FILTERS if request.args.get(name)}


def _pages(question: Asked) -> dict[str, str | None]:
    here = question.page
    kept = _typed()
    return {
        "previous": url_for("search.index", **kept, page=here - 1) if here > 1 else None,
        "next": url_for("search.index", **kept, page=here + 1) if here < LAST_PAGE else None,
    }
