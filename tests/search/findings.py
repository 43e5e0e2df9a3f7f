"""Tickets to be found in tests, and what a page of the search tells."""

import re
from typing import Any

from portal.accounts.models import Person
from portal.db import db
from portal.events.models import Event
from portal.tickets.models import Attachment, Message, Ticket
from tests.signing_in import PortalClient


def ticket(event: Event, opener: Person, subject: str, *bodies: str, **changes: Any) -> Ticket:
    """A ticket that waits for the customer, with a message for each of `bodies`."""
    made = Ticket(
        **{"event_id": event.id, "subject": subject, "topic": "problem", "state": "waiting",
           "opened_by_id": opener.id, "policy_edition": 1} | changes
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    for body in bodies:
        say(made, opener, body)
    return made


def say(on: Ticket, author: Person, body: str, *, file: str | None = None, **changes: Any) -> Message:
    """A message on a ticket, with a file attached where one is named."""
    message = Message(
        **{"ticket_id": on.id, "author_id": author.id, "from_staff": False, "body": body} | changes
    )
    db.session.add(message)
    db.session.flush()
    if file:
        stored = {
            "media_type": "text/plain",
            "size": 1,
            "sha256": "0" * 64,
            "storage_name": f"{message.id}-{file}",
        }
        db.session.add(Attachment(message_id=message.id, name=file, **stored))
    db.session.commit()
    return message


def note(on: Ticket, author: Person, body: str, **changes: Any) -> Message:
    """A note that stays among support."""
    return say(on, author, body, from_staff=True, internal=True, **changes)


def found(browser: PortalClient, words: str = "", **narrowed: str) -> list[int]:
    """The keys of the tickets that a search shows, in order."""
    page = browser.get("/search", query_string={"q": words, **narrowed})
    assert page.status_code == 200, page.status_code
    return [int(key) for key in re.findall(r'<h3><a href="/tickets/(\d+)"', page.text)]


def told(browser: PortalClient, words: str, **narrowed: str) -> str:
    """All that the page says of a search but what was asked: the words stand in its form and its title."""
    answer = browser.get("/search", query_string={"q": words, **narrowed})
    assert answer.status_code == 200, answer.status_code
    page = answer.text
    main = page[page.index('<main id="main"') :]
    without_form = re.sub(r"<form\b.*?</form>", "", main, flags=re.S)
    return re.sub(r"\s+", " ", without_form)
