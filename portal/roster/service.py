"""Registering contacts (WHO-3, WHO-5)."""

from sqlalchemy import select

from portal.accounts.actor import Actor
from portal.db import db, use_case
from portal.events.queries import locked_event
from portal.roster.models import Contact
from portal.roster.registration import LONGEST_JOB_TITLE, checked_details, register

__all__ = ["LONGEST_JOB_TITLE", "register_contact"]


@use_case
def register_contact(
    actor: Actor, event_id: int, *, name: str, email: str, phone: str = "", job_title: str = "", form_key: str
) -> Contact:
    """Register a person as Technical Contact of an event, within its limit; sent twice, it is done once.

    Whoever is new is invited; whoever is known keeps their own name. Raises Refused (WHO-3) with the ways
    on when there is no room, Invalid for what cannot be taken, NotFound when the actor may not know of
    the event, Forbidden when they may not register anybody there.
    """
    event = locked_event(actor, event_id)
    actor.require("roster:add", event.scope)
    earlier = db.session.scalar(select(Contact).where(Contact.form_key == actor.own_key(form_key)))
    if earlier is not None:
        return earlier
    details = checked_details(event.time_zone, name=name, email=email, phone=phone, job_title=job_title)
    return register(actor, event, details, form_key)
