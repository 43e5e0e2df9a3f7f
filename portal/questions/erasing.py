"""Forgetting attendees: at their wish, by the rule of retention, and whoever never confirmed."""

from datetime import timedelta

from flask import current_app
from sqlalchemy import Select, case, delete, select, update
from sqlalchemy.orm import joinedload

from portal.accounts.actor import Actor
from portal.audit.record import record
from portal.clock import now
from portal.db import db, use_case
from portal.mail.models import OutboundMail
from portal.questions.links import LIFETIMES, Purpose
from portal.questions.models import Question, QuestionLink, QuestionMessage

AT_ONCE = 200
PLAINLY = {"synchronize_session": False}


def erased(actor: Actor, question: Question) -> None:
    """Take name, address, texts and links of a question that is held, and the texts of all mail about it.

    What a contact passed on to support stays in the ticket, which holds neither name nor address.
    """
    before = question.state
    db.session.execute(delete(QuestionMessage).where(QuestionMessage.question_id == question.id))
    db.session.execute(delete(QuestionLink).where(QuestionLink.question_id == question.id))
    question.state, question.closed_by, question.shares_address = "erased", None, False
    question.name = question.email = question.body = ""
    question.wish_texts = None
    question.form_key = f"erased:{question.id}"
    db.session.flush()
    _empty_mails(question.id)
    record(
        actor, "question.erased", question, before={"state": before}, after={"state": "erased"},
        scope=question.scope,
    )  # fmt: skip


@use_case
def erase_by_rule(system: Actor) -> int:
    """Erase the questions that nobody has touched for as long as the settings keep them; how many.

    What of their mail was on its way while they were erased is emptied as well.
    """
    days: int = current_app.extensions["settings"].question_keep_days
    old = select(Question).where(
        Question.state.in_(("open", "answered", "closed")),
        Question.last_activity_at < now() - timedelta(days=days),
    )  # fmt: skip
    held = old.order_by(Question.id).limit(AT_ONCE).options(joinedload(Question.event))
    found = list(db.session.scalars(held.with_for_update(key_share=True, of=Question, skip_locked=True)))
    for question in found:
        erased(system, question)
    _empty_left_over()
    return len(found)


@use_case
def forget_unconfirmed(system: Actor) -> int:
    """Delete the questions whose link to confirm with is too old, with their mail; how many."""
    late = select(Question.id).where(
        Question.state == "unconfirmed", Question.asked_at < now() - LIFETIMES[Purpose.CONFIRM]
    )
    held = late.order_by(Question.id).limit(AT_ONCE).with_for_update(skip_locked=True)
    keys = list(db.session.scalars(held))
    mails = (
        select(OutboundMail.id).where(OutboundMail.question_id.in_(keys)).with_for_update(skip_locked=True)
    )
    db.session.execute(delete(OutboundMail).where(OutboundMail.id.in_(mails)), execution_options=PLAINLY)
    # One whose mail is being sent at this moment is left for the next time.
    sending = select(OutboundMail.question_id).where(OutboundMail.question_id.in_(keys))
    gone = [key for key in keys if key not in set(db.session.scalars(sending))]
    db.session.execute(delete(QuestionLink).where(QuestionLink.question_id.in_(gone)))
    db.session.execute(delete(Question).where(Question.id.in_(gone)), execution_options=PLAINLY)
    return len(gone)


def _empty_mails(question_id: int) -> None:
    _emptied(select(OutboundMail.id).where(OutboundMail.question_id == question_id))


def _empty_left_over() -> None:
    about = select(OutboundMail.id).join(Question, Question.id == OutboundMail.question_id)
    left = about.where(Question.state == "erased", OutboundMail.body_text != "")
    _emptied(left.limit(AT_ONCE))


def _emptied(mails: Select[int]) -> None:
    # One that is being sent at this moment is let go rather than waited for, and emptied by the next job.
    held = mails.with_for_update(skip_locked=True, of=OutboundMail)
    blank = {
        "subject": "", "body_text": "", "body_html": "", "last_error": "",
        "address": case((OutboundMail.person_id.is_(None), ""), else_=OutboundMail.address),
        "state": case((OutboundMail.state == "queued", "withheld"), else_=OutboundMail.state),
    }  # fmt: skip
    db.session.execute(
        update(OutboundMail).where(OutboundMail.id.in_(held)).values(blank), execution_options=PLAINLY
    )
