"""The link in the closing mail by which its addressee answers without signing in."""

import hashlib
from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from portal.accounts.actor import Actor
from portal.accounts.queries import actor_for
from portal.errors import NotFound
from portal.tickets.models import Ticket
from portal.tickets.queries import ticket_for


@dataclass(frozen=True)
class Asked:
    """Whom a link was sent to, as they stand now, and the ticket it is about."""

    actor: Actor
    ticket: Ticket


def satisfaction_token(ticket_id: int, person_id: int) -> str:
    """The signed token of one person and one ticket. It opens nothing but the question."""
    return _serializer().dumps([ticket_id, person_id])


def asked_by_link(token: str) -> Asked:
    """Who answers and about which ticket. Raises NotFound for a forged link, and for who may no longer reply there."""
    try:
        ticket_id, person_id = _serializer().loads(token)
    except (BadData, ValueError, TypeError):
        raise NotFound from None
    actor = actor_for(person_id)
    if actor is None:
        raise NotFound
    ticket = ticket_for(actor, ticket_id)
    if not actor.may("ticket:reply", ticket.scope):
        raise NotFound
    return Asked(actor, ticket)


def _serializer() -> URLSafeSerializer:
    digest = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(current_app.secret_key or "", salt="ticket-satisfaction", signer_kwargs=digest)
