"""Signed-in browsers. Opening and ending them takes part in the caller's transaction."""

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import update

from portal.accounts.actor import Actor
from portal.accounts.models import Person, Session
from portal.accounts.queries import actor_for
from portal.accounts.tokens import digest, new_token
from portal.audit.record import record
from portal.clock import now
from portal.db import db, in_transaction
from portal.errors import Forbidden

WRITE_MARK = timedelta(minutes=1)


@dataclass(frozen=True)
class Browser:
    """Where a person signs in from, and the session that this browser leaves for it, if any."""

    name: str = ""
    address: str = ""
    leaves: int | None = None


@dataclass(frozen=True)
class Opened:
    """A session that was opened: its token goes into the cookie and is kept nowhere else."""

    actor: Actor
    token: str
    session_id: int


def open_session(person: Person, browser: Browser) -> Opened:
    """Sign `person` in with a token never used before. Raises Forbidden when they are disabled."""
    actor = actor_for(person.id)
    if actor is None:
        raise Forbidden("This account has been closed.")
    if browser.leaves is not None:
        end_one(browser.leaves)
    token, moment = new_token(), now()
    hours = current_app.extensions["settings"].session_hours
    opened = Session(
        token_hash=digest(token), person_id=person.id, browser=browser.name, address=browser.address,
        signed_in_at=moment, last_write_at=moment, expires_at=moment + timedelta(hours=hours),
    )  # fmt: skip
    db.session.add(opened)
    db.session.flush()
    record(actor, "session.opened", opened, after={"browser": browser.name, "address": browser.address})
    return Opened(actor, token, opened.id)


def renew_token(session_id: int) -> str:
    """A new token for an open session; the old one is worth nothing from now on."""
    token = new_token()
    db.session.execute(update(Session).where(Session.id == session_id).values(token_hash=digest(token)))
    return token


def note_write(session_id: int) -> None:
    """Remember that something was written from this browser, to the minute. A transaction of its own."""
    moment = now()
    stale = update(Session).where(Session.id == session_id, Session.last_write_at < moment - WRITE_MARK)
    in_transaction(lambda: db.session.execute(stale.values(last_write_at=moment)))


def end_one(session_id: int) -> bool:
    """End a session; False when it had ended already."""
    return bool(_end(Session.id == session_id))


def end_all(person_id: int, *, but: int | None = None) -> int:
    """End every session of a person, except `but`; how many that were."""
    return _end(Session.person_id == person_id, Session.id.is_distinct_from(but))


def _end(*which: object) -> int:
    ended = update(Session).where(*which, Session.ended_at.is_(None), Session.expires_at > now())  # type: ignore[arg-type]
    return len(db.session.scalars(ended.values(ended_at=now()).returning(Session.id)).all())
