"""One-time links, sent by mail. These take part in the caller's transaction.

A link is bound to its purpose and its person, expires, and is used once however many try at the same time.
"""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, select, update

from portal.accounts.models import OneTimeLink, Person
from portal.accounts.tokens import digest, new_token
from portal.clock import now
from portal.db import db


class Purpose(StrEnum):
    """What a link is for; it opens nothing else."""

    INVITATION = "invitation"
    RESET = "reset"


LIFETIMES = {Purpose.INVITATION: timedelta(days=7), Purpose.RESET: timedelta(hours=1)}


def make_link(person: Person, purpose: Purpose) -> tuple[str, OneTimeLink]:
    """A new link for `person`: its token, which is nowhere else, and its row."""
    token, moment = new_token(), now()
    link = OneTimeLink(
        token_hash=digest(token),
        purpose=purpose,
        person_id=person.id,
        created_at=moment,
        expires_at=moment + LIFETIMES[purpose],
    )
    db.session.add(link)
    db.session.flush()
    return token, link


def person_behind(token: str, purpose: Purpose) -> Person | None:
    """Whom a link that still works was sent to. Uses nothing up."""
    return db.session.scalar(
        select(Person)
        .join(OneTimeLink, OneTimeLink.person_id == Person.id)
        .where(*_bound(token, purpose), OneTimeLink.used_at.is_(None), Person.disabled_at.is_(None))
    )


def use_up(token: str, purpose: Purpose) -> Person | None:
    """Lock the person behind a link and take it; None when it was used, expired, withdrawn or never made."""
    found = person_behind(token, purpose)
    if found is None:
        return None
    locked = select(Person).where(Person.id == found.id, Person.disabled_at.is_(None))
    person = db.session.scalar(
        locked.with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    taken = update(OneTimeLink).where(*_bound(token, purpose), still_unused()).values(used_at=now())
    return person if db.session.scalar(taken.returning(OneTimeLink.id)) is not None else None


def still_unused() -> ColumnElement[bool]:
    """What lets one of several win who use a link at the same time."""
    return OneTimeLink.used_at.is_(None)


def withdraw_links(person_id: int, *purposes: Purpose) -> None:
    """End every link of these purposes (of all, without any) that was sent to a person and not used."""
    db.session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.person_id == person_id,
            OneTimeLink.purpose.in_(purposes or Purpose),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now(),
        )
        .values(expires_at=now())
    )


def _bound(token: str, purpose: Purpose) -> tuple[ColumnElement[bool], ...]:
    return (
        OneTimeLink.token_hash == digest(token),
        OneTimeLink.purpose == purpose,
        OneTimeLink.expires_at > now(),
    )
