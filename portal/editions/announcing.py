"""Telling organisers by mail of an edition to come, and of one that was withdrawn; each once (POL-1)."""

from collections.abc import Sequence

from sqlalchemy import exists, select

from portal.accounts.actor import SYSTEM, Actor
from portal.accounts.models import Grant, Person
from portal.accounts.permissions import Role
from portal.clock import now
from portal.db import db, use_case
from portal.editions.models import EditionCourse, PolicyEdition
from portal.editions.queries import edition_numbered, editions
from portal.mail.post import post
from portal.policy.edition import Edition, changes

AT_ONCE = 100


def announce_edition(number: int) -> None:
    """Write to every organiser of now that an edition was published; stops when it is withdrawn meanwhile."""
    while _announce_batch(SYSTEM, number):
        pass


def tell_of_withdrawal(number: int) -> None:
    """Write to whoever was told of an edition that it will not come into force."""
    after: int | None = 0
    while after is not None:
        after = _withdrawal_batch(SYSTEM, number, after)


@use_case
def _announce_batch(_actor: Actor, number: int) -> bool:
    course, published = _held(number)
    if course.announced_at is not None:
        return False
    people = _organisers(course.announced_through) if published.withdrawn_at is None else []
    edition = edition_numbered(number)
    assert edition is not None
    sentences = changes(_before(number), edition)
    for person in people:
        post(
            person, "edition_announced", cause=f"edition-announced:{number}", edition=edition, sentences=sentences
        )  # fmt: skip
    course.announced_through = people[-1].id if people else course.announced_through
    course.announced_at = None if people else now()
    return bool(people)


@use_case
def _withdrawal_batch(_actor: Actor, number: int, after: int) -> int | None:
    course, _ = _held(number)
    people = [each for each in _organisers(after) if each.id <= course.announced_through]
    for person in people:
        post(
            person, "edition_withdrawn", cause=f"edition-withdrawn:{number}", edition=edition_numbered(number),
            reason=course.withdrawal_reason,
        )  # fmt: skip
    return people[-1].id if people else None


def _held(number: int) -> tuple[EditionCourse, PolicyEdition]:
    held = select(EditionCourse).where(EditionCourse.number == number).with_for_update()
    return db.session.scalars(held).one(), db.session.get_one(PolicyEdition, number, populate_existing=True)


def _before(number: int) -> Edition:
    return next(each for each in editions() if each.number < number)


def _organisers(after: int) -> Sequence[Person]:
    organises = exists().where(
        Grant.person_id == Person.id, Grant.role == Role.ORGANISER, Grant.ended_at.is_(None)
    )
    reached = select(Person).where(Person.id > after, Person.disabled_at.is_(None), organises)
    return db.session.scalars(reached.order_by(Person.id).limit(AT_ONCE)).all()
