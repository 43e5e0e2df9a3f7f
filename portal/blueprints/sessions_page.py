"""The page of an event's live sessions: each kind with its entitlement and open times, by list and by week."""

from typing import Any

from flask import Response, request

from portal.accounts.actor import Actor
from portal.accounts.time_zones import is_time_zone, time_zones
from portal.bookings.days import instant_from
from portal.bookings.offers import Kind, Listed, Overview, Week, day_from, overview
from portal.bookings.queries import coming_sessions, past_sessions
from portal.bookings.waiting_queries import turns_and_holds
from portal.clock import now
from portal.errors import Link
from portal.events.models import Event
from portal.events.queries import event_for
from portal.policy.decision import Decision
from portal.policy.terms import SessionKind
from portal.policy.training import may_book_kind
from portal.roster.ways_on import ways_on
from portal.web.htmx import page_or_fragment
from portal.web.links import hrefs
from portal.web.paging import addressed
from portal.web.signed_in import current_actor

Offer = Listed | Week


def sessions_page(event_id: int) -> Response:
    """The page, or the times of one kind for htmx: `?kind=`, `?view=week`, `?week=`, `?after=`, `?zone=`."""
    actor = current_actor()
    event, zone = event_for(actor, event_id), _zone(actor)
    found, chosen = overview(event), kind_named(request.args.get("kind"))
    may_book = actor.may("booking:create", event.scope)
    allowed = {kind.key: _allowed(actor, event, kind) for kind in found.kinds}
    offers = {
        kind.key: _offer(found, kind, zone, chosen)
        for kind in found.kinds
        if may_book and kind.is_open and allowed[kind.key]
    }
    turns, kept = turns_and_holds(actor, event_id) if may_book else ({}, {})
    return page_or_fragment(
        "bookings/index.html", "bookings/_offer.html" if chosen in offers else "bookings/index.html",
        event=event, kinds=found.kinds, offers=offers, kind=chosen, offer=offers.get(chosen) if chosen else None,
        may_book=may_book, refusals=_refusals(actor, event, allowed), ways=_ways(actor, event), zone=zone, zones=time_zones(),
        view="week" if request.args.get("view") == "week" else "list", carried=_carried(zone, actor), now=now(),
        turns=turns, kept=kept, is_chosen=chosen is not None, **_sessions(actor, event_id),
    )  # fmt: skip


def kind_named(text: str | None) -> SessionKind | None:
    """The kind of session that a text names; None for any other text."""
    return SessionKind(text) if text in set(SessionKind) else None


def _offer(found: Overview, kind: Kind, zone: str, chosen: SessionKind | None) -> Offer:
    if kind.key is not chosen:
        return found.next_few(kind.key, zone)
    if request.args.get("view") == "week":
        return found.week(kind.key, zone, day_from(request.args.get("week")))
    return found.listed(kind.key, zone, instant_from(request.args.get("after")))


def _zone(actor: Actor) -> str:
    asked = request.args.get("zone", "")
    return asked if is_time_zone(asked) else actor.time_zone


def _sessions(actor: Actor, event_id: int) -> dict[str, Any]:
    """The sessions to come, or with `?past=` those that were: one list at a time."""
    if "past" in request.args:
        past = past_sessions(actor, event_id, request.args["past"] or None)
        return {"is_past": True, "sessions": addressed(past, parameter="past")}
    coming = coming_sessions(actor, event_id, request.args.get("coming"))
    return {"is_past": False, "sessions": addressed(coming, parameter="coming")}


def _carried(zone: str, actor: Actor) -> dict[str, Any]:
    """What every link of the page carries on: a zone other than the account's, and the ticket booked from."""
    ticket = request.args.get("ticket", "")
    is_key = ticket.isascii() and ticket.isdigit() and len(ticket) < 19
    return {
        "zone": zone if zone != actor.time_zone else None,
        "ticket": ticket if is_key else None,
    }


def _allowed(actor: Actor, event: Event, kind: Kind) -> Decision:
    return may_book_kind(kind.key, is_contact=event.id in actor.contact_event_ids)


def _refusals(
    actor: Actor, event: Event, allowed: dict[SessionKind, Decision]
) -> dict[SessionKind, dict[str, Any]]:
    return {
        kind: {
            "reason": decision.reason,
            "rule": decision.rule,
            "links": hrefs(ways_on(actor, decision, event)),
        }
        for kind, decision in allowed.items()
        if not decision
    }


def _ways(actor: Actor, event: Event) -> list[dict[str, str]]:
    """What leads on where an event lacks what a kind of session needs, or has used it up."""
    links = []
    if actor.may("event:write", event.scope):
        links.append(Link("Change what the event is", "events.edit", {"event_id": event.id}))
    if actor.may("quote:ask", event.scope):
        links.append(Link("Ask for a price quote", "quotes.new", {"event_id": event.id}))
    if actor.may("ticket:open", event.scope):
        links.append(Link("Ask in a ticket", "tickets.new", {"event_id": event.id}))
    return hrefs(links)
