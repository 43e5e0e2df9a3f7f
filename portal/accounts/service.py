"""Signing in and out, and what a person does to their own account."""

from datetime import timedelta

import structlog
from sqlalchemy import delete, or_, select

from portal.accounts.actor import SYSTEM, Actor
from portal.accounts.credentials import set_password
from portal.accounts.grants import grant_role, record_grant
from portal.accounts.identity import normalise_email, normalise_name, normalise_phone
from portal.accounts.invitations import find_or_invite
from portal.accounts.links import Purpose, make_link
from portal.accounts.models import OneTimeLink, Person, Session
from portal.accounts.passwords import hash_password, is_outdated, matches
from portal.accounts.permissions import Role
from portal.accounts.queries import actor_for, person_with_email
from portal.accounts.sessions import Browser, Opened, end_all, end_one, open_session, renew_token
from portal.accounts.time_zones import is_time_zone
from portal.audit.record import record
from portal.clock import now
from portal.db import db, in_transaction, use_case
from portal.errors import Invalid, NotFound
from portal.mail.post import address_of
from portal.rate_counters import forget_ended_windows

log = structlog.get_logger(__name__)

KEPT_AFTER_END = timedelta(days=30)


@use_case
def sign_in(visitor: Actor, *, email: str, password: str, browser: Browser) -> Opened | None:
    """Open a session for whoever has this address and password; None otherwise, whatever the reason.

    An unknown address, a wrong password, a closed account and one without a password yet take the same time.
    """
    person = _person_typed(email)
    stored = person.password_hash if person and person.disabled_at is None else None
    known = matches(stored, password)
    found = _unchanged(person.id, stored) if person and known else None
    if found is None:
        log.warning("sign_in_refused", person=person.id if person else None, address=browser.address)
        return None
    if stored and is_outdated(stored):
        found.password_hash = hash_password(password)
    log.info("signed_in", person=found.id, address=browser.address)
    return open_session(found, browser)


def _person_typed(email: str) -> Person | None:
    try:
        return person_with_email(normalise_email(email))
    except Invalid:
        return None


def _unchanged(person_id: int, stored: str | None) -> Person | None:
    # The password was compared without a lock, so that guesses at one account do not queue and show that
    # it exists. Held now, it must still be the one compared: a change of password ends what came before it.
    return db.session.scalar(
        select(Person)
        .where(Person.id == person_id, Person.password_hash == stored, Person.disabled_at.is_(None))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


@use_case
def end_session(actor: Actor, session_id: int) -> None:
    """Sign one of the actor's browsers out. Raises NotFound for anybody else's."""
    own = db.session.scalar(select(Session).where(Session.id == session_id, Session.person_id == actor.id))
    if own is None:
        raise NotFound
    if end_one(own.id):
        record(actor, "session.ended", own)
        log.info("signed_out", person=actor.id, session=own.id)


@use_case
def end_sessions(actor: Actor, *, but: int | None = None) -> int:
    """End all of the actor's own sessions, except `but`; how many that were."""
    person = _locked_self(actor)
    ended = end_all(person.id, but=but)
    record(actor, "person.signed_out_elsewhere" if but else "person.signed_out_everywhere", person,
           after={"sessions_ended": ended})  # fmt: skip
    return ended


@use_case
def update_account(actor: Actor, *, name: str, phone: str, time_zone: str) -> None:
    """Change the actor's own name, telephone number and time zone. Raises Invalid naming the field."""
    person = _locked_self(actor)
    if time_zone != person.time_zone and not is_time_zone(time_zone):
        raise Invalid(time_zone="Choose a time zone from the list.")
    new = {"name": normalise_name(name), "phone": normalise_phone(phone), "time_zone": time_zone}
    old = {field: getattr(person, field) for field in new}
    if new == old:
        return
    for field, value in new.items():
        setattr(person, field, value)
    record(actor, "person.updated", person, before=old, after=new)


@use_case
def change_password(actor: Actor, *, session_id: int, current: str, password: str) -> Opened:
    """Give the actor a new password and this browser a new token; every other session ends.

    Raises Invalid (`current_password`, `password`) when the present one is wrong or the new one will not do.
    """
    person = _locked_self(actor)
    if not matches(person.password_hash, current):
        log.warning("password_change_refused", person=person.id)
        raise Invalid(current_password="That is not your present password.")  # noqa: S106
    if password == current:
        raise Invalid(password="That is your present password. Choose another.")  # noqa: S106
    set_password(actor, person, password, "person.password_changed", keep=session_id)
    return Opened(actor, renew_token(session_id), session_id)


def _locked_self(actor: Actor) -> Person:
    locked = select(Person).where(Person.id == actor.id).with_for_update(key_share=True)
    return db.session.scalars(locked.execution_options(populate_existing=True)).one()


def forget_expired() -> None:
    """Delete ended windows of rate limits, and sessions and links that ended thirty days ago."""
    in_transaction(_forget_expired)


def _forget_expired() -> None:
    before = now() - KEPT_AFTER_END
    ended = or_(Session.ended_at < before, Session.expires_at < before)
    db.session.execute(delete(Session).where(ended))
    db.session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < before))
    forget_ended_windows()


def create_admin(email: str, name: str) -> str | None:
    """Make somebody an administrator, from the command line; the address at which they choose a password.

    None for whoever has a password already. Raises Invalid (`email`, `name`).
    """
    return _create_admin(SYSTEM, email, name)


@use_case
def _create_admin(system: Actor, email: str, name: str) -> str | None:
    person, _ = find_or_invite(system, email=email, name=name)
    actor = actor_for(person.id)
    if actor is None or Role.ADMIN not in actor.staff_roles:
        granted = grant_role(system, person.id, Role.ADMIN)
        record_grant(system, "role.granted", granted, person)
    if person.password_hash is not None:
        return None
    token, _link = make_link(person, Purpose.INVITATION)
    return address_of("accounts.invitation", token=token)
