"""Attendees' questions to test with."""

import re
from typing import Any
from uuid import uuid4

from sqlalchemy import func, inspect, select

from portal.accounts.grants import end_grant
from portal.audit.models import AuditEntry
from portal.blueprints.questions.public_form import ATTENDEE
from portal.clock import now
from portal.db import db
from portal.mail.models import OutboundMail
from portal.questions import asking, service
from portal.questions.models import Question, QuestionMessage
from portal.questions.queries import newest_turn_id
from portal.roster.models import Contact
from tests.people import World

MIA = "mia@attendees.example"
BODY = "My badge shows the old name of my institute. How do I change it?"
LINK = re.compile(r"/asked/(?:confirmation/)?([\w-]{20,})")


def asked(world: World, **changes: Any) -> Question:
    """A question on the congress that is not confirmed yet."""
    event = changes.pop("event", world.congress)
    values: dict[str, Any] = {"name": "Mia Park", "email": MIA, "body": BODY, "form_key": str(uuid4())}
    return asking.ask_question(ATTENDEE, event.slug, **values | changes)


def confirmed(world: World, **changes: Any) -> tuple[Question, str]:
    """A question that has reached the contacts, and the token that its attendee follows it by."""
    question = asked(world, **changes)
    token = asking.confirm_question(ATTENDEE, link_in_mail(question))
    return as_stored(question), token


def answered(world: World, question: Question, who: str = "contact", **changes: Any) -> QuestionMessage:
    """An answer by `who`, in view of everything before it."""
    values: dict[str, Any] = {
        "body": "Open your profile and change it there.", "form_key": str(uuid4()),
        "seen": newest_turn_id(question),
    }  # fmt: skip
    return service.answer_question(world.actor(who), question.id, **values | changes)


def link_in_mail(question: Question) -> str:
    """The token in the newest mail to a question's attendee."""
    mails = select(OutboundMail.body_text).where(
        OutboundMail.question_id == key_of(question), OutboundMail.person_id.is_(None)
    )
    body = db.session.scalars(mails.order_by(OutboundMail.id.desc())).first()
    assert body is not None
    found = LINK.search(body)
    assert found is not None, body
    return found[1]


def as_stored(question: Question) -> Question:
    """The question as the database has it now."""
    key = key_of(question)
    db.session.rollback()
    db.session.remove()
    return db.session.get_one(Question, key)


def key_of(question: Question) -> int:
    """A question's key, also of one that no session holds any more."""
    key: int = inspect(question).identity[0]
    return key


def count(model: Any, *where: Any) -> int:
    """How many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def history() -> list[tuple[str, str | None]]:
    """The audit rows of questions, each action with the state it led to."""
    rows = db.session.scalars(
        select(AuditEntry).where(AuditEntry.subject_type == "question").order_by(AuditEntry.id)
    )
    return [(row.action, (row.after or {}).get("state")) for row in rows]


def removed(world: World, who: str) -> None:
    """End the role of a contact of the congress, as an approved removal does."""
    where = (Contact.event_id == world.congress.id, Contact.person_id == getattr(world, who).id)
    row = db.session.scalars(select(Contact).where(*where)).one()
    row.ended_at, row.seat_id = now(), None
    assert end_grant(row.grant_id)
    db.session.commit()
