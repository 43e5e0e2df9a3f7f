"""Canned replies: answers that support gives often, with placeholders of a fixed list. Never a template."""

import re
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from portal.accounts.actor import NOWHERE, Actor, Scope
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Conflict, Invalid, NotFound
from portal.policy.coverage import Topic
from portal.tickets.models import Ticket
from portal.tickets.models_work import CannedReply

PLACEHOLDERS = {
    "customer": "the name of whoever has the ticket on the customer's side",
    "event": "the name of the event",
    "ticket": "the number of the ticket",
    "agent": "your own name",
    "due": "by when the reply is promised",
}
IN_BRACES = re.compile(r"\{([^{}]*)\}")
NO_PROMISE = "the time shown on the ticket's page"


def filled(reply: CannedReply, ticket: Ticket, agent: str, due: str | None) -> str:
    """A reply's text with its placeholders filled for a ticket; whatever the values hold stays text."""
    holder = ticket.handed_to or ticket.opened_by
    values = {
        "customer": holder.name, "event": ticket.event.name, "ticket": str(ticket.id), "agent": agent,
        "due": due or NO_PROMISE,
    }  # fmt: skip
    return IN_BRACES.sub(lambda found: values.get(found[1], found[0]), reply.body)


def canned_replies(actor: Actor, *, archived: bool = False) -> list[CannedReply]:
    """The replies in use, or those that were archived, by topic and title."""
    actor.require("reply:manage")
    gone = CannedReply.archived_at.is_not(None)
    kept = select(CannedReply).where(gone if archived else ~gone).options(joinedload(CannedReply.changed_by))
    return list(db.session.scalars(kept.order_by(CannedReply.topic.nulls_first(), CannedReply.title)))


def canned_reply_for(actor: Actor, reply_id: int) -> CannedReply:
    """One reply, in use or archived. Raises NotFound."""
    found = db.session.get(CannedReply, reply_id) if canned_reply_scope(actor, reply_id) else None
    if found is None:
        raise NotFound
    return found


def canned_reply_scope(actor: Actor, reply_id: int) -> Scope | None:
    """Replies belong to support as a whole; nobody else may know of one."""
    known = select(CannedReply.id).where(CannedReply.id == reply_id)
    return NOWHERE if actor.may("reply:manage") and db.session.scalar(known) else None


@use_case
def add_canned_reply(actor: Actor, *, title: str, topic: str, body: str, form_key: str) -> CannedReply:
    """Keep a new reply. A repeated form gives the same one. Raises Invalid (title, topic, body), Forbidden."""
    actor.require("reply:manage")
    own_key = actor.own_key(form_key)
    if kept := db.session.scalar(select(CannedReply).where(CannedReply.form_key == own_key)):
        return kept
    reply = CannedReply(changed_by_id=actor.id, form_key=own_key, **_checked(title, topic, body, None))
    db.session.add(reply)
    db.session.flush()
    record(actor, "canned_reply.added", reply, after=_said(reply))
    return reply


@use_case
def change_canned_reply(actor: Actor, reply_id: int, *, title: str, topic: str, body: str) -> CannedReply:
    """Reword a reply. Raises Invalid (title, topic, body), Conflict when it is archived, NotFound, Forbidden."""
    reply = _locked(actor, reply_id)
    if reply.archived_at:
        raise Conflict("This reply is archived. Take it out of the archive first.")
    before = _said(reply)
    for name, value in _checked(title, topic, body, reply.id).items():
        setattr(reply, name, value)
    reply.changed_at, reply.changed_by_id = now(), actor.id
    if _said(reply) != before:
        record(actor, "canned_reply.changed", reply, before=before, after=_said(reply))
    return reply


@use_case
def archive_canned_reply(actor: Actor, reply_id: int, *, archived: bool) -> CannedReply:
    """Take a reply out of use, or back into it; nothing is deleted. Raises Conflict, Invalid, NotFound, Forbidden."""
    reply = _locked(actor, reply_id)
    if not archived:
        _checked(reply.title, reply.topic or "", reply.body, reply.id)
    standing = CannedReply.archived_at.is_(None) if archived else CannedReply.archived_at.is_not(None)
    moved = update(CannedReply).where(CannedReply.id == reply_id, standing)
    when = now() if archived else None
    if db.session.scalar(moved.values(archived_at=when).returning(CannedReply.id)) is None:
        raise Conflict("Somebody has done this already.")
    record(actor, "canned_reply.archived" if archived else "canned_reply.restored", reply)
    return reply


def _locked(actor: Actor, reply_id: int) -> CannedReply:
    actor.require("reply:manage")
    held = select(CannedReply).where(CannedReply.id == reply_id).with_for_update(key_share=True)
    found = db.session.scalar(held.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def _checked(title: str, topic: str, body: str, reply_id: int | None) -> dict[str, str | None]:
    title = " ".join(title.split())
    unknown = _unknown(body)
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise Invalid(body=f"There is no placeholder {{{unknown[0]}}}. Known are {known}.")
    if topic and topic not in set(Topic):
        raise Invalid(topic="Choose a topic of the list.")
    same = select(CannedReply.id).where(CannedReply.title == title, CannedReply.archived_at.is_(None))
    if db.session.scalar(same.where(CannedReply.id != (reply_id or 0))):
        raise Invalid(title="There is a reply of this title already.")
    return {"title": title, "topic": topic or None, "body": body}


def _unknown(body: str) -> Sequence[str]:
    return [name for name in IN_BRACES.findall(body) if name not in PLACEHOLDERS]


def _said(reply: CannedReply) -> dict[str, str | None]:
    return {"title": reply.title, "topic": reply.topic, "body": reply.body}
