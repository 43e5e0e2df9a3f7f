"""Getting in by a link sent by mail: accepting an invitation, choosing a new password."""

from datetime import datetime

import structlog
from sqlalchemy import select

from portal.accounts.actor import SYSTEM, Actor
from portal.accounts.credentials import set_password
from portal.accounts.identity import normalise_email, normalise_name
from portal.accounts.links import Purpose, make_link, use_up, withdraw_links
from portal.accounts.models import OneTimeLink, Person
from portal.accounts.queries import actor_for
from portal.accounts.sessions import Browser, Opened, open_session
from portal.accounts.time_zones import is_time_zone
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.errors import Invalid, PortalError
from portal.jobs.queue import enqueue
from portal.mail.post import post

log = structlog.get_logger(__name__)


class LinkUsedUp(PortalError):
    """A one-time link that was used, has expired, was withdrawn, or never was."""

    status, title = 410, "This link no longer works"

    def __init__(self) -> None:
        super().__init__("It was used already, is too old, or a newer one has taken its place.")


@use_case
def ask_for_reset(visitor: Actor, email: str) -> None:
    """Queue a reset for whoever has this address. Asks nothing about them, so it tells and costs the same for all.

    Raises Invalid (field `email`) for what is no address.
    """
    enqueue("send_reset", queue="mail", email=normalise_email(email), asked_at=now().isoformat())


@use_case
def send_reset(system: Actor, email: str, asked_at: datetime) -> None:
    """Mail a new reset link to whoever has `email`, if anybody; older ones work no longer.

    Twice the same request, or a newer one answered first, mails nothing more.
    """
    person = db.session.scalar(
        select(Person)
        .where(Person.email == email, Person.disabled_at.is_(None))
        .with_for_update(key_share=True)
    )
    if person is None or _answered_since(person, asked_at):
        return
    withdraw_links(person.id, Purpose.RESET)
    token, link = make_link(person, Purpose.RESET)
    post(person, "password_reset", cause=f"reset:{link.id}", token=token, expires_at=link.expires_at)
    record(system, "person.reset_requested", person)


def _answered_since(person: Person, asked_at: datetime) -> bool:
    newer = select(OneTimeLink.id).where(
        OneTimeLink.person_id == person.id,
        OneTimeLink.purpose == Purpose.RESET,
        OneTimeLink.created_at >= asked_at,
    )
    return db.session.scalar(newer.limit(1)) is not None


@use_case
def reset_password(visitor: Actor, *, token: str, password: str) -> None:
    """Set a new password by a reset link; every session of the person ends.

    Raises LinkUsedUp, or Invalid (field `password`), which leaves the link as it was.
    """
    person = use_up(token, Purpose.RESET)
    if person is None:
        log.warning("link_refused", purpose=Purpose.RESET)
        raise LinkUsedUp
    set_password(_themself(person), person, password, "person.password_reset")
    log.info("password_reset", person=person.id)


@use_case
def accept_invitation(
    visitor: Actor, *, token: str, name: str, time_zone: str, password: str, browser: Browser
) -> Opened:
    """Set the first password by an invitation link, and sign in.

    Raises LinkUsedUp, or Invalid (`name`, `time_zone`, `password`), which leaves the link as it was.
    """
    person = use_up(token, Purpose.INVITATION)
    if person is None or person.password_hash is not None:
        log.warning("link_refused", purpose=Purpose.INVITATION)
        raise LinkUsedUp
    if not is_time_zone(time_zone):
        raise Invalid(time_zone="Choose a time zone from the list.")
    person.name, person.time_zone = normalise_name(name), time_zone
    set_password(_themself(person), person, password, "person.invitation_accepted")
    return open_session(person, browser)


def _themself(person: Person) -> Actor:
    return actor_for(person.id) or SYSTEM
