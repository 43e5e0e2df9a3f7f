"""What the pages of tickets show."""

from datetime import datetime
from typing import Any

from flask import Response, g, request, url_for

from portal.clock import now
from portal.policy.coverage import TOPIC_LABELS, Topic, coverage
from portal.tickets import queries, uploads
from portal.tickets.aftermath import aftermath
from portal.tickets.file_kinds import ACCEPTED, LISTED
from portal.tickets.forms import NoteForm, ReplyForm
from portal.tickets.models import Ticket
from portal.tickets.promises import promise_of
from portal.tickets.sides import is_support
from portal.tickets.surroundings import surroundings
from portal.tickets.uploads import Taken, Upload
from portal.web import htmx
from portal.web.signed_in import current_actor

NOTHING_TAKEN = Taken()

# What support does more rarely with a ticket, each on a page of its own.
MORE = (
    ("Priority and tags", "ticket_work.edit_marks"),
    ("Time spent", "ticket_work.time"),
    ("Remind me", "ticket_work.list_follow_ups"),
    ("Log a phone call", "calls.new_on_ticket"),
    ("Related tickets", "merging.list_links"),
    ("Merge with another", "merging.new"),
    ("Split", "merging.new_split"),
    ("Propose a live session", "leading_on.session"),
    ("Put it on the wish list", "leading_on.wish"),
    ("Write a help article from it", "leading_on.article"),
)


def thread_page(
    ticket_id: int,
    form: ReplyForm,
    taken: Taken,
    *,
    note: NoteForm | None = None,
    noted: Taken = NOTHING_TAKEN,
    draft_at: datetime | None = None,
    status: int = 200,
    fragment: str = "tickets/_thread.html",
) -> Response:
    """A ticket's page; for htmx `fragment` alone. After a refused reply (422), what came in since is marked as new."""
    actor = current_actor()
    ticket = ticket_here(ticket_id)
    if ticket.merged_into_id:
        ticket = queries.target_for(actor, ticket)
        if not (form.body.data or note):
            return htmx.done(url_for("tickets.show", ticket_id=ticket.id))
    page = queries.thread_of(actor, ticket, request.args.get("cursor"))
    around = surroundings(actor, ticket)
    seen, form.seen.data = form.seen_id, str(page.items[0].id if page.items else 0)
    return htmx.page_or_fragment(
        "tickets/show.html",
        fragment,
        status=status,
        alone=htmx.wants_fragment(),
        ticket=ticket,
        coverage=coverage(Topic(ticket.topic)),
        topic_label=TOPIC_LABELS[Topic(ticket.topic)],
        messages=list(reversed(page.items)),
        earlier_url=_stretch(ticket_id, page.next),
        later_url=_stretch(ticket_id, page.previous),
        promise=promise_of(ticket),
        after=aftermath(ticket),
        is_support=is_support(actor, ticket.scope),
        form=form,
        note=note or NoteForm(formdata=None),
        note_kept=_kept(noted),
        draft_at=draft_at,
        new_after=seen if form.errors else None,
        at=now(),
        alone_here=False,
        newer=None,
        writing=[person.label for person in around.of("writing")],
        around=around,
        more=MORE,
        **files_shown(taken),
    )


def ticket_here(ticket_id: int) -> Ticket:
    """The ticket as the check at the door has read it; after a write, as it is now."""
    scope = g.get("scope")
    if request.method == "GET" and isinstance(scope, queries.TicketScope) and scope.ticket:
        return scope.ticket
    return queries.ticket_for(current_actor(), ticket_id)


def _stretch(ticket_id: int, cursor: str | None) -> str | None:
    return url_for("tickets.show", ticket_id=ticket_id, cursor=cursor) if cursor else None


def files_shown(taken: Taken) -> dict[str, Any]:
    """What the file field of a form needs: the files it has already, and the limits told beforehand."""
    return {"kept": _kept(taken), "limits": uploads.limits(), "accepted": ACCEPTED, "listed": LISTED}


def _kept(taken: Taken) -> list[tuple[str, Upload]]:
    person_id = current_actor().id
    return [(uploads.sealed(upload, person_id), upload) for upload in taken.uploads]
