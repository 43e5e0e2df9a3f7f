"""Writing mail in the caller's transaction. It is sent by a job after the commit, or never written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formataddr
from typing import Any

import nh3
from flask import current_app
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup
from sqlalchemy.dialects.postgresql import insert

from portal.accounts.actor import NOWHERE, Scope
from portal.accounts.models import Organisation, Person
from portal.db import db
from portal.jobs.queue import enqueue
from portal.mail.addresses import question_address, takes_replies
from portal.mail.models import OutboundMail
from portal.mail.optional import kind_of
from portal.mail.threads import Turn, above_reply, new_message_id, thread_headers

EASTERN = "America/New_York"
FOOTER = "Conference Tracker Support. Questions may be sent at any time; answers come in business hours."
SHOWN = nh3.ALLOWED_TAGS - {"img"}
# A name or a subject may hold Markdown: no stranger's link travels under words of their choosing.
MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False}).disable(["link", "image", "autolink"])


def _quotes_as_typed(state: StateCore) -> None:
    # What somebody typed is quoted line by line (see the filter `quoted`): inside a quote every line is text.
    depth = 0
    for token in state.tokens:
        depth += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if token.type == "inline":
            token.children = list(_lines(token.content) if depth else _own_links(token, state.env["site"]))


def _own_links(inline: Token, site: str) -> Iterator[Token]:
    """The portal's own addresses as links; no other address becomes one."""
    own = re.compile(f"({re.escape(site)}/[^\\s<>)]*)")
    for child in inline.children or []:
        for piece in own.split(child.content) if child.type == "text" else ():
            if own.fullmatch(piece):
                yield Token("link_open", "a", 1, attrs={"href": piece})
                yield Token("text", "", 0, content=piece)
                yield Token("link_close", "a", -1)
            elif piece:
                yield Token("text", "", 0, content=piece)
        if child.type != "text":
            yield child


def _lines(content: str) -> Iterator[Token]:
    for number, line in enumerate(content.split("\n")):
        if number:
            yield Token("hardbreak", "br", 0)
        yield Token("text", "", 0, content=line)


MARKDOWN.core.ruler.after("inline", "quotes_as_typed", _quotes_as_typed)


@dataclass(frozen=True)
class Calendar:
    """An iCalendar object that travels with a mail, with its iTIP method (RFC 5546), and where answers to it go."""

    content: str
    method: str
    answers_to: str = ""


def post(
    to: Person,
    template: str,
    *,
    cause: str,
    permission: str | None = None,
    scope: Scope = NOWHERE,
    calendar: Calendar | None = None,
    document_id: int | None = None,
    question_id: int | None = None,
    turn: Turn | None = None,
    **context: Any,
) -> None:
    """Write the mail `templates/mail/<template>.md` to one person and queue its sending.

    `cause` names what happened, with keys (`ticket-message:71`): the same cause mails a person once.
    `permission` at `scope` is asked again before sending. The document travels as a PDF file. A mail about
    an attendee's question is emptied with it. The template's first line is the subject. One about a `turn` of a
    ticket is in its thread and can be answered. Optional mail that `to` has turned off is not written.
    """
    optional = kind_of(template)
    if optional in to.unwanted_mail:
        return
    written, headers = _written(template, to=to, zone=to.time_zone, **context), {}
    if turn:
        written, headers = _in_thread(written, turn), thread_headers(turn, to.id)
    elif question_id is not None:
        written, headers = _answerable(written, question_id, to.id, "Attendee's question")
    elif calendar is not None and calendar.answers_to:
        headers = {"Reply-To": calendar.answers_to}
    _queue(
        written, headers=headers, optional=optional,
        ticket_id=turn and turn.ticket_id, ticket_message_id=turn and turn.message_id,
        cause=f"{cause}:{to.id}", person_id=to.id, address=to.email, permission=permission,
        event_id=scope.event_id, organisation_id=scope.organisation_id, document_id=document_id,
        question_id=question_id, calendar=calendar and calendar.content, calendar_method=calendar and calendar.method,
    )  # fmt: skip


def post_to_billing(
    to: Organisation, template: str, *, cause: str, document_id: int | None = None, **context: Any
) -> None:
    """Write a mail to where an organisation's invoices go; nothing where it has no such address.

    As `post`; before sending, the address is compared with the organisation's own of that moment.
    """
    if to.billing_email:
        _queue(
            _written(template, to=to, zone=EASTERN, **context),
            cause=f"{cause}:billing:{to.id}", address=to.billing_email, organisation_id=to.id,
            document_id=document_id,
        )  # fmt: skip


def post_to_attendee(
    question_id: int, address: str, template: str, *, cause: str, sender_name: str, zone: str, **context: Any
) -> None:
    """Write a mail to who asked a question on an event's help page, from `sender_name` (WHO-2).

    As `post`; before sending, it is asked again whether the question still stands and has this address.
    """
    written, headers = _answerable(_written(template, zone=zone, **context), question_id, 0, sender_name)
    _queue(
        written, headers=headers, footer=_sent_for(sender_name), cause=cause, address=address, question_id=question_id, sender_name=sender_name,
    )  # fmt: skip


def post_to_audience(
    member_id: int,
    address: str,
    template: str,
    *,
    cause: str,
    sender_name: str,
    reply_to: str,
    stop: str,
    zone: str,
    calendar: Calendar | None = None,
    **context: Any,
) -> None:
    """Write a mail to somebody in the audience of a session, from `sender_name`, the customer (WHO-2).

    As `post`; before sending, it is asked again whether they may still be written to. `stop` is the address by which
    they get no more, also with one click of their mail program (RFC 8058). Replies go to `reply_to`, never to support.
    """
    headers = {
        "Reply-To": reply_to, "List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }  # fmt: skip
    _queue(
        _written(template, zone=zone, stop=stop, **context), headers=headers, footer=_sent_for(sender_name),
        cause=cause, address=address, audience_member_id=member_id, sender_name=sender_name,
        calendar=calendar and calendar.content, calendar_method=calendar and calendar.method,
    )  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A mail as it would go out: from whom, where replies go, its subject and its text as a mail program shows it."""

    sender_name: str
    reply_to: str
    subject: str
    body: Markup


def drafted(template: str, *, sender_name: str, reply_to: str, zone: str, **context: Any) -> Draft:
    """The mail that `post_to_audience` would write, for whoever is about to press the button."""
    subject, text = _written(template, zone=zone, **context)
    return Draft(sender_name, reply_to, subject, _cleaned(text))


def post_to_stranger(
    address: str, template: str, *, cause: str, answers_id: int, headers: dict[str, str]
) -> None:
    """Answer an inbound mail of somebody whom the portal does not know; the template gets nothing of it.

    As `post`; it is sent from nobody, so that nothing ever comes back to it.
    """
    _queue(
        _written(template, zone=EASTERN), cause=cause, address=address, answers_id=answers_id, headers=headers
    )


def _answerable(
    written: tuple[str, str], question_id: int, person_id: int, name: str
) -> tuple[tuple[str, str], dict[str, str]]:
    # What attendees and contacts write to each other must not end among support's mail (WHO-2).
    if not takes_replies():
        return written, {}
    subject, text = written
    answers = formataddr((name, question_address(question_id, person_id)))
    return (subject, above_reply(text)), {"Reply-To": answers}


def _in_thread(written: tuple[str, str], turn: Turn) -> tuple[str, str]:
    # Where mail is answered by mail, one subject keeps a ticket's mails together in every mail program.
    subject, text = written
    return (f"[#{turn.ticket_id}] {subject}", above_reply(text)) if takes_replies() else written


def _queue(
    written: tuple[str, str], *, cause: str, footer: str = FOOTER, headers: dict[str, str] | None = None, **columns: Any
) -> None:  # fmt: skip
    subject, text = written
    columns |= {"headers": headers or {}, "message_id": new_message_id()}
    body = {"subject": subject, "body_text": text, "body_html": _html(subject, text, footer)}
    once = (
        insert(OutboundMail)
        .values(cause=cause, **body, **columns)
        .on_conflict_do_nothing(index_elements=["cause"])
    )
    mail_id = db.session.scalar(once.returning(OutboundMail.id))
    if mail_id is not None:
        enqueue("send_mail", queue="mail", mail_id=mail_id)


def address_of(endpoint: str, **values: Any) -> str:
    """The full address of a page, from configuration only: what a request claims as its host is not used."""
    site = current_app.extensions["settings"].site_url
    scheme, host = site.split("://", 1)
    path = current_app.url_map.bind(host.split("/")[0], url_scheme=scheme).build(endpoint, values)
    return f"{site}{path}"


def _written(template: str, **context: Any) -> tuple[str, str]:
    settings = current_app.extensions["settings"]
    rendered = current_app.jinja_env.get_template(f"mail/{template}.md").render(
        address_of=address_of, settings=settings, replies_by_mail=takes_replies(), **context
    )
    subject, _, text = rendered.strip().partition("\n")
    return " ".join(subject.split()), text.strip() + "\n"


def _sent_for(sender_name: str) -> str:
    return f"Sent by Conference Tracker for {sender_name}."


def _cleaned(text: str) -> Markup:
    rendered = MARKDOWN.render(text, {"site": current_app.extensions["settings"].site_url})
    return Markup(nh3.clean(rendered, tags=SHOWN))  # noqa: S704


def _html(subject: str, text: str, footer: str) -> str:
    layout = current_app.jinja_env.get_template("mail/layout.html")
    return layout.render(subject=subject, footer=footer, body=_cleaned(text))
