"""The page on which a Technical Contact asks support, in all its states."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response

from portal.articles.models import Article
from portal.articles.queries import suggested_articles
from portal.blueprints.ticket_pages import files_shown
from portal.events.queries import event_for
from portal.policy.coverage import Topic, coverage
from portal.tickets.drafts import draft_for, save_draft
from portal.tickets.forms import TicketForm
from portal.tickets.known import earlier_tickets
from portal.tickets.models import Ticket
from portal.tickets.promises import promise_now, reason_if_sent_now
from portal.tickets.reply_figures import reply_figures
from portal.tickets.uploads import Taken
from portal.tickets.ways_on import offers_quote, ways_on
from portal.web import htmx
from portal.web.links import hrefs
from portal.web.signed_in import current_actor
from portal.wishlist.models import Wish
from portal.wishlist.similar import similar_wishes

EACH = 3


@dataclass(frozen=True)
class Known:
    """What may answer a question before it is sent."""

    articles: tuple[Article, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    wishes: tuple[Wish, ...] = ()

    @property
    def is_something(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.articles or self.tickets or self.wishes)


NOTHING = Known()


def what_is_known(event_id: int, words: str) -> Known:
    """Help articles, the event's own earlier tickets and wishes that share words with a subject; three of each at most."""
    actor = current_actor()
    if not words.strip():
        return NOTHING
    return Known(
        tuple(suggested_articles(actor, words, EACH)),
        tuple(earlier_tickets(actor, event_id, words, EACH)),
        tuple(similar_wishes(actor, words)[:EACH]),
    )


def place_of(event_id: int) -> str:
    """Where the draft of a new ticket on an event is kept."""
    return f"new:{event_id}"


def restored(event_id: int, topic: str, subject: str) -> tuple[TicketForm, Taken, datetime | None]:
    """The form with the reader's draft in it, its files, and when it was kept; what the address says fills the gaps."""
    draft = draft_for(current_actor(), place_of(event_id))
    texts = draft.texts if draft else {}
    topic = texts.get("topic") or topic
    form = TicketForm(
        formdata=None,
        topic=topic,
        told=topic,
        subject=texts.get("subject") or subject,
        body=texts.get("body", ""),
    )
    return form, Taken(kept=draft.uploads if draft else ()), draft.updated_at if draft else None


def kept_as_draft(event_id: int, form: TicketForm, taken: Taken) -> datetime | None:
    """Keep what the form holds; the moment, or None when there was nothing to keep or it has been sent."""
    texts = {"topic": form.topic.data or "", "subject": form.subject.data or "", "body": form.body.data or ""}
    typed = {} if not (texts["subject"] or texts["body"]) else texts
    return save_draft(current_actor(), place_of(event_id), typed, form_key=form.key, uploads=taken.uploads)


def asking_page(
    event_id: int,
    form: TicketForm,
    taken: Taken,
    *,
    known: Known = NOTHING,
    draft_at: datetime | None = None,
    status: int = 200,
) -> Response:
    """The form of a new ticket with the promise made if it were sent now; for htmx what support covers alone.

    With `known`, it is the step before sending that shows what may answer the question already.
    """
    actor = current_actor()
    event, (promise, edition) = event_for(actor, event_id), promise_now(event_id)
    topic = form.topic.data if form.topic.data in set(Topic) else None
    cover = coverage(Topic(topic)) if topic else None
    links = ways_on(cover, actor, event, form.subject.data or "", form.body.data or "") if cover else []
    return htmx.page_or_fragment(
        "tickets/new.html",
        "tickets/_coverage.html",
        status=status,
        alone=htmx.wants_fragment(),
        event=event,
        form=form,
        topic=topic,
        coverage=cover,
        offers_quote=bool(cover and offers_quote(cover)),
        links=hrefs(links),
        promise=promise,
        reason=reason_if_sent_now(promise),
        figures=None if htmx.wants_fragment() else reply_figures(edition),
        known=known,
        draft_at=draft_at,
        **files_shown(taken),
    )
